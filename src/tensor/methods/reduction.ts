import type { Node } from '../../graph/node.js'
import type { CumulativeOptions } from '../../operations/cumulative.js'
import * as ops from '../../operations/index.js'
import type { SortOptions } from '../../operations/indexing/sort.js'
import type { UnitOptions } from '../../operations/linear/vectors.js'
import type { NormOptions, ReductionOptions, VarianceOptions } from '../../operations/reductions.js'
import type { Tensor } from '../tensor.js'
import type { Axes, AxisProblem, Differ, Reduce, ShapeOf, Unless, UnlessListed } from '../types/index.js'
import { wrap } from '../wrap.js'
import { operand } from './operand.js'

/** Reduces over one axis, several, or all if left out; reduced axes stay with size 1 with `keepDims`. */
export type Reduction<Name extends string, Options = unknown> = <
  T extends Tensor,
  const X extends Axes | undefined = undefined,
  K extends boolean = false,
>(
  this: T,
  axis?: UnlessListed<AxisProblem<Name, ShapeOf<T>, X>, X>,
  options?: { readonly keepDims?: K } & Options,
) => Tensor<Reduce<ShapeOf<T>, X, K>>

/** Finds a position along an axis, or in the flattened tensor if it is left out. */
export type Search<Name extends string> = <
  T extends Tensor,
  X extends number | undefined = undefined,
  K extends boolean = false,
>(
  this: T,
  axis?: Unless<AxisProblem<Name, ShapeOf<T>, X>, X>,
  options?: { readonly keepDims?: K },
) => Tensor<Reduce<ShapeOf<T>, X, K>>

/** Works along an axis; the shape stays. */
export type Along<Name extends string, Options> = <T extends Tensor, X extends number>(
  this: T,
  axis: Unless<AxisProblem<Name, ShapeOf<T>, X>, X>,
  options?: Options,
) => Tensor<ShapeOf<T>>

/** As {@link Along}, by default along the last axis. */
export type AlongLast<Name extends string, Options = never> = <T extends Tensor, X extends number = -1>(
  this: T,
  axis?: Unless<AxisProblem<Name, ShapeOf<T>, X>, X>,
  options?: Options,
) => Tensor<ShapeOf<T>>

const reduction = <Name extends string, Options extends ReductionOptions = ReductionOptions>(
  rule: (x: Node, axis?: Axes, options?: Options) => Node,
): Reduction<Name, Options> =>
  function (this: Tensor, axis, options) {
    return wrap(rule(this.node, axis as Axes | undefined, options))
  }

const search = <Name extends string>(
  rule: (x: Node, axis?: number, options?: ReductionOptions) => Node,
): Search<Name> =>
  function (this: Tensor, axis, options) {
    return wrap(rule(this.node, axis as number | undefined, options))
  }

const along = <Name extends string, Options>(
  rule: (x: Node, axis: number, options?: Options) => Node,
): Along<Name, Options> =>
  function (this: Tensor, axis, options) {
    return wrap(rule(this.node, axis as number, options))
  }

const alongLast = <Name extends string, Options = never>(
  rule: (x: Node, axis?: number, options?: Options) => Node,
): AlongLast<Name, Options> =>
  function (this: Tensor, axis, options) {
    return wrap(rule(this.node, axis as number | undefined, options))
  }

/** The reduction that needs a share first. */
export type Quantile = <T extends Tensor, const X extends Axes | undefined = undefined, K extends boolean = false>(
  this: T,
  q: number,
  axis?: UnlessListed<AxisProblem<'quantile', ShapeOf<T>, X>, X>,
  options?: { readonly keepDims?: K },
) => Tensor<Reduce<ShapeOf<T>, X, K>>

const quantileOver: Quantile = function (this: Tensor, q, axis, options) {
  return wrap(ops.quantile(this.node, q, axis as Axes | undefined, options))
}

/** The integral along one axis. */
export type Area = <T extends Tensor, X extends number = -1>(
  this: T,
  axis?: Unless<AxisProblem<'trapezoid', ShapeOf<T>, X>, X>,
  points?: Tensor | number,
) => Tensor<Reduce<ShapeOf<T>, X, false>>

const area: Area = function (this: Tensor, axis, points) {
  return wrap(ops.trapezoid(this.node, axis as number | undefined, points === undefined ? undefined : operand(points)))
}

