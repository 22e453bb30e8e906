import { failShape } from '../core/errors.js'
import { checkOptions, type OptionNames } from '../core/options.js'
import { dropAxes, formatShape, keepAxes, normalizeAxes, normalizeAxis, type Shape, sizeOf } from '../core/shape.js'
import { build, type Node } from '../graph/index.js'
import { abs, pow, sign } from './elementwise/arithmetic.js'
import { floating, inFloat32, lift, like, type Operand, stretch } from './operand.js'

/** The axes that are reduced: one, several, or all if left out. Negative ones count from the end. */
export type Axes = number | readonly number[]

export interface ReductionOptions {
  /** Whether reduced axes stay with size 1; false. */
  readonly keepDims?: boolean
}

const names: OptionNames<ReductionOptions> = { keepDims: true }

function reduce<Options extends ReductionOptions>(
  operation: string,
  x: Node,
  axis: Axes | undefined,
  options: Options,
  rule: (x: Node, axes: readonly number[]) => Node,
  known: OptionNames<Options> = names as OptionNames<Options>,
): Node {
  checkOptions(operation, options, known)
  const { keepDims = false } = options
  const axes = normalizeAxes(axis, x.rank, operation)
  const reduced = rule(x, axes)
  return keepDims ? build.reshape(reduced, keepAxes(x.shape, axes)) : reduced
}

/** Small integers and booleans are added up as int32. */
function countable(x: Operand): Node {
  const node = lift(x)
  return node.dtype === 'bool' || node.dtype === 'uint8' ? build.cast(node, 'int32') : node
}

