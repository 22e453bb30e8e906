import * as ops from '../../operations/index.js'
import type { DistanceOptions, SimilarityOptions } from '../../operations/linear/vectors.js'
import { expectTensor } from '../methods/operand.js'
import type { Tensor } from '../tensor.js'
import type {
  AxisProblem,
  Broadcast,
  BroadcastProblem,
  Kron,
  Reduce,
  RowPairs,
  RowPairsProblem,
  Shape,
  ShapeOf,
  TensorDot,
  TensorDotProblem,
  Unless,
} from '../types/index.js'
import { wrap } from '../wrap.js'

// Functions of two tensors of equal standing.

/**
 * The Kronecker product: each element of a times all of b, block by block; missing leading axes count as 1.
 *
 * @example kron(eye(2), ones([1, 2])) // [[1, 1, 0, 0], [0, 0, 1, 1]]
 */
export function kron<A extends Shape, B extends Shape>(a: Tensor<A>, b: Tensor<B>): Tensor<Kron<A, B>> {
  return wrap(ops.kron(expectTensor('kron', 'the first factor', a), expectTensor('kron', 'the second factor', b)))
}

/**
 * The vector product of vectors of 3 along the last axis, which broadcast: perpendicular to both, as long as the parallelogram is large.
 *
 * @throws ShapeError if the last axes do not have size 3
 * @example cross(tensor([1, 0, 0]), tensor([0, 1, 0])) // [0, 0, 1]
 */
export function cross<A extends Tensor, B extends Tensor>(
  a: A,
  b: Unless<BroadcastProblem<ShapeOf<A>, ShapeOf<B>>, B>,
): Tensor<Broadcast<ShapeOf<A>, ShapeOf<B>>> {
  return wrap(ops.cross(expectTensor('cross', 'the first vector', a), expectTensor('cross', 'the second vector', b)))
}

/**
 * The inner products Σ aᵢ bᵢ of vectors along an axis (the last), which broadcast.
 *
 * @throws ShapeError if the shapes do not broadcast
 * @example vecDot(tensor([[1, 2], [3, 4]]), tensor([1, 1])) // [3, 7]
 */
export function vecDot<A extends Tensor, B extends Tensor, X extends number = -1>(
  a: A,
  b: Unless<BroadcastProblem<ShapeOf<A>, ShapeOf<B>>, B>,
  axis?: Unless<AxisProblem<'vecDot', Broadcast<ShapeOf<A>, ShapeOf<B>>, X>, X>,
): Tensor<Reduce<Broadcast<ShapeOf<A>, ShapeOf<B>>, X, false>> {
  const [x, y] = [expectTensor('vecDot', 'the first vector', a), expectTensor('vecDot', 'the second vector', b)]
  return wrap(ops.vecDot(x, y, axis as number | undefined))
}

/**
 * The sum of products over pairs of axes: the last `axes` (2) of a with the first of b, or those that two lists name. The other axes of
 * a remain, then those of b.
 *
 * @throws ShapeError if paired axes have different sizes
 * @example tensorDot(zeros([2, 3, 4]), zeros([3, 4, 5])) // → [2, 5]
 */
export function tensorDot<
  A extends Tensor,
  B extends Tensor,
  const X extends number | readonly [readonly number[], readonly number[]] = 2,
>(
  a: A,
  b: Unless<TensorDotProblem<ShapeOf<A>, ShapeOf<B>, X>, B>,
  axes?: X,
): Tensor<TensorDot<ShapeOf<A>, ShapeOf<B>, X>> {
  const [x, y] = [expectTensor('tensorDot', 'the first factor', a), expectTensor('tensorDot', 'the second factor', b)]
  return wrap(ops.tensorDot(x, y, axes))
}

/**
 * The cosine of the angle between vectors along an axis (the last), which broadcast: a · b / (max(‖a‖, ε) max(‖b‖, ε)).
 *
 * @throws ShapeError if the shapes do not broadcast
 * @example cosineSimilarity(tensor([1, 0]), tensor([0, 2])) // 0
 */
export function cosineSimilarity<A extends Tensor, B extends Tensor, X extends number = -1>(
  a: A,
  b: Unless<BroadcastProblem<ShapeOf<A>, ShapeOf<B>>, B>,
  axis?: Unless<AxisProblem<'cosineSimilarity', Broadcast<ShapeOf<A>, ShapeOf<B>>, X>, X>,
  options?: SimilarityOptions,
): Tensor<Reduce<Broadcast<ShapeOf<A>, ShapeOf<B>>, X, false>> {
  const x = expectTensor('cosineSimilarity', 'the first vector', a)
  const y = expectTensor('cosineSimilarity', 'the second vector', b)
  return wrap(ops.cosineSimilarity(x, y, axis as number | undefined, options))
}

/**
 * The distance of each row of a from each row of b: […, m, features], […, n, features] → […, m, n]. The metric is 'euclidean' unless
 * the options say 'squaredEuclidean', 'manhattan', 'chebyshev', 'cosine' (1 − similarity) or a p.
 *
 * @throws ShapeError if there are not as many features in both
 * @example pairwiseDistances(tensor([[0, 0]]), tensor([[3, 4], [0, 1]])) // [[5, 1]]
 */
export function pairwiseDistances<A extends Tensor, B extends Tensor>(
  a: A,
  b: Unless<RowPairsProblem<'pairwiseDistances', ShapeOf<A>, ShapeOf<B>>, B>,
  options?: DistanceOptions,
): Tensor<RowPairs<ShapeOf<A>, ShapeOf<B>>> {
  const x = expectTensor('pairwiseDistances', 'the first argument', a)
  return wrap(ops.pairwiseDistances(x, expectTensor('pairwiseDistances', 'the second argument', b), options))
}
