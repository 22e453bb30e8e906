import { checkOptions } from '../../../core/options.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { Shape, Unless } from '../../../tensor/types/index.js'
import { expectCount } from '../../counts.js'
import type { Layer } from '../../layer.js'
import { Module } from '../../module.js'
import type { Takes } from '../../types/sizes.js'
import type { KeyValueCache } from '../attention/cache.js'
import { type CrossAttention, crossAttention, type Remembered } from '../attention/cross.js'
import { type MultiHeadAttention, multiHeadAttention } from '../attention/multi-head.js'
import { layerNorm } from '../normalization/features.js'
import { attentionOptions, feedForwardOptions, Part, type TransformerOptions, transformerOptions } from './block.js'
import { type FeedForward, feedForward } from './feed-forward.js'

export interface TransformerDecoderOptions extends TransformerOptions {
  /** How many values an element of the memory has; as many as the others. */
  readonly memoryWidth?: number
}

export interface DecoderMasks {
  /** Which elements may see which, beside those that are not behind them; bool that broadcasts to [batch, heads, time, time]. */
  readonly mask?: Tensor
  /** Which elements are there, bool [batch, time]; all. */
  readonly keyMask?: Tensor
  /** Which elements of the memory are there, bool [batch, elements]; all. */
  readonly memoryMask?: Tensor
}

/** What a decoder block keeps of the elements so far, and of the memory. */
export type DecoderCache = { readonly own: KeyValueCache; readonly memory: Remembered }

const isKnown = { mask: true, keyMask: true, memoryMask: true } as const

/** See {@link transformerDecoderBlock}. */
export class TransformerDecoderBlock<Width extends number = number> extends Module {
  readonly attention: Part<MultiHeadAttention>
  readonly crossAttention: Part<CrossAttention>
  readonly feedForward: Part<FeedForward>

  constructor(
    readonly width: Width,
    readonly heads: number,
    options: TransformerDecoderOptions = {},
  ) {
    super()
    const name = 'transformerDecoderBlock'
    checkOptions(name, options, { ...transformerOptions, memoryWidth: true })
    const { memoryWidth = width as number } = options
    const { causal: _, rotary: __, ...cross } = attentionOptions(options)
    const own = multiHeadAttention(width as number, heads, attentionOptions({ causal: true, ...options }))
    this.attention = new Part<MultiHeadAttention>(name, width, own, options)
    this.crossAttention = new Part<CrossAttention>(
      name,
      width,
      crossAttention<number, number>(width, heads, { ...cross, memoryWidth }),
      options,
    )
    this.feedForward = new Part<FeedForward>(
      name,
      width,
      feedForward(width as number, feedForwardOptions(options)),
      options,
    )
  }

  /** The elements [batch, time, width], with what they saw of each other and of the memory [batch, elements, memoryWidth]. */
  forward<S extends Shape>(
    x: Unless<Takes<'transformerDecoderBlock', 'batch, time', Width, S>, Tensor<S>>,
    memory: Tensor | Remembered,
    masks: DecoderMasks = {},
  ): Tensor<S> {
    checkOptions('transformerDecoderBlock', masks, isKnown)
    const { memoryMask, ...own } = masks
    const given = new Tensor(expectTensor('transformerDecoderBlock', 'the first argument', x))
    const [attended] = this.attention.apply(given, (attention, value) => [attention.forward(value, own), null])
    return this.#rest(attended, memory, memoryMask)
  }

  /** A cache without elements that has the memory's keys and values, for {@link step}. */
  cache(memory: Tensor, capacity: number): DecoderCache {
    const remembered = this.crossAttention.inner.remember(memory)
    return { own: this.attention.inner.cache(remembered.keys.shape[0], capacity), memory: remembered }
  }

