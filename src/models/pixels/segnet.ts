import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { vggStage, vggStages } from '../plain/vgg.js'
import type { PictureOptions } from '../stages.js'
import type { Labels } from './labels.js'

export interface SegnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** Channels of the first stage; 64. */
  readonly width?: number
}

/** See {@link segnet}. */
export class Segnet<Channels extends number = number, Classes extends number = number> extends nn.Layer<
  Labels<Channels, Classes>
> {
  /** The convolutions of VGG-16. */
  readonly encoder: readonly nn.Sequential[]
  readonly pool = nn.maxPool2d(2)
  readonly unpool = nn.maxUnpool2d(2)
  /** The same the other way round. */
  readonly decoder: readonly nn.Sequential[]

  constructor(options: SegnetOptions<Channels, Classes> = {}) {
    super()
    checkOptions('segnet', options, { channels: true, classes: true, width: true })
    const { channels = 3, classes = 12, width = 64 } = options
    const widths = [channels, width, 2 * width, 4 * width, 8 * width, 8 * width]
    const counts = vggStages[16]
    this.encoder = counts.map(
      (count, i) => nn.sequential(...vggStage(widths[i], widths[i + 1], count, true)) as nn.Sequential,
    )
    this.decoder = counts
      .map((count, i) => {
        const [inner, outputs] = [widths[i + 1], i === 0 ? classes : widths[i]]
        const last = i === 0 ? [nn.conv2d(inner, outputs, 3, { padding: 1 })] : vggStage(inner, outputs, 1, true)
        return nn.sequential(...vggStage(inner, inner, count - 1, true), ...last) as nn.Sequential
      })
      .reverse()
  }

  protected run(x: Node): Node {
    const places: { readonly indices: Tensor; readonly size: readonly number[] }[] = []
    let value: Tensor = new Tensor(x)
    for (const convolutions of this.encoder) {
      const whole: Tensor = convolutions.forward(value)
      const { values, indices } = this.pool.forwardWithIndices(whole)
      places.push({ indices, size: whole.shape.slice(1, 3) })
      value = values
    }
    for (const convolutions of this.decoder) {
      const { indices, size } = places.pop() as (typeof places)[number]
      value = convolutions.forward(this.unpool.forward(value, indices, size))
    }
    return value.node
  }
}

/**
 * SegNet, which labels each pixel: values go back to the places from which they were pooled: pictures [batch, 360, 480, 3] → logits
 * [batch, 360, 480, classes].
 *
 * (Badrinarayanan, Kendall and Cipolla, "SegNet: a deep convolutional encoder-decoder architecture for image segmentation", 2015,
 * figure 2.)
 *
 * @example nn.unfilled(() => segnet()).parameterCount() // 29449932
 */
export const segnet = <Channels extends number = 3, Classes extends number = 12>(
  options: SegnetOptions<Channels, Classes> = {},
): Segnet<Channels, Classes> => new Segnet(options)