/** The sum; 0 of nothing. Booleans and uint8 give int32. */
export const sum = (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
  reduce('sum', countable(x), axis, options, build.reduceSum)

/** The product; 1 of nothing. Booleans and uint8 give int32. */
export const prod = (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
  reduce('prod', countable(x), axis, options, build.reduceProd)

const countOf = (shape: Shape, axes: readonly number[]): number => axes.reduce((n, axis) => n * shape[axis], 1)

/** The arithmetic mean; NaN of nothing. Integers give float32. */
export const mean = inFloat32(
  (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
    reduce('mean', floating(x), axis, options, (node, axes) => divide(build.reduceSum(node, axes), node.shape, axes)),
)

const divide = (total: Node, shape: Shape, axes: readonly number[], correction = 0): Node =>
  build.div(total, like(total, countOf(shape, axes) - correction))

export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements n before dividing: 0 (default) for the population, 1 for a sample of it. */
  readonly correction?: number
}

/** The mean squared distance from the mean, in two passes: Σ (x − mean)² / (n − correction). */
export const variance = inFloat32(
  (x: Operand, axis?: Axes, options: VarianceOptions = {}): Node =>
    reduce(
      'variance',
      floating(x),
      axis,
      options,
      (node, axes) => {
        const centre = mean(node, axes, { keepDims: true })
        const distance = build.sub(node, stretch(centre, node.shape))
        return divide(build.reduceSum(build.mul(distance, distance), axes), node.shape, axes, options.correction)
      },
      { keepDims: true, correction: true },
    ),
)

/** The standard deviation √variance; its gradient at 0 is 0. */
export const std = inFloat32(
  (x: Operand, axis?: Axes, options: VarianceOptions = {}): Node => rootOrZero(variance(x, axis, options)),
)

/** √x, with a gradient of 0 instead of ∞ · 0 where x is a sum of squares and 0. */
function rootOrZero(x: Node): Node {
  const positive = build.less(like(x, 0), x)
  return build.where(positive, build.sqrt(build.where(positive, x, like(x, 1))), x)
}

function checkElements(operation: string, x: Node, axis: Axes | undefined): void {
  const empty = normalizeAxes(axis, x.rank, operation).find((a) => x.shape[a] === 0)
  if (empty !== undefined) {
    failShape(
      operation,
      `no elements along axis ${empty} of ${formatShape(x.shape)}`,
      'Of nothing it is not defined; check the size before.',
    )
  }
}

/** The smallest element; NaN if there is one. Throws if there are no elements. */
export function min(x: Operand, axis?: Axes, options: ReductionOptions = {}): Node {
  const node = lift(x)
  checkElements('min', node, axis)
  return reduce('min', node, axis, options, build.reduceMin)
}

/** The largest element; NaN if there is one. Throws if there are no elements. */
export function max(x: Operand, axis?: Axes, options: ReductionOptions = {}): Node {
  const node = lift(x)
  checkElements('max', node, axis)
  return reduce('max', node, axis, options, build.reduceMax)
}

/** Whether one element is true (not zero); false of nothing. */
export const any = (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
  reduce('any', build.cast(lift(x), 'bool'), axis, options, (node, axes) =>
    countOf(node.shape, axes) === 0 ? build.fill(0, dropAxes(node.shape, axes), 'bool') : build.reduceMax(node, axes),
  )

/** Whether every element is true (not zero); true of nothing. */
export const all = (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
  reduce('all', build.cast(lift(x), 'bool'), axis, options, (node, axes) =>
    countOf(node.shape, axes) === 0 ? build.fill(1, dropAxes(node.shape, axes), 'bool') : build.reduceMin(node, axes),
  )

function extremum(
  operation: 'argMax' | 'argMin',
  x: Operand,
  axis: number | undefined,
  options: ReductionOptions,
): Node {
  checkOptions(operation, options, names)
  const { keepDims = false } = options
  const node = lift(x)
  const flat = axis === undefined ? build.reshape(node, [sizeOf(node.shape)]) : node
  const along = normalizeAxis(axis === undefined ? 0 : axis, flat.rank, operation)
  checkElements(operation, flat, along)
  const index = build[operation](flat, along)
  if (!keepDims) return index
  return build.reshape(index, axis === undefined ? node.shape.map(() => 1) : keepAxes(node.shape, [along]))
}

/** The int32 index of the first largest element along `axis`, or in the flattened tensor if it is left out. */
export const argMax = (x: Operand, axis?: number, options: ReductionOptions = {}): Node =>
  extremum('argMax', x, axis, options)

/** The int32 index of the first smallest element along `axis`, or in the flattened tensor if it is left out. */
export const argMin = (x: Operand, axis?: number, options: ReductionOptions = {}): Node =>
  extremum('argMin', x, axis, options)

/** log Σ exp(x) without overflow; −∞ of nothing but −∞, with a gradient of 0. */
export const logSumExp = inFloat32(
  (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
    reduce('logSumExp', floating(x), axis, options, (node, axes) => {
      if (countOf(node.shape, axes) === 0) return build.fill(-Infinity, dropAxes(node.shape, axes), node.dtype)
      const largest = build.stopGradient(build.reduceMax(node, axes))
      const shift = build.where(build.less(abs(largest), like(largest, Infinity)), largest, like(largest, 0))
      const shifted = build.sub(node, stretch(build.reshape(shift, keepAxes(node.shape, axes)), node.shape))
      const total = build.reduceSum(build.exp(shifted), axes)
      const nothing = build.equal(total, like(total, 0))
      const value = build.add(build.log(build.where(nothing, like(total, 1), total)), shift)
      return build.where(nothing, like(total, -Infinity), value)
    }),
)

export interface NormOptions extends ReductionOptions {
  /** The p of (Σ |x|ᵖ)^(1/p); 2. Infinity is the largest magnitude, 0 the number of non-zeros. */
  readonly order?: number
}

/** The vector norm (Σ |x|ᵖ)^(1/p) over the axes; the gradient of the Euclidean norm at 0 is 0. */
export const norm = inFloat32(
  (x: Operand, axis?: Axes, options: NormOptions = {}): Node =>
    reduce(
      'norm',
      floating(x),
      axis,
      options,
      (node, axes) => {
        const { order = 2 } = options
        if (order === 2) return rootOrZero(build.reduceSum(build.mul(node, node), axes))
        const magnitude = abs(node)
        if (order === 1) return build.reduceSum(magnitude, axes)
        if (order === Infinity || order === -Infinity) {
          checkElements('norm', node, axes)
          return order > 0 ? build.reduceMax(magnitude, axes) : build.reduceMin(magnitude, axes)
        }
        if (order === 0) return build.reduceSum(abs(sign(node)), axes)
        return pow(build.reduceSum(pow(magnitude, order), axes), 1 / order)
      },
      { keepDims: true, order: true },
    ),
)

/** How many elements are not zero, as int32. */
export const countNonZero = (x: Operand, axis?: Axes, options: ReductionOptions = {}): Node =>
  reduce('countNonZero', countable(build.cast(lift(x), 'bool')), axis, options, build.reduceSum)
