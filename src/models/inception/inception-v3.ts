import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Classifies, PictureOptions } from '../stages.js'
import { convolution, halving, pool, tower } from './convolution.js'

export interface InceptionV3Options<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** Whether there is the classifier below the last modules; true. */
  readonly auxiliary?: boolean
}

/** The mean of each window of 3 × 3, and a projection. */
const averaged = (inputs: number, outputs: number) =>
  nn.sequential(nn.avgPool2d(3, { stride: 1, padding: 1 }), convolution(inputs, outputs, 1)) as nn.Sequential

/** Figure 5: 5 × 5 becomes two of 3 × 3. */
const module5 = (inputs: number, projected: number) =>
  nn.branch(
    tower([inputs, 64], 1),
    tower([inputs, 48, 64], 1, 5),
    tower([inputs, 64, 96, 96], 1, 3, 3),
    averaged(inputs, projected),
  ) as nn.Layer<nn.AnyShape>

/** Figure 6: n × n becomes 1 × n and n × 1, here with n = 7. */
const module6 = (inputs: number, c: number) =>
  nn.branch(
    tower([inputs, 192], 1),
    tower([inputs, c, c, 192], 1, [1, 7], [7, 1]),
    tower([inputs, c, c, c, c, 192], 1, [7, 1], [1, 7], [7, 1], [1, 7]),
    averaged(inputs, 192),
  ) as nn.Layer<nn.AnyShape>

/** 1 × 3 and 3 × 1 side by side. */
const spread = (inputs: number) => nn.branch(convolution(inputs, 384, [1, 3]), convolution(inputs, 384, [3, 1]))

/** Figure 7: wide modules for the coarsest pictures. */
const module7 = (inputs: number) =>
  nn.branch(
    tower([inputs, 320], 1),
    nn.sequential(tower([inputs, 384], 1), spread(384)),
    nn.sequential(tower([inputs, 448, 384], 1, 3), spread(384)),
    averaged(inputs, 192),
  ) as nn.Layer<nn.AnyShape>

/** See {@link inceptionV3}. */
export class InceptionV3<Channels extends number = number, Classes extends number = number> extends nn.Layer<
  Classifies<Channels, Classes>
> {
  readonly stem: nn.Sequential
  readonly stages: Readonly<Record<string, nn.Sequential>>
  readonly head: nn.Sequential
  readonly auxiliary: nn.Sequential | undefined

  constructor(options: InceptionV3Options<Channels, Classes> = {}) {
    super()
    checkOptions('inceptionV3', options, { channels: true, classes: true, auxiliary: true })
    const { channels = 3, classes = 1000 } = options
    this.stem = nn.sequential(
      convolution(channels, 32, 3, { stride: 2, padding: 'valid' }), // [149, 149, 32]
      convolution(32, 32, 3, { padding: 'valid' }), // [147, 147, 32]
      convolution(32, 64, 3), // [147, 147, 64]
      pool(), // [73, 73, 64]
      convolution(64, 80, 1, { padding: 'valid' }),
      convolution(80, 192, 3, { padding: 'valid' }), // [71, 71, 192]
      pool(), // [35, 35, 192]
    ) as nn.Sequential
    const reduced5 = nn.branch(halving([288, 384], 3), halving([288, 64, 96, 96], 1, 3, 3), pool())
    const reduced6 = nn.branch(
      halving([768, 192, 320], 1, 3),
      halving([768, 192, 192, 192, 192], 1, [1, 7], [7, 1], 3),
      pool(),
    )
    this.stages = {
      figure5: nn.sequential(module5(192, 32), module5(256, 64), module5(288, 64)) as nn.Sequential, // [35, 35, 288]
      figure6: nn.sequential(
        reduced5 as nn.Layer<nn.AnyShape>, // [17, 17, 768]
        ...[128, 160, 160, 192].map((c) => module6(768, c)),
      ) as nn.Sequential,
      figure7: nn.sequential(reduced6 as nn.Layer<nn.AnyShape>, module7(1280), module7(2048)) as nn.Sequential, // [8, 8, 2048]
    }
    const output = nn.linear(2048, classes as number)
    this.head = nn.sequential(nn.globalAvgPool(), nn.dropout(0.5), output) as nn.Sequential
    if (options.auxiliary !== false) {
      this.auxiliary = nn.sequential(
        nn.avgPool2d(5, { stride: 3 }), // [5, 5, 768]
        convolution(768, 128, 1),
        convolution(128, 768, 5, { padding: 'valid' }),
        nn.globalAvgPool(),
        nn.linear(768, classes as number),
      ) as nn.Sequential
    }
  }

  protected run(x: Node): Node {
    return this.#all(new Tensor(x), false).logits.node
  }

  /** The logits, and those of the classifier below the last modules, whose loss is added with the factor 0.4 while training. */
  forwardAll<const B extends number>(
    x: Tensor<[B, number, number, Channels]>,
  ): { readonly logits: Tensor<[B, Classes]>; readonly auxiliary: Tensor<[B, Classes]> | undefined } {
    const { logits, auxiliary } = this.#all(x as Tensor, true)
    return { logits: logits as Tensor<[B, Classes]>, auxiliary: auxiliary as Tensor<[B, Classes]> | undefined }
  }

  #all(x: Tensor, withAuxiliary: boolean): { logits: Tensor; auxiliary: Tensor | undefined } {
    const { figure5, figure6, figure7 } = this.stages
    const middle: Tensor = figure6.forward(figure5.forward(this.stem.forward(x)))
    const logits: Tensor = this.head.forward(figure7.forward(middle))
    return { logits, auxiliary: withAuxiliary ? this.auxiliary?.forward(middle) : undefined }
  }
}

/**
 * Inception, version 3, with large windows taken apart into small and narrow ones: pictures [batch, 299, 299, 3] → logits
 * [batch, classes].
 *
 * (Szegedy et al., "Rethinking the inception architecture for computer vision", 2015, table 1 and figures 5 to 7, in the sizes of
 * the authors' published weights, as torchvision has them.)
 *
 * Without the lower classifier there are 23,834,568. Keras counts 23,851,784: there the normalisation has no factor, and means and
 * variances count (34,432).
 *
 * @example nn.unfilled(() => inceptionV3()).parameterCount() // 27161264
 */
export const inceptionV3 = <Channels extends number = 3, Classes extends number = 1000>(
  options: InceptionV3Options<Channels, Classes> = {},
): InceptionV3<Channels, Classes> => new InceptionV3(options)