  /** The next elements of sequences. @throws if the block is not causal */
  step<S extends Shape>(
    x: Unless<Takes<'transformerDecoderBlock', 'batch, time', Width, S>, Tensor<S>>,
    { own, memory }: DecoderCache,
    masks: Pick<DecoderMasks, 'memoryMask'> = {},
  ): [output: Tensor<S>, cache: DecoderCache] {
    const [attended, next] = this.attention.apply(x as Tensor, (attention, value) => attention.step(value, own))
    return [this.#rest(attended, memory, masks.memoryMask), { own: next, memory }]
  }

  #rest(attended: Tensor, memory: Tensor | Remembered, keyMask: Tensor | undefined): Tensor {
    const masks = keyMask === undefined ? {} : { keyMask }
    const [crossed] = this.crossAttention.apply(attended, (attention, x) => [attention.forward(x, memory, masks), null])
    return this.feedForward.apply(crossed, (inner, x) => [inner.forward(x), null])[0]
  }

  protected override describe(): string {
    return `${this.width}, ${this.heads} heads`
  }
}

/**
 * Causal self-attention, attention to a memory, and a feed-forward network, each with a shortcut, normalisation and dropout: from
 * [batch, time, width] and a memory [batch, elements, memoryWidth] to [batch, time, width].
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws if the heads do not divide the width
 * @example transformerDecoderBlock(16, 4).forward(zeros([2, 7, 16]), zeros([2, 9, 16])) // [2, 7, 16]
 */
export const transformerDecoderBlock = <Width extends number>(
  width: Width,
  heads: number,
  options: TransformerDecoderOptions = {},
): TransformerDecoderBlock<Width> => new TransformerDecoderBlock(width, heads, options)

/** See {@link transformerDecoder}. */
export class TransformerDecoder<Width extends number = number> extends Module {
  readonly blocks: readonly TransformerDecoderBlock[]
  /** After all blocks, if it is before their parts. */
  readonly norm: Layer | undefined

  constructor(
    readonly width: Width,
    heads: number,
    depth: number,
    options: TransformerDecoderOptions = {},
  ) {
    super()
    expectCount('transformerDecoder', 'blocks', depth)
    this.blocks = Array.from({ length: depth }, () => new TransformerDecoderBlock(width as number, heads, options))
    const { normalization = layerNorm, dtype = 'float32' } = options
    this.norm = options.norm === 'pre' ? normalization(width, { dtype }) : undefined
  }

  /** The elements [batch, time, width], with what they saw of each other and of the memory [batch, elements, memoryWidth]. */
  forward<S extends Shape>(
    x: Unless<Takes<'transformerDecoder', 'batch, time', Width, S>, Tensor<S>>,
    memory: Tensor,
    masks: DecoderMasks = {},
  ): Tensor<S> {
    const last = this.blocks.reduce((value: Tensor, block) => block.forward(value, memory, masks), x as Tensor)
    return this.norm === undefined ? last : this.norm.forward(last)
  }

  /** A cache without elements that has the memory's keys and values, for {@link step}. */
  cache(memory: Tensor, capacity: number): readonly DecoderCache[] {
    return this.blocks.map((block) => block.cache(memory, capacity))
  }

  /**
   * The next elements [batch, time, width] of sequences of which the cache has the ones before.
   *
   * @example
   * const decoder = transformerDecoder(16, 4, 2)
   * const [output, cache] = decoder.step(zeros([1, 1, 16]), decoder.cache(zeros([1, 9, 16]), 100))
   */
  step<S extends Shape>(
    x: Unless<Takes<'transformerDecoder', 'batch, time', Width, S>, Tensor<S>>,
    cache: readonly DecoderCache[],
    masks: Pick<DecoderMasks, 'memoryMask'> = {},
  ): [output: Tensor<S>, cache: readonly DecoderCache[]] {
    const next: DecoderCache[] = []
    let value = x as Tensor
    for (const [i, block] of this.blocks.entries()) [value, next[i]] = block.step(value, cache[i], masks)
    return [this.norm === undefined ? value : this.norm.forward(value), next]
  }
}

/**
 * Several {@link transformerDecoderBlock} over each other, and a normalisation after them if it is before their parts.
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws if the heads do not divide the width, or the depth is not a whole number of at least 1
 * @example transformerDecoder(16, 4, 2).forward(zeros([2, 7, 16]), zeros([2, 9, 16])) // [2, 7, 16]
 */
export const transformerDecoder = <Width extends number>(
  width: Width,
  heads: number,
  depth: number,
  options: TransformerDecoderOptions = {},
): TransformerDecoder<Width> => new TransformerDecoder(width, heads, depth, options)
