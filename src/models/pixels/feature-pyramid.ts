import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import * as ops from '../../operations/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { type ResnetDepth, type ResnetOptions, residualStages } from '../residual/resnet.js'
import type { Stage } from '../stages.js'

export interface FeaturePyramidOptions<Channels extends number, Width extends number>
  extends Omit<ResnetOptions<Channels, number>, 'classes'> {
  /** Channels of all levels of the pyramid, d; 256. */
  readonly levels?: Width
}

/** What a pyramid gives: pictures of features, each half as large as the one before; p2 has a quarter of the picture's side. */
export type Pyramid<Batch extends number = number, Width extends number = number> = {
  readonly [level in 'p2' | 'p3' | 'p4' | 'p5' | 'p6']: Tensor<[Batch, number, number, Width]>
}

/** See {@link featurePyramid}. */
export class FeaturePyramid<Channels extends number = number, Width extends number = number> extends nn.Module {
  /** The way up: the stages of a residual network. */
  readonly bottomUp: Readonly<Record<'conv1' | 'conv2_x' | 'conv3_x' | 'conv4_x' | 'conv5_x', Stage>>
  /** 1 × 1 from each of the last four to the channels of the pyramid. */
  readonly lateral: readonly nn.Conv2d[]
  /** 3 × 3 on each sum, against the steps of enlarging. */
  readonly smoothing: readonly nn.Conv2d[]

  constructor(depth: ResnetDepth, options: FeaturePyramidOptions<Channels, Width> = {}) {
    super()
    checkOptions<FeaturePyramidOptions<Channels, Width>>('featurePyramid', options, {
      ...{ channels: true, blocks: true, width: true, stride: true, bias: true, levels: true },
    })
    const { levels = 256, ...rest } = options
    const { stages, outputs } = residualStages('featurePyramid', depth, rest)
    this.bottomUp = stages
    this.lateral = outputs.map((inputs) => nn.conv2d(inputs, levels as number, 1) as nn.Conv2d)
    this.smoothing = outputs.map(() => nn.conv2d(levels as number, levels as number, 3, { padding: 1 }) as nn.Conv2d)
  }

  forward<const B extends number>(x: Tensor<[B, number, number, Channels]>): Pyramid<B, Width> {
    const { conv1, conv2_x, conv3_x, conv4_x, conv5_x } = this.bottomUp
    let value: Tensor = conv1.forward(x as Tensor)
    const features = [conv2_x, conv3_x, conv4_x, conv5_x].map((stage): Tensor => {
      value = stage.forward(value)
      return value
    })
    const merged: Tensor[] = []
    for (const i of [3, 2, 1, 0]) {
      const beside: Tensor = this.lateral[i].forward(features[i])
      merged[i] = i === 3 ? beside : (beside.add(enlarged(merged[i + 1], beside)) as Tensor)
    }
    const [p2, p3, p4, p5] = merged.map((level, i): Tensor => this.smoothing[i].forward(level))
    const p6: Tensor = p5.slice(':', [null, null, 2], [null, null, 2])
    return { p2, p3, p4, p5, p6 } as Pyramid<B, Width>
  }
}

/** Each value several times, to the size of a finer level. */
const enlarged = (x: Tensor, like: Tensor): Tensor =>
  new Tensor(ops.resize(x.node, like.shape.slice(1, 3), { mode: 'nearest', alignCorners: false }))

/**
 * A feature pyramid: fine pictures of features that know what the coarse ones saw, for finding things of all sizes:
 * [batch, height, width, 3] → p2 to p6, [batch, height / 4 … height / 64, …, 256].
 *
 * (Lin et al., "Feature pyramid networks for object detection", 2017, figure 3.)
 *
 * @param depth of the residual network on the way up
 * @throws if there is no such depth
 * @example nn.unfilled(() => featurePyramid(50)).parameterCount() // 26852416
 */
export const featurePyramid = <Channels extends number = 3, Width extends number = 256>(
  depth: ResnetDepth = 50,
  options: FeaturePyramidOptions<Channels, Width> = {},
): FeaturePyramid<Channels, Width> => new FeaturePyramid(depth, options)