/** Neighbours subtracted. */
export type Differences = <T extends Tensor, X extends number = -1, Order extends number = 1>(
  this: T,
  axis?: Unless<AxisProblem<'diff', ShapeOf<T>, X>, X>,
  order?: Order,
) => Tensor<Differ<ShapeOf<T>, X, Order>>

const differences: Differences = function (this: Tensor, axis, order) {
  return wrap(ops.diff(this.node, axis as number | undefined, order))
}

/** The methods that reduce axes or run along one. */
export const reductions = {
  /** The sum; 0 of nothing. Booleans and uint8 give int32. */
  sum: reduction<'sum'>(ops.sum),
  /** The product; 1 of nothing. Booleans and uint8 give int32. */
  prod: reduction<'prod'>(ops.prod),
  /** The arithmetic mean. Integers give float32. */
  mean: reduction<'mean'>(ops.mean),
  /** Σ (x − mean)² / (n − correction), where the correction is 0. */
  variance: reduction<'variance', VarianceOptions>(ops.variance),
  /** The standard deviation √variance. */
  std: reduction<'std', VarianceOptions>(ops.std),
  /** The smallest element; NaN if there is one. */
  min: reduction<'min'>(ops.min),
  /** The largest element; NaN if there is one. */
  max: reduction<'max'>(ops.max),
  /** Whether one element is true (not zero). */
  any: reduction<'any'>(ops.any),
  /** Whether every element is true (not zero). */
  all: reduction<'all'>(ops.all),
  /** How many elements are not zero. */
  countNonZero: reduction<'countNonZero'>(ops.countNonZero),
  /** log Σ exp(x) without overflow. */
  logSumExp: reduction<'logSumExp'>(ops.logSumExp),
  /** (Σ |x|ᵖ)^(1/p), where p, the order, is 2. */
  norm: reduction<'norm', NormOptions>(ops.norm),
  /** The sum of what is not NaN. */
  nanSum: reduction<'nanSum'>(ops.nanSum),
  /** The mean of what is not NaN. */
  nanMean: reduction<'nanMean'>(ops.nanMean),
  /** The middle of the sorted elements, the mean of two in the middle; NaN if there is one. */
  median: reduction<'median'>(ops.median),
  /** The value below which a share q of the elements lies, between two of them in proportion; NaN if there is one. */
  quantile: quantileOver,
  /** The area under the curve by the trapezoidal rule along an axis (the last); `points` are the distance (1) or the places of the elements. */
  trapezoid: area,
  /** The int32 index of the first largest element. */
  argMax: search<'argMax'>(ops.argMax),
  /** The int32 index of the first smallest element. */
  argMin: search<'argMin'>(ops.argMin),

  /** Running sums along an axis. */
  cumSum: along<'cumSum', CumulativeOptions>(ops.cumSum),
  /** Running products along an axis. */
  cumProd: along<'cumProd', CumulativeOptions>(ops.cumProd),
  /** Running maxima along an axis. */
  cumMax: along<'cumMax', CumulativeOptions>(ops.cumMax),
  /** Running minima along an axis. */
  cumMin: along<'cumMin', CumulativeOptions>(ops.cumMin),

  /** log Σ exp of the elements up to each one, without overflow. */
  logCumSumExp: along<'logCumSumExp', CumulativeOptions>(ops.logCumSumExp),
  /** The differences of neighbours along an axis (the last), `order` (1) times: n elements become n − order. */
  diff: differences,
  /** Vectors along an axis (the last) brought to length 1; zeros stay zeros. */
  normalize: alongLast<'normalize', UnitOptions>(ops.unitLength),

  /** exp(x) / Σ exp(x) along an axis (the last): positive numbers that sum to 1. */
  softmax: alongLast<'softmax'>(ops.softmax),
  /** log(softmax(x)) without the loss of accuracy of taking the logarithm afterwards. */
  logSoftmax: alongLast<'logSoftmax'>(ops.logSoftmax),
  /** The elements in ascending order along an axis (the last); equal ones keep their order, NaN comes last. */
  sort: alongLast<'sort', SortOptions>(ops.sort),
  /** The int32 indices that sort along an axis (the last). */
  argSort: alongLast<'argSort', SortOptions>(ops.argSort),
}
