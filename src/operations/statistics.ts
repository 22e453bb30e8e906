import { expectInteger, expectList, expectNumber } from '../core/arguments.js'
import { isInteger } from '../core/dtype.js'
import { fail, failDType, failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { formatShape, keepAxes, normalizeAxes, range, sameShape, sizeOf } from '../core/shape.js'
import { build, type Node } from '../graph/index.js'
import { searchSorted, sort } from './indexing/sort.js'
import { part } from './movement/slicing.js'
import { describe, floating, inFloat32, lift, like, type Operand, stretch } from './operand.js'
import { type Axes, countNonZero, mean, type ReductionOptions, sum, variance } from './reductions.js'

/**
 * The value below which a share `q` of the elements lies, between two elements in proportion (NumPy's and PyTorch's 'linear'); over
 * one axis, several, or all if left out. NaN if one is NaN. Integers give float32.
 * @throws ShapeError if there are no elements.
 */
export const quantile = inFloat32(
  (x: Operand, q: number, axis?: Axes, options: ReductionOptions = {}): Node => ranked('quantile', x, q, axis, options),
)

/** The middle of the sorted elements, the mean of the two in the middle of an even number of them; otherwise as {@link quantile}. */
export const median = inFloat32(
  (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node => ranked('median', x, 0.5, axis, options),
)

function ranked(operation: string, x: Operand, q: number, axis: Axes | undefined, options: ReductionOptions): Node {
  checkOptions(operation, options, { keepDims: true })
  const { keepDims = false } = options
  const node = floating(x)
  const axes = normalizeAxes(axis, node.rank, operation)
  if (!(expectNumber(operation, 'the share', q) >= 0 && q <= 1)) {
    fail(`${operation}: ${q} is not a share`, 'Use a number from 0 to 1.')
  }
  const kept = range(node.rank).filter((i) => !axes.includes(i))
  const shape = kept.map((i) => node.shape[i])
  const n = sizeOf(axes.map((i) => node.shape[i]))
  if (n === 0) failShape(operation, `no elements in ${formatShape(node.shape)}`, 'Of nothing it is not defined.')
  const rows = sort(build.reshape(build.permute(node, [...kept, ...axes]), [...shape, n]))
  const place = q * (n - 1)
  const nth = (i: number): Node => build.reshape(part(rows, shape.length, i, 1), shape)
  const low = nth(Math.floor(place))
  const high = nth(Math.ceil(place))
  // Between two equal infinities there is no NaN.
  const distance = build.where(build.equal(low, high), like(low, 0), build.sub(high, low))
  const between = build.add(low, build.mul(distance, like(low, place - Math.floor(place))))
  const last = nth(n - 1)
  const value = build.where(build.equal(last, last), between, last)
  return keepDims ? build.reshape(value, keepAxes(node.shape, axes)) : value
}

const isNumber = (x: Node): Node => build.equal(x, x)

/** The sum of what is not NaN; 0 of nothing. */
export const nanSum = inFloat32((x: Operand, axis?: Axes, options: ReductionOptions = {}): Node => {
  const node = lift(x)
  return sum(build.where(isNumber(node), node, like(node, 0)), axis, options)
})

/** The mean of what is not NaN; NaN of nothing. Integers give float32. */
export const nanMean = inFloat32((x: Operand, axis?: Axes, options: ReductionOptions = {}): Node => {
  const node = floating(x)
  const total = nanSum(node, axis, options)
  return build.div(total, build.cast(countNonZero(isNumber(node), axis, options), total.dtype))
})

export interface CovarianceOptions {
  /** Subtracted from the number of observations before dividing; 1. */
  readonly correction?: number
}

/**
 * How variables vary together: Σ (xᵢ − mean)(xⱼ − mean) / (n − correction) of the rows of […, variables, observations] →
 * […, variables, variables]. Integers give float32.
 * @throws ShapeError if it is not a matrix.
 */
export const covariance = inFloat32((x: Operand, options: CovarianceOptions = {}): Node => {
  checkOptions('covariance', options, { correction: true })
  const node = variables('covariance', x)
  const centred = build.sub(node, stretch(mean(node, -1, { keepDims: true }), node.shape))
  return build.div(products(centred), like(products(centred), node.shape[node.rank - 1] - (options.correction ?? 1)))
})

/** The covariance of variables that are brought to variance 1 (Pearson's correlation), −1 … 1; NaN of what is constant. */
export const correlation = inFloat32((x: Operand): Node => {
  const node = variables('correlation', x)
  const keep = { keepDims: true }
  const centred = build.sub(node, stretch(mean(node, -1, keep), node.shape))
  const normal = build.div(centred, stretch(build.sqrt(variance(node, -1, keep)), node.shape))
  const product = products(normal)
  return build.div(product, like(product, node.shape[node.rank - 1]))
})

function variables(operation: string, x: Operand): Node {
  const node = floating(x)
  if (node.rank < 2) {
    failShape(operation, `${formatShape(node.shape)} is not a matrix`, 'Rows are variables, columns observations.')
  }
  return node
}

function products(x: Node): Node {
  const turned = build.permute(x, [...range(x.rank - 2), x.rank - 1, x.rank - 2])
  return build.dot(x, turned)
}

/**
 * How often each of 0 … count − 1 occurs among the elements, as int32 [count]; with weights of the same shape the sums of theirs.
 * @throws DTypeError if they are not whole numbers. One outside 0 … count − 1 is an error when the value is computed.
 */
export const binCount = inFloat32((x: Operand, count: number, weights?: Operand): Node => {
  const node = lift(x)
  if (!isInteger(node.dtype)) {
    failDType('binCount', `elements are ${describe(node)}`, "They are whole numbers; convert with cast('int32').")
  }
  if (expectInteger('binCount', 'the number of bins', count) < 0) {
    failShape('binCount', `${count} bins`, 'Give how many there are, 0 or more.')
  }
  return counted('binCount', build.cast(node, 'int32'), count, weights)
})

function counted(operation: string, index: Node, count: number, weights: Operand | undefined): Node {
  const values = weights === undefined ? build.fill(1, index.shape, 'int32') : lift(weights)
  if (values.rank > 0 && !sameShape(values.shape, index.shape)) {
    failShape(
      operation,
      `weights ${formatShape(values.shape)} of ${formatShape(index.shape)}`,
      'Give one for each element.',
    )
  }
  const each = stretch(
    values.dtype === 'bool' || values.dtype === 'uint8' ? build.cast(values, 'int32') : values,
    index.shape,
  )
  return build.scatter(build.fill(0, [count], each.dtype), index, each, 'add', 0, operation)
}

export interface HistogramOptions {
  /** Where the first bin starts and the last ends; the smallest and largest element. What lies outside is not counted. */
  readonly range?: readonly [low: number, high: number]
}

/**
 * How many elements lie in each of `bins` intervals of equal width, as int32 [bins], and the bins + 1 edges. An edge belongs to
 * the bin above it, the last to the last bin, as in NumPy. NaN is in none.
 * @throws Error if the range does not go from a smaller to a larger number.
 */
export function histogram(x: Operand, bins = 10, options: HistogramOptions = {}): { counts: Node; edges: Node } {
  checkOptions('histogram', options, { range: true })
  const node = floating(x)
  const wide = node.dtype === 'float64' ? node : build.cast(node, 'float32')
  if (expectInteger('histogram', 'the number of bins', bins) < 1) {
    failShape('histogram', `${bins} bins`, 'Give how many there are, 1 or more.')
  }
  const [low, high] = limits(wide, options.range)
  const at = build.iota(wide.dtype, [bins + 1], 0)
  const step = build.div(build.sub(high, low), like(high, bins))
  const inner = build.add(stretch(low, at.shape), build.mul(at, stretch(step, at.shape)))
  const edges = build.where(build.equal(at, like(at, bins)), stretch(high, at.shape), inner)
  const flat = build.reshape(build.stopGradient(wide), [sizeOf(wide.shape)])
  const above = searchSorted(edges, flat, 'right')
  const isLast = build.equal(flat, stretch(high, flat.shape))
  const bin = build.where(isLast, like(above, bins), above)
  // Bin 0 takes what is too small or NaN, the one after the last what is too large.
  const found = counted('histogram', bin, bins + 2, undefined)
  return { counts: part(found, 0, 1, bins), edges }
}

function limits(x: Node, given: HistogramOptions['range']): [Node, Node] {
  const scalar = (value: number): Node => build.fill(value, [], x.dtype)
  if (given !== undefined) {
    const [low, high] = expectList('histogram', 'the range', given)
    if (!(low < high && Number.isFinite(high - low))) {
      fail(
        `histogram: the range ${formatShape(given)} is none`,
        'Give [low, high], finite numbers of which the second is larger.',
      )
    }
    return [scalar(low), scalar(high)]
  }
  if (sizeOf(x.shape) === 0) return [scalar(0), scalar(1)]
  const source = build.stopGradient(x)
  const [low, high] = [build.reduceMin(source, range(x.rank)), build.reduceMax(source, range(x.rank))]
  const half = build.where(build.equal(low, high), scalar(0.5), scalar(0))
  return [build.sub(low, half), build.add(high, half)]
}

/** The int32 number of the interval between ascending `boundaries` that each element falls into: {@link searchSorted} the other way round. */
export const bucketize = (x: Operand, boundaries: Operand, side: 'left' | 'right' = 'left'): Node =>
  searchSorted(boundaries, x, side)
