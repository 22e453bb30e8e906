import { failDType, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape, sameShape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import type { KeysProblem, ValuesProblem } from '../../types/sequences.js'
import type { AllButLast, Last } from '../../types/sizes.js'

export interface ScaledAttentionOptions {
  /** Which queries may see which keys, bool that broadcasts to […, queries, keys]; all. A query that may see none gets 0. */
  readonly mask?: Tensor
  /** Whether a query sees no keys behind its own place, the last query being at the place of the last key; false. */
  readonly causal?: boolean
  /** Added to the scores, as for distances; broadcasts to […, queries, keys]. */
  readonly bias?: Tensor
  /** The scores are multiplied with it; 1 / √size. */
  readonly scale?: number
}

/**
 * For each query the mean of the values, weighted by how much their keys are like it: softmax(Q · Kᵀ · scale) · V, for queries
 * […, queries, size], keys […, keys, size] and values […, keys, width]. The leading axes are batches and heads.
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws ShapeError if keys do not fit queries, values do not fit keys, or the mask does not broadcast
 * @example
 * const [queries, keys, values] = [zeros([2, 4, 7, 8]), zeros([2, 4, 9, 8]), zeros([2, 4, 9, 8])]
 * scaledDotProductAttention(queries, keys, values) // [2, 4, 7, 8]
 */
export function scaledDotProductAttention<Q extends Shape, K extends Shape, V extends Shape>(
  queries: Tensor<Q>,
  keys: Unless<KeysProblem<Q, K>, Tensor<K>>,
  values: Unless<ValuesProblem<K, V>, Tensor<V>>,
  options: ScaledAttentionOptions = {},
): Tensor<[...AllButLast<Q>, Last<V>]> {
  const name = 'scaledDotProductAttention'
  checkOptions(name, options, { mask: true, causal: true, bias: true, scale: true })
  const q = expectTensor(name, 'the tensor of queries', queries)
  const k = expectTensor(name, 'the tensor of keys', keys)
  const v = expectTensor(name, 'the tensor of values', values)
  if (q.rank < 2 || k.rank < 2 || v.rank < 2 || last(q) !== last(k) || k.shape[k.rank - 2] !== v.shape[v.rank - 2]) {
    failShape(
      name,
      `queries ${formatShape(q.shape)}, keys ${formatShape(k.shape)} and values ${formatShape(v.shape)} do not fit`,
      'They are […, queries, size], […, keys, size] and […, keys, width].',
    )
  }
  const seen = options.mask && expectMask(name, options.mask)
  const causal = options.causal ? before(q.shape[q.rank - 2], k.shape[k.rank - 2]) : undefined
  const bias = options.bias && expectTensor(name, 'the bias', options.bias)
  const mask = both(seen, causal)
  return wrap(attend(q, k, v, { ...(mask && { mask }), ...(bias && { bias }), scale: options.scale }))
}

const last = ({ shape, rank }: Node): number => shape[rank - 1]

export function expectMask(name: string, mask: Tensor): Node {
  const node = expectTensor(name, 'the mask', mask)
  if (node.dtype !== 'bool')
    failDType(name, `the mask is ${node.dtype}`, 'It is bool: true where a query may see a key.')
  return node
}

/** What both masks let through. */
export const both = (a: Node | undefined, b: Node | undefined): Node | undefined =>
  a === undefined ? b : b === undefined ? a : ops.logicalAnd(a, b)

/** Which of the keys a query may see that are not behind it, [queries, keys]. */
export function before(queries: number, keys: number): Node {
  const query = build.iota('int32', [queries, 1], 0)
  return ops.lessEqual(build.iota('int32', [1, keys], 1), ops.add(query, keys - queries))
}

/** Which keys count, [batch, keys], for all heads and queries. */
export function expectKeyMask(name: string, mask: Tensor, batch: number, keys: number): Node {
  const node = expectMask(name, mask)
  if (!sameShape(node.shape, [batch, keys])) {
    failShape(name, `the key mask is ${formatShape(node.shape)}`, `It is [batch, keys], here [${batch}, ${keys}].`)
  }
  return ops.unsqueeze(node, [1, 2])
}

interface Attending {
  readonly mask?: Node
  readonly bias?: Node
  readonly scale?: number | undefined
}

/** See {@link scaledDotProductAttention}. @param weigh what becomes of the weights, such as dropout */
export function attend(
  queries: Node,
  keys: Node,
  values: Node,
  { mask, bias, scale = 1 / Math.sqrt(last(queries)) }: Attending,
  weigh: (weights: Node) => Node = (weights) => weights,
): Node {
  const products = ops.mul(ops.matmul(queries, ops.transpose(keys)), scale)
  const scores = bias === undefined ? products : ops.add(products, bias)
  if (mask === undefined) return ops.matmul(weigh(ops.softmax(scores)), values)
  // Not −∞: where a query may see no key there would be NaN, in gradients too.
  const visible = ops.where(mask, scores, scores.dtype === 'float16' ? -65504 : -3e38)
  return ops.matmul(weigh(ops.where(mask, ops.softmax(visible), 0)), values)
}
