import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import type { SegmentOptions } from '../../operations/indexing/segments.js'
import { expectTensor } from '../methods/operand.js'
import type { Tensor } from '../tensor.js'
import type { Segmented, SegmentProblem, ShapeOf, Unless } from '../types/index.js'
import { wrap } from '../wrap.js'

// Rows gathered by the number of a segment that each has: messages at the nodes of a graph, words in sentences, pixels in regions.

type Rule = (x: Node, segments: Node, count: number, options?: SegmentOptions) => Node

function apply(
  name: string,
  rule: Rule,
  x: Tensor,
  segments: unknown,
  count: number,
  options?: SegmentOptions,
): Tensor {
  return wrap(rule(expectTensor(name, 'the rows', x), expectTensor(name, 'the segments', segments), count, options))
}

/**
 * The sums of the rows of each segment: [rows, …rest] and whole numbers [rows] of 0 … count − 1 → [count, …rest]; 0 where there are none.
 *
 * @throws ShapeError if there is not one segment for each row; when the value is computed if a number is outside 0 … count − 1
 * @example segmentSum(tensor([1, 2, 3]), tensor([0, 2, 0], [3], 'int32'), 3) // [4, 0, 2]
 */
export function segmentSum<T extends Tensor, I extends Tensor, Count extends number>(
  x: T,
  segments: Unless<SegmentProblem<'segmentSum', ShapeOf<T>, ShapeOf<I>>, I>,
  count: Count,
): Tensor<Segmented<ShapeOf<T>, Count>> {
  return apply('segmentSum', ops.segmentSum, x, segments, count)
}

/**
 * The means of the rows of each segment, as {@link segmentSum}; 0 where there are none.
 *
 * @throws ShapeError if there is not one segment for each row; when the value is computed if a number is outside 0 … count − 1
 * @example segmentMean(tensor([1, 2, 3]), tensor([0, 2, 0], [3], 'int32'), 3) // [2, 0, 2]
 */
export function segmentMean<T extends Tensor, I extends Tensor, Count extends number>(
  x: T,
  segments: Unless<SegmentProblem<'segmentMean', ShapeOf<T>, ShapeOf<I>>, I>,
  count: Count,
): Tensor<Segmented<ShapeOf<T>, Count>> {
  return apply('segmentMean', ops.segmentMean, x, segments, count)
}

/**
 * The largest of each segment, element by element, as {@link segmentSum}; `empty` (0) where there are no rows.
 *
 * @throws ShapeError if there is not one segment for each row; when the value is computed if a number is outside 0 … count − 1
 * @example segmentMax(tensor([1, 2, 3]), tensor([0, 2, 0], [3], 'int32'), 3, { empty: -1 }) // [3, -1, 2]
 */
export function segmentMax<T extends Tensor, I extends Tensor, Count extends number>(
  x: T,
  segments: Unless<SegmentProblem<'segmentMax', ShapeOf<T>, ShapeOf<I>>, I>,
  count: Count,
  options?: SegmentOptions,
): Tensor<Segmented<ShapeOf<T>, Count>> {
  return apply('segmentMax', ops.segmentMax, x, segments, count, options)
}

/**
 * The smallest of each segment, element by element, as {@link segmentSum}; `empty` (0) where there are no rows.
 *
 * @throws ShapeError if there is not one segment for each row; when the value is computed if a number is outside 0 … count − 1
 * @example segmentMin(tensor([1, 2, 3]), tensor([0, 2, 0], [3], 'int32'), 3) // [1, 0, 2]
 */
export function segmentMin<T extends Tensor, I extends Tensor, Count extends number>(
  x: T,
  segments: Unless<SegmentProblem<'segmentMin', ShapeOf<T>, ShapeOf<I>>, I>,
  count: Count,
  options?: SegmentOptions,
): Tensor<Segmented<ShapeOf<T>, Count>> {
  return apply('segmentMin', ops.segmentMin, x, segments, count, options)
}

/**
 * exp(x) / Σ exp(x) over the rows of the same segment: the attention of graph networks (Veličković et al., 2018).
 *
 * @throws ShapeError if there is not one segment for each row; when the value is computed if a number is outside 0 … count − 1
 * @example segmentSoftmax(tensor([5, 2, 5]), tensor([0, 2, 0], [3], 'int32'), 3) // [0.5, 1, 0.5]
 */
export function segmentSoftmax<T extends Tensor, I extends Tensor>(
  x: T,
  segments: Unless<SegmentProblem<'segmentSoftmax', ShapeOf<T>, ShapeOf<I>>, I>,
  count: number,
): Tensor<ShapeOf<T>> {
  return apply('segmentSoftmax', ops.segmentSoftmax, x, segments, count)
}
