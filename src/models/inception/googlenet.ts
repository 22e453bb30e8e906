import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { Tensor } from '../../tensor/tensor.js'
import type { Classifies, PictureOptions } from '../stages.js'

export interface GooglenetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** Whether there are the two classifiers half way; true. */
  readonly auxiliary?: boolean
  /** The side of the pictures, which decides what the classifiers half way see; 224. */
  readonly size?: number
  /** The part of the features that the last layer does not see while training; 0.4. */
  readonly dropout?: number
}

/** A module of table 1: the columns #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj. */
function inception(
  inputs: number,
  [one, reduce3, three, reduce5, five, pool]: readonly [number, number, number, number, number, number],
): nn.Layer<nn.AnyShape> {
  return nn.inception(inputs, { one, three: [reduce3, three], five: [reduce5, five], pool }) as nn.Layer<nn.AnyShape>
}

const pool = () => nn.maxPool2d(3, { stride: 2, ceilMode: true })

/** A classifier half way: it sees a picture of 14 × 14 in 4 × 4 parts. */
const auxiliary = (inputs: number, places: number, classes: number) =>
  nn.sequential(
    nn.avgPool2d(5, { stride: 3 }),
    nn.conv2d(inputs, 128, 1),
    nn.relu(),
    nn.flatten(),
    nn.linear(128 * places ** 2, 1024),
    nn.relu(),
    nn.dropout(0.7),
    nn.linear(1024, classes),
  )

/** See {@link googlenet}. */
export class Googlenet<Channels extends number = number, Classes extends number = number> extends nn.Layer<
  Classifies<Channels, Classes>
> {
  /** All up to the first classifier half way, from there to the second, and the rest. */
  readonly stages: readonly [nn.Sequential, nn.Sequential, nn.Sequential]
  readonly head: nn.Sequential
  readonly auxiliary: readonly nn.Sequential[]

  constructor(options: GooglenetOptions<Channels, Classes> = {}) {
    super()
    checkOptions('googlenet', options, { channels: true, classes: true, auxiliary: true, size: true, dropout: true })
    const { channels = 3, classes = 1000, size = 224, dropout = 0.4 } = options
    const below = nn.sequential(
      nn.conv2d(channels as number, 64, 7, { stride: 2, padding: 3 }), // [112, 112, 64]
      nn.relu(),
      pool(),
      nn.localResponseNorm(5), // [56, 56, 64]
      nn.conv2d(64, 64, 1),
      nn.relu(),
      nn.conv2d(64, 192, 3, { padding: 1 }),
      nn.relu(),
      nn.localResponseNorm(5),
      pool(), // [28, 28, 192]
      inception(192, [64, 96, 128, 16, 32, 32]), // 3a
      inception(256, [128, 128, 192, 32, 96, 64]), // 3b
      pool(), // [14, 14, 480]
      inception(480, [192, 96, 208, 16, 48, 64]), // 4a
    )
    const middle = nn.sequential(
      inception(512, [160, 112, 224, 24, 64, 64]), // 4b
      inception(512, [128, 128, 256, 24, 64, 64]), // 4c
      inception(512, [112, 144, 288, 32, 64, 64]), // 4d
    )
    const above = nn.sequential(
      inception(528, [256, 160, 320, 32, 128, 128]), // 4e
      pool(), // [7, 7, 832]
      inception(832, [256, 160, 320, 32, 128, 128]), // 5a
      inception(832, [384, 192, 384, 48, 128, 128]), // 5b
    )
    this.stages = [below as nn.Sequential, middle as nn.Sequential, above as nn.Sequential]
    const output = nn.linear(1024, classes as number)
    this.head = nn.sequential(nn.globalAvgPool(), nn.dropout(dropout), output) as nn.Sequential
    const places = Math.floor((Math.ceil(size / 16) - 5) / 3) + 1
    this.auxiliary =
      options.auxiliary === false
        ? []
        : [512, 528].map((inputs) => auxiliary(inputs, places, classes as number) as nn.Sequential)
  }

  protected run(x: Node): Node {
    const last = this.stages.reduce((value: Tensor, stage) => stage.forward(value), new Tensor(x))
    return (this.head.forward(last) as Tensor).node
  }

  /**
   * The logits, and those of the classifiers half way, whose losses are added with the factor 0.3 while training:
   *
   * @example
   * const { logits, auxiliary } = nn.unfilled(() => googlenet({ size: 96 })).forwardAll(zeros([1, 96, 96, 3]))
   * const losses = [logits, ...auxiliary].map((one) => nn.crossEntropy(one, zeros([1], 'int32')))
   * losses[0].add(losses[1].add(losses[2]).mul(0.3))
   */
  forwardAll<const B extends number>(
    x: Tensor<[B, number, number, Channels]>,
  ): { readonly logits: Tensor<[B, Classes]>; readonly auxiliary: readonly Tensor<[B, Classes]>[] } {
    const [below, middle, above] = this.stages
    const first: Tensor = below.forward(x as Tensor)
    const second: Tensor = middle.forward(first)
    const logits: Tensor = this.head.forward(above.forward(second))
    const auxiliary = this.auxiliary.map((head, i): Tensor => head.forward(i === 0 ? first : second))
    return { logits: logits as Tensor<[B, Classes]>, auxiliary: auxiliary as Tensor<[B, Classes]>[] }
  }
}

/**
 * GoogLeNet, windows of several sizes side by side, with two classifiers half way that keep gradients large: pictures
 * [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Szegedy et al., "Going deeper with convolutions", 2014, table 1 and figure 3.)
 *
 * The paper rounds to 6.8 million parameters what are 6,998,552 without the classifiers half way. Those of torchvision are
 * 6,624,904: it normalises over the batch and has windows of 3 × 3 where the paper says 5 × 5.
 *
 * @example nn.unfilled(() => googlenet()).parameterCount() // 13378280
 */
export const googlenet = <Channels extends number = 3, Classes extends number = 1000>(
  options: GooglenetOptions<Channels, Classes> = {},
): Googlenet<Channels, Classes> => new Googlenet(options)
