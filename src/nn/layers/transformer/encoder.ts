import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import { lift } from '../../../operations/index.js'
import { operand } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'
import type { Takes } from '../../types/sizes.js'
import type { KeyValueCache } from '../attention/cache.js'
import type { AttentionMasks } from '../attention/heads.js'
import { type MultiHeadAttention, multiHeadAttention } from '../attention/multi-head.js'
import { layerNorm } from '../normalization/features.js'
import { attentionOptions, feedForwardOptions, Part, type TransformerOptions, transformerOptions } from './block.js'
import { type FeedForward, feedForward } from './feed-forward.js'

/** See {@link transformerEncoderBlock}. */
export class TransformerEncoderBlock<Width extends number = number> extends Layer<
  KeptShape<'transformerEncoderBlock', 'batch, time', Width>
> {
  readonly attention: Part<MultiHeadAttention>
  readonly feedForward: Part<FeedForward>

  constructor(
    readonly width: Width,
    readonly heads: number,
    options: TransformerOptions = {},
  ) {
    super()
    const name = 'transformerEncoderBlock'
    checkOptions(name, options, transformerOptions)
    this.attention = new Part<MultiHeadAttention>(
      name,
      width,
      multiHeadAttention(width as number, heads, attentionOptions(options)),
      options,
    )
    this.feedForward = new Part<FeedForward>(
      name,
      width,
      feedForward(width as number, feedForwardOptions(options)),
      options,
    )
  }

  override forward<S extends Shape>(
    x: Unless<ApplyProblem<KeptShape<'transformerEncoderBlock', 'batch, time', Width>, S>, Tensor<S>>,
    masks: AttentionMasks = {},
  ): Tensor<Apply<KeptShape<'transformerEncoderBlock', 'batch, time', Width>, S>> {
    return wrap(this.run(lift(operand(x)), masks))
  }

  protected run(x: Node, masks: AttentionMasks = {}): Node {
    const [attended] = this.attention.apply(new Tensor(x), (attention, given) => [
      attention.forward(given, masks),
      null,
    ])
    return this.#fed(attended).node
  }

  /** A cache without elements, for {@link step}. @param capacity how many there may be at most */
  cache(batch: number, capacity: number): KeyValueCache {
    return this.attention.inner.cache(batch, capacity)
  }

  /** The next elements of sequences; see `step` of {@link multiHeadAttention}. @throws if the block is not causal */
  step<S extends Shape>(
    x: Unless<Takes<'transformerEncoderBlock', 'batch, time', Width, S>, Tensor<S>>,
    cache: KeyValueCache,
  ): [output: Tensor<S>, cache: KeyValueCache] {
    const [attended, next] = this.attention.apply(x as Tensor, (attention, given) => attention.step(given, cache))
    return [this.#fed(attended), next]
  }

  #fed(x: Tensor): Tensor {
    return this.feedForward.apply(x, (inner, given) => [inner.forward(given), null])[0]
  }

  protected override describe(): string {
    return `${this.width}, ${this.heads} heads`
  }
}

/**
 * Self-attention and a feed-forward network, each with a shortcut, normalisation and dropout: from [batch, time, width] to the same. With
 * `{ causal: true }` it is a block of a language model, with {@link TransformerEncoderBlock.step} to make texts.
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws if the heads do not divide the width
 * @example transformerEncoderBlock(16, 4, { norm: 'pre', activation: gelu }).forward(zeros([2, 7, 16])) // [2, 7, 16]
 */
export const transformerEncoderBlock = <Width extends number>(
  width: Width,
  heads: number,
  options: TransformerOptions = {},
): TransformerEncoderBlock<Width> => new TransformerEncoderBlock(width, heads, options)

/** See {@link transformerEncoder}. */
export class TransformerEncoder<Width extends number = number> extends Layer<
  KeptShape<'transformerEncoder', 'batch, time', Width>
> {
  readonly blocks: readonly TransformerEncoderBlock[]
  /** After all blocks, if it is before their parts. */
  readonly norm: Layer | undefined

  constructor(
    readonly width: Width,
    heads: number,
    depth: number,
    options: TransformerOptions = {},
  ) {
    super()
    expectCount('transformerEncoder', 'blocks', depth)
    this.blocks = Array.from({ length: depth }, () => new TransformerEncoderBlock(width as number, heads, options))
    const { normalization = layerNorm, dtype = 'float32' } = options
    this.norm = options.norm === 'pre' ? normalization(width, { dtype }) : undefined
  }

  override forward<S extends Shape>(
    x: Unless<ApplyProblem<KeptShape<'transformerEncoder', 'batch, time', Width>, S>, Tensor<S>>,
    masks: AttentionMasks = {},
  ): Tensor<Apply<KeptShape<'transformerEncoder', 'batch, time', Width>, S>> {
    return wrap(this.run(lift(operand(x)), masks))
  }

  protected run(x: Node, masks: AttentionMasks = {}): Node {
    const last = this.blocks.reduce((value: Tensor, block) => block.forward(value, masks), new Tensor(x))
    return (this.norm === undefined ? last : this.norm.forward(last)).node
  }

  /** A cache without elements for each block, for {@link step}. @param capacity how many there may be at most */
  cache(batch: number, capacity: number): readonly KeyValueCache[] {
    return this.blocks.map((block) => block.cache(batch, capacity))
  }

  /**
   * The next elements [batch, time, width] of sequences of which the cache has the ones before.
   *
   * @throws if the encoder is not causal. A cache that is full is an error when the value is computed.
   * @example
   * const model = transformerEncoder(16, 4, 2, { causal: true })
   * const [output, cache] = model.step(zeros([1, 5, 16]), model.cache(1, 100))
   */
  step<S extends Shape>(
    x: Unless<Takes<'transformerEncoder', 'batch, time', Width, S>, Tensor<S>>,
    cache: readonly KeyValueCache[],
  ): [output: Tensor<S>, cache: readonly KeyValueCache[]] {
    const next: KeyValueCache[] = []
    let value = x as Tensor
    for (const [i, block] of this.blocks.entries()) [value, next[i]] = block.step(value, cache[i])
    return [this.norm === undefined ? value : this.norm.forward(value), next]
  }
}

/**
 * Several {@link transformerEncoderBlock} over each other, and a normalisation after them if it is before their parts: from
 * [batch, time, width] to the same. (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws if the heads do not divide the width, or the depth is not a whole number of at least 1
 * @example transformerEncoder(16, 4, 2).forward(zeros([2, 7, 16])) // [2, 7, 16] → [2, 7, 16]
 */
export const transformerEncoder = <Width extends number>(
  width: Width,
  heads: number,
  depth: number,
  options: TransformerOptions = {},
): TransformerEncoder<Width> => new TransformerEncoder(width, heads, depth, options)
