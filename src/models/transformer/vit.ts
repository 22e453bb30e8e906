import { expectChoice, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as nn from '../../nn/index.js'
import { concat } from '../../tensor/functions.js'
import { Tensor } from '../../tensor/tensor.js'
import { Parameter } from '../../tensor/variable.js'
import type { Classifies, PictureOptions } from '../stages.js'

export interface VitOptions<Channels extends number, Classes extends number> extends PictureOptions<Channels, Classes> {
  /** The side of the pictures; 224. */
  readonly size?: number
  /** The side of a patch; 16. */
  readonly patch?: number
  /** Numbers for each patch; that of the size. */
  readonly width?: number
  /** That of the size. */
  readonly heads?: number
  /** That of the size. */
  readonly depth?: number
  /** The part of the values that is dropped while training; 0. */
  readonly dropout?: number
}

/** Table 1, and the small sizes of Touvron et al., "Training data-efficient image transformers", 2021. */
const table = {
  tiny: { width: 192, heads: 3, depth: 12 },
  small: { width: 384, heads: 6, depth: 12 },
  base: { width: 768, heads: 12, depth: 12 },
  large: { width: 1024, heads: 16, depth: 24 },
} as const

/** See {@link vit}. */
export class Vit<Channels extends number = number, Classes extends number = number> extends nn.Layer<
  Classifies<Channels, Classes>
> {
  /** Each patch as a vector. */
  readonly embedding: nn.Conv2d
  /** [1, 1, width], what comes before all patches, and is classified at the end. */
  readonly classToken: Parameter<[1, 1, number]>
  /** [1, patches + 1, width] */
  readonly positions: Parameter<[1, number, number]>
  readonly dropout: nn.Dropout
  readonly encoder: nn.TransformerEncoder
  readonly head: nn.Linear

  constructor(name: keyof typeof table, options: VitOptions<Channels, Classes> = {}) {
    super()
    expectChoice('vit', 'the size', name, ['tiny', 'small', 'base', 'large'])
    checkOptions<VitOptions<Channels, Classes>>('vit', options, {
      ...{
        channels: true,
        classes: true,
        size: true,
        patch: true,
        width: true,
        heads: true,
        depth: true,
        dropout: true,
      },
    })
    const { width, heads, depth } = { ...table[name], ...options }
    const { channels = 3, classes = 1000, size = 224, patch = 16, dropout = 0 } = options
    const across =
      expectInteger('vit', 'the side of the pictures', size) / expectInteger('vit', 'that of a patch', patch)
    if (!Number.isInteger(across))
      fail(`vit: patches of ${patch} do not divide ${size}`, 'Give a multiple of the patch.')
    const normal = nn.initializers.truncatedNormal(0.02)
    this.embedding = nn.conv2d(channels as number, width as number, patch, { stride: patch }) as nn.Conv2d
    this.classToken = new Parameter(nn.initializers.zeros()([1, 1, width], 'float32'), 'classToken')
    this.positions = new Parameter(normal([1, across ** 2 + 1, width], 'float32'), 'positions')
    this.dropout = nn.dropout(dropout)
    this.encoder = nn.transformerEncoder(width as number, heads, depth, {
      ...{ norm: 'pre', hidden: 4 * width, activation: nn.gelu, dropout },
      normalization: (features) => nn.layerNorm(features, { epsilon: 1e-6 }),
    })
    this.head = nn.linear(width, classes as number)
  }

  protected run(x: Node): Node {
    const patches: Tensor = this.embedding.forward(new Tensor(x) as Tensor)
    const [batch, rows, columns, width] = patches.shape
    const token: Tensor = this.classToken.value.expand([batch, 1, width])
    const words: Tensor = concat([token, patches.reshape([batch, rows * columns, width])] as Tensor[], 1)
    const read: Tensor = this.encoder.forward(this.dropout.forward(words.add(this.positions.value) as Tensor))
    return (this.head.forward(read.slice(':', 0)) as Tensor).node
  }
}

/**
 * Vision transformer, a picture read as 16 × 16 words: [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Dosovitskiy et al., "An image is worth 16x16 words: transformers for image recognition at scale", 2020, figure 1.)
 *
 * @throws if there is no such size, or patches do not divide the pictures
 * @example nn.unfilled(() => vit('base')).parameterCount() // 86567656
 */
export const vit = <Channels extends number = 3, Classes extends number = 1000>(
  size: keyof typeof table,
  options: VitOptions<Channels, Classes> = {},
): Vit<Channels, Classes> => new Vit(size, options)
