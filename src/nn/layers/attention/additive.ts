import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import { wrap } from '../../../tensor/wrap.js'
import { Module } from '../../module.js'
import { type Linear, type LinearOptions, linear } from '../linear/linear.js'
import { expectMask } from './scaled.js'

const name = 'additiveAttention'

/** See {@link additiveAttention}. */
export class AdditiveAttention<Queries extends number = number, Keys extends number = number> extends Module {
  readonly query: Linear<Queries, number>
  readonly key: Linear<Keys, number>
  readonly score: Linear<number, 1>

  constructor(
    readonly queryWidth: Queries,
    readonly keyWidth: Keys,
    readonly units: number,
    options: Pick<LinearOptions, 'initializer' | 'dtype'> = {},
  ) {
    super()
    checkOptions(name, options, { initializer: true, dtype: true })
    this.query = linear(queryWidth, units, options)
    this.key = linear(keyWidth, units, { ...options, bias: false })
    this.score = linear(units, 1 as const, { ...options, bias: false })
  }

  /**
   * For each query [batch, time, queryWidth] the mean of the keys [batch, elements, keyWidth], and the weights that it is taken with.
   *
   * @param options.keyMask which keys are there, bool [batch, elements]; all
   * @param options.remembered what {@link remember} gave for the same keys
   */
  forward<Batch extends number, Time extends number, Elements extends number>(
    queries: Tensor<[Batch, Time, Queries]>,
    keys: Tensor<[Batch, Elements, Keys]>,
    options: { readonly keyMask?: Tensor; readonly remembered?: Tensor } = {},
  ): { context: Tensor<[Batch, Time, Keys]>; weights: Tensor<[Batch, Time, Elements]> } {
    checkOptions(name, options, { keyMask: true, remembered: true })
    const q = expectTensor(name, 'the tensor of queries', queries)
    const k = expectTensor(name, 'the tensor of keys', keys)
    if (q.rank !== 3 || k.rank !== 3 || q.shape[2] !== this.queryWidth || k.shape[2] !== this.keyWidth) {
      failShape(
        name,
        `${this.label} takes [batch, time, ${this.queryWidth}] and [batch, elements, ${this.keyWidth}], it is given ${formatShape(q.shape)} and ${formatShape(k.shape)}`,
        'A single query has a time of 1; add missing axes with unsqueeze.',
      )
    }
    const remembered = options.remembered ?? this.remember(wrap(k) as Tensor)
    const projected = this.query.forward(wrap(q) as Tensor).node
    const sums = ops.tanh(ops.add(ops.unsqueeze(projected, 2), ops.unsqueeze(remembered.node, 1)))
    const scores = ops.squeeze(this.score.forward(wrap(sums) as Tensor).node, -1)
    const mask = options.keyMask && ops.unsqueeze(expectMask(name, options.keyMask), 1)
    const weights =
      mask === undefined
        ? ops.softmax(scores)
        : ops.where(mask, ops.softmax(ops.where(mask, scores, scores.dtype === 'float16' ? -65504 : -3e38)), 0)
    return { context: wrap(ops.matmul(weights, k)), weights: wrap(weights) }
  }

  /** The part of the scores that does not depend on queries, for keys that are asked step by step. */
  remember(keys: Tensor): Tensor {
    return new Tensor(this.key.forward(keys).node)
  }

  protected override describe(): string {
    return `${this.queryWidth} to ${this.keyWidth}, ${this.units} units`
  }
}

/**
 * Attention whose scores a small network gives: context = softmax(vᵀ · tanh(W · query + U · key + b)) · keys.
 * (Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2014.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example const { context, weights } = additiveAttention(8, 6, 10).forward(zeros([2, 1, 8]), zeros([2, 7, 6]))
 */
export const additiveAttention = <Queries extends number, Keys extends number>(
  queryWidth: Queries,
  keyWidth: Keys,
  units: number,
  options: Pick<LinearOptions, 'initializer' | 'dtype'> = {},
): AdditiveAttention<Queries, Keys> => new AdditiveAttention(queryWidth, keyWidth, units, options)
