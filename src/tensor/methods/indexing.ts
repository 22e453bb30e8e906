import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import type { Operand } from '../../operations/operand.js'
import type { HistogramOptions } from '../../operations/statistics.js'
import type { Tensor } from '../tensor.js'
import type {
  Add,
  AtProblem,
  AxisProblem,
  OperandShape,
  Resized,
  Shape,
  ShapeOf,
  Take,
  TakeAlong,
  TopKProblem,
  Unless,
} from '../types/index.js'
import { wrap } from '../wrap.js'
import { expectTensor, operand } from './operand.js'

/** Changes what `take` would read for the same indices and axis; the updates broadcast. */
export type Scatter<Name extends string> = <T extends Tensor, X extends number = 0>(
  this: T,
  indices: Tensor,
  updates: Tensor | number,
  axis?: Unless<AxisProblem<Name, ShapeOf<T>, X>, X>,
) => Tensor<ShapeOf<T>>

const scatter = <Name extends string>(
  rule: (x: Node, indices: Operand, updates: Operand, axis?: number) => Node,
): Scatter<Name> =>
  function (this: Tensor, indices, updates, axis) {
    return wrap(rule(this.node, operand(indices), operand(updates), axis as number | undefined))
  }

/** Picks along an axis by indices of the same rank. */
export type TakesAlong = <T extends Tensor, I extends Shape, X extends number = -1>(
  this: T,
  indices: Tensor<I>,
  axis?: Unless<AxisProblem<'takeAlongAxis', ShapeOf<T>, X>, X>,
) => Tensor<TakeAlong<ShapeOf<T>, I, X>>

const takeAlongAxis: TakesAlong = function (this: Tensor, indices, axis) {
  return wrap(ops.takeAlongAxis(this.node, operand(indices), axis as number | undefined))
}

/** Adds a last axis for as many classes as `depth` says. */
export type OneHot = <T extends Tensor, Depth extends number>(this: T, depth: Depth) => Tensor<[...ShapeOf<T>, Depth]>

const oneHot: OneHot = function (this: Tensor, depth) {
  return wrap(ops.oneHot(this.node, depth))
}

/** One count for each of 0 … count − 1. */
export type CountBins = <Count extends number>(this: Tensor, count: Count, weights?: Tensor) => Tensor<[Count]>

const countBins: CountBins = function (this: Tensor, count, weights) {
  return wrap(
    ops.binCount(
      this.node,
      count,
      weights === undefined ? undefined : expectTensor('binCount', 'the weights', weights),
    ),
  )
}

/** One count for each bin, and the edges around them. */
export type Histogram = <Bins extends number = 10>(
  this: Tensor,
  bins?: Bins,
  options?: HistogramOptions,
) => { counts: Tensor<[Bins]>; edges: Tensor<[Add<Bins, 1>]> }

const histogram: Histogram = function (this: Tensor, bins, options) {
  const { counts, edges } = ops.histogram(this.node, bins, options)
  return { counts: wrap(counts), edges: wrap(edges) }
}

/** The methods that read and write by indices. */
export const indexing = {
  /** The parts at the indices along an axis (0), which gives way to the shape of the indices. Negative ones count from the end. */
  take<T extends Tensor, const I extends Tensor | number, X extends number = 0>(
    this: T,
    indices: Unless<AtProblem<'take', ShapeOf<T>, I, X>, I>,
    axis?: Unless<AxisProblem<'take', ShapeOf<T>, X>, X>,
  ): Tensor<Take<ShapeOf<T>, OperandShape<I>, X>> {
    return wrap(ops.take(this.node, operand(indices), axis as number | undefined))
  },

  /** At each place of the indices the element there whose index along an axis (the last) they name; other axes broadcast. */
  takeAlongAxis,

  /** With the updates in place of what `take` would read. Of several for one place any may win. */
  scatterSet: scatter<'scatterSet'>(ops.scatterSet),
  /** With the updates added to what `take` would read; several for one place add up. */
  scatterAdd: scatter<'scatterAdd'>(ops.scatterAdd),
  /** With the larger of the updates and what `take` would read. */
  scatterMax: scatter<'scatterMax'>(ops.scatterMax),
  /** With the smaller of the updates and what `take` would read. */
  scatterMin: scatter<'scatterMin'>(ops.scatterMin),

  /** With updates at the places that `takeAlongAxis` reads. */
  scatterAlongAxis<T extends Tensor, X extends number = -1>(
    this: T,
    indices: Tensor,
    updates: Tensor | number,
    axis?: Unless<AxisProblem<'scatterAlongAxis', ShapeOf<T>, X>, X>,
    mode?: 'set' | 'add' | 'max' | 'min',
  ): Tensor<ShapeOf<T>> {
    return wrap(ops.scatterAlongAxis(this.node, operand(indices), operand(updates), axis as number | undefined, mode))
  },

  /** The k largest elements along an axis (the last), largest first, and their int32 indices. */
  topK<T extends Tensor, K extends number, X extends number = -1>(
    this: T,
    k: Unless<TopKProblem<ShapeOf<T>, K, X>, K>,
    axis?: Unless<AxisProblem<'topK', ShapeOf<T>, X>, X>,
  ): { values: Tensor<Resized<ShapeOf<T>, X, K>>; indices: Tensor<Resized<ShapeOf<T>, X, K>> } {
    const { values, indices } = ops.topK(this.node, k as number, axis as number | undefined)
    return { values: wrap(values), indices: wrap(indices) }
  },

  /** Where each value would have to be put into this ascending vector, as int32. */
  searchSorted<V extends Shape>(this: Tensor, values: Tensor<V>, side?: 'left' | 'right'): Tensor<V> {
    return wrap(ops.searchSorted(this.node, operand(values), side))
  },

  /** The int32 number of the interval between ascending boundaries that each element falls into; a boundary ends it ('left') or starts the next. */
  bucketize<T extends Tensor>(this: T, boundaries: Tensor, side?: 'left' | 'right'): Tensor<ShapeOf<T>> {
    return wrap(ops.bucketize(this.node, operand(boundaries), side))
  },

  /** How often each of 0 … count − 1 occurs among whole numbers; with weights the sums of theirs. */
  binCount: countBins,

  /** How many elements lie in each of `bins` (10) intervals of equal width, and the bins + 1 edges; see `range`. */
  histogram,

  /** A new last axis with 1 at the index that each element is, and 0 elsewhere. */
  oneHot,
}
