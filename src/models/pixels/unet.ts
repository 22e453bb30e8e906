import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { concat } from '../../tensor/functions.js'
import { Tensor } from '../../tensor/tensor.js'
import type { PictureOptions } from '../stages.js'
import type { Labels } from './labels.js'

export interface UnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** Channels of the first level, twice as many on each that is lower; 64. */
  readonly width?: number
  /** How often the picture is halved; 4. */
  readonly depth?: number
  /** 'valid', where the rim that was not seen in full is cut off as in the paper, or 'same'; 'valid'. */
  readonly padding?: 'valid' | 'same'
  /** Whether convolutions are normalised over the batch; false. */
  readonly batchNorm?: boolean
  /** The part of the values of the lowest two levels that is dropped while training; 0.5. */
  readonly dropout?: number
}

/** See {@link unet}. */
export class Unet<
  Channels extends number = number,
  Classes extends number = number,
  Padding extends 'valid' | 'same' = 'valid',
> extends nn.Layer<Labels<Channels, Classes, Padding>> {
  /** The way down: two convolutions of 3 × 3 on each level. */
  readonly contracting: readonly nn.Sequential[]
  readonly pool = nn.maxPool2d(2)
  /** The steps up: twice the size, half the channels. */
  readonly upConvolutions: readonly nn.ConvTranspose2d[]
  /** The way up: two convolutions of 3 × 3 on what comes from below beside what was on this level. */
  readonly expanding: readonly nn.Sequential[]
  readonly output: nn.Conv2d

  constructor(options: UnetOptions<Channels, Classes> & { readonly padding?: Padding } = {}) {
    super()
    checkOptions<UnetOptions<Channels, Classes>>('unet', options, {
      ...{ channels: true, classes: true, width: true, depth: true, padding: true, batchNorm: true, dropout: true },
    })
    const { channels = 1, classes = 2, width = 64, depth = 4, batchNorm = false, dropout = 0.5 } = options
    const padding = expectChoice('unet', 'the padding', options.padding ?? 'valid', ['valid', 'same'])
    const initializer = nn.initializers.heNormal()
    const twice = (inputs: number, outputs: number, rate = 0): nn.Sequential => {
      const links = [inputs, outputs].flatMap((from): readonly nn.Link[] => [
        nn.conv2d(from, outputs, 3, { padding, initializer }),
        ...(batchNorm ? [nn.batchNorm2d(outputs)] : []),
        nn.relu(),
      ])
      return nn.sequential(...links, ...(rate > 0 ? [nn.dropout(rate)] : [])) as nn.Sequential
    }
    const widths = Array.from({ length: depth + 1 }, (_, level) => width * 2 ** level)
    const upwards = widths.slice(0, -1).reverse()
    this.contracting = widths.map((outputs, level) =>
      twice(level === 0 ? channels : outputs / 2, outputs, level >= depth - 1 ? dropout : 0),
    )
    this.upConvolutions = upwards.map(
      (outputs) => nn.convTranspose2d(2 * outputs, outputs, 2, { stride: 2 }) as nn.ConvTranspose2d,
    )
    this.expanding = upwards.map((outputs) => twice(2 * outputs, outputs))
    this.output = nn.conv2d(width, classes as number, 1) as nn.Conv2d
  }

  protected run(x: Node): Node {
    const levels: Tensor[] = []
    let value: Tensor = new Tensor(x)
    this.contracting.forEach((convolutions, level) => {
      value = convolutions.forward(level === 0 ? value : this.pool.forward(value))
      levels.push(value)
    })
    this.expanding.forEach((convolutions, i) => {
      const below: Tensor = this.upConvolutions[i].forward(value)
      const kept = centre(levels[levels.length - 2 - i], below.shape[1], below.shape[2])
      value = convolutions.forward(concat([kept, below] as Tensor[], -1))
    })
    return (this.output.forward(value) as Tensor).node
  }
}

/** The middle of a picture, [batch, rows, columns, channels]. */
function centre(x: Tensor, rows: number, columns: number): Tensor {
  const [top, left] = [(x.shape[1] - rows) >> 1, (x.shape[2] - columns) >> 1]
  return x.slice(':', [top, top + rows], [left, left + columns])
}

/**
 * U-Net, which labels each pixel: a way down that sees more and more, a way up that puts it together with what was there before:
 * pictures [batch, 572, 572, 1] → logits [batch, 388, 388, classes].
 *
 * (Ronneberger, Fischer and Brox, "U-Net: convolutional networks for biomedical image segmentation", 2015, figure 1.)
 *
 * With `{ padding: 'same' }` nothing is cut off; sides are multiples of 16 then.
 *
 * @example nn.unfilled(() => unet()).parameterCount() // 31030658
 */
export const unet = <
  Channels extends number = 1,
  Classes extends number = 2,
  const Padding extends 'valid' | 'same' = 'valid',
>(
  options: UnetOptions<Channels, Classes> & { readonly padding?: Padding } = {},
): Unet<Channels, Classes, Padding> => new Unet(options)
