import { fail } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { lift } from '../../../operations/index.js'
import { expectTensor, operand } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'
import type { Takes } from '../../types/sizes.js'
import { type RotaryOptions, turned } from '../embedding/rotary.js'
import { type Linear, linear } from '../linear/linear.js'
import { Dropout } from '../regularization/dropout.js'
import { emptyCache, extended, type KeyValueCache, seenSoFar } from './cache.js'
import {
  type AttentionMasks,
  expectSequence,
  type HeadsOptions,
  headsOptions,
  intoHeads,
  outOfHeads,
  projections,
  shared,
  sizeOfHead,
} from './heads.js'
import { attend, before, both, expectKeyMask, expectMask } from './scaled.js'

export interface MultiHeadAttentionOptions extends HeadsOptions {
  /** Whether each element sees only those before it and itself; false. */
  readonly causal?: boolean
  /** Whether queries and keys are turned by their places, see {@link rotary}; false. */
  readonly rotary?: boolean | RotaryOptions
}

/** See {@link multiHeadAttention}. */
export class MultiHeadAttention<Width extends number = number> extends Layer<
  KeptShape<'multiHeadAttention', 'batch, time', Width>
> {
  /** Queries, keys and values side by side: one product. */
  readonly projection: Linear<Width, number>
  readonly output: Linear<number, Width>
  readonly dropout: Dropout | undefined
  readonly keyValueHeads: number
  readonly causal: boolean
  readonly rotary: RotaryOptions | undefined

  constructor(
    readonly width: Width,
    readonly heads: number,
    options: MultiHeadAttentionOptions = {},
  ) {
    super()
    checkOptions('multiHeadAttention', options, { ...headsOptions, causal: true, rotary: true })
    const { keyValueHeads = heads, dropout = 0, causal = false, rotary = false } = options
    const size = sizeOfHead('multiHeadAttention', width, heads, keyValueHeads)
    this.projection = linear(width, width + 2 * keyValueHeads * size, projections(options))
    this.output = linear(width as number, width, projections(options))
    this.dropout = dropout === 0 ? undefined : new Dropout(dropout)
    this.keyValueHeads = keyValueHeads
    this.causal = causal
    this.rotary = rotary === false ? undefined : rotary === true ? {} : rotary
    if (this.rotary !== undefined && size % 2 !== 0) {
      fail(
        `multiHeadAttention: heads of ${size} values cannot be rotary`,
        'Pairs of values are turned; use an even size.',
      )
    }
  }

  /** Each element as a mean of what all, or those that the masks leave, have to say. */
  override forward<S extends Shape>(
    x: Unless<ApplyProblem<KeptShape<'multiHeadAttention', 'batch, time', Width>, S>, Tensor<S>>,
    masks: AttentionMasks = {},
  ): Tensor<Apply<KeptShape<'multiHeadAttention', 'batch, time', Width>, S>> {
    return wrap(this.run(lift(operand(x)), masks))
  }

  protected run(x: Node, masks: AttentionMasks = {}): Node {
    const name = 'multiHeadAttention'
    checkOptions(name, masks, { mask: true, keyMask: true })
    const { queries, keys, values } = this.#projected(x, 0)
    const [batch, time] = x.shape
    const given = masks.mask && expectMask(name, masks.mask)
    const keyMask = masks.keyMask && expectKeyMask(name, masks.keyMask, batch, time)
    const mask = both(both(given, keyMask), this.causal ? before(time, time) : undefined)
    return this.#mixed(queries, keys, values, mask)
  }

  /** A cache without elements, for {@link step}. @param capacity how many there may be at most */
  cache(batch: number, capacity: number): KeyValueCache {
    expectCount('multiHeadAttention', 'elements of a cache', capacity)
    return emptyCache(batch, this.keyValueHeads, capacity, this.width / this.heads, this.projection.weight.node)
  }

  /**
   * The next elements [batch, time, width] of sequences of which the cache has the ones before: what `forward` gives at these places
   * for the whole sequence.
   *
   * @throws if the attention is not causal. A cache that is full is an error when the value is computed.
   * @example
   * const attention = multiHeadAttention(8, 2, { causal: true })
   * const [output, cache] = attention.step(zeros([1, 1, 8]), attention.cache(1, 100))
   */
  step<S extends Shape>(
    x: Unless<Takes<'multiHeadAttention', 'batch, time', Width, S>, Tensor<S>>,
    cache: KeyValueCache,
  ): [output: Tensor<S>, cache: KeyValueCache] {
    if (!this.causal) {
      fail(`multiHeadAttention: ${this.label} sees what comes later and has no steps`, 'Make it with { causal: true }.')
    }
    const node = expectTensor('multiHeadAttention', 'the input of a step', x)
    const { queries, keys, values } = this.#projected(node, cache.length)
    const next = extended('multiHeadAttention', cache, keys, values)
    const mask = seenSoFar(next, node.shape[1])
    return [wrap(this.#mixed(queries, next.keys.node, next.values.node, mask)), next]
  }

  #projected(x: Node, start: number | Tensor<[]>): { queries: Node; keys: Node; values: Node } {
    const { width, heads, keyValueHeads, rotary } = this
    expectSequence('multiHeadAttention', this.label, x, width)
    const other = (width / heads) * keyValueHeads
    const projected = this.projection.forward(wrap(x) as Tensor).node
    const [queries, keys, values] = ops.split(projected, [width, other, other], -1)
    const turn = (part: Node): Node => (rotary === undefined ? part : turned(part, start, rotary))
    return {
      queries: turn(intoHeads(queries, heads)),
      keys: turn(intoHeads(keys, keyValueHeads)),
      values: intoHeads(values, keyValueHeads),
    }
  }

  #mixed(queries: Node, keys: Node, values: Node, mask: Node | undefined): Node {
    const { heads, dropout } = this
    const weigh = (weights: Node): Node =>
      dropout === undefined ? weights : dropout.forward(wrap(weights) as Tensor).node
    const mixed = attend(queries, shared(keys, heads), shared(values, heads), { ...(mask && { mask }) }, weigh)
    return this.output.forward(wrap(outOfHeads(mixed)) as Tensor).node
  }

  protected override describe(): string {
    const options = [
      this.keyValueHeads !== this.heads && `${this.keyValueHeads} of keys and values`,
      this.causal && 'causal',
      this.rotary !== undefined && 'rotary',
      this.dropout !== undefined && `dropout ${this.dropout.rate}`,
    ]
    return [`${this.width}, ${this.heads} heads`, ...options].filter(Boolean).join(', ')
  }
}

/**
 * Self-attention with several heads, from [batch, time, width] to the same: the elements are projected to queries, keys and values, each
 * head takes a part of them through {@link scaledDotProductAttention}, and what comes out is projected again.
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * Masks say who is seen: true is seen, in PyTorch's `key_padding_mask` it is the other way round.
 *
 * @throws if the heads do not divide the width
 * @example multiHeadAttention(16, 4, { causal: true }).forward(zeros([2, 7, 16])) // [2, 7, 16] → [2, 7, 16]
 */
export const multiHeadAttention = <Width extends number>(
  width: Width,
  heads: number,
  options: MultiHeadAttentionOptions = {},
): MultiHeadAttention<Width> => new MultiHeadAttention(width, heads, options)
