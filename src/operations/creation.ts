import { expectInteger, expectNumber } from '../core/arguments.js'
import { type DType, expectDType, isFloat } from '../core/dtype.js'
import { fail, failShape } from '../core/errors.js'
import { expectShape, formatShape, type Shape } from '../core/shape.js'
import { build, type Node } from '../graph/index.js'
import { lift, type Operand, stretch } from './operand.js'

/**
 * `value` everywhere.
 * @throws ShapeError if a size is not a whole number, 0 or more.
 */
export function full(shape: Shape, value: Operand, dtype?: DType): Node {
  const sizes = expectShape('full', shape)
  if (dtype !== undefined) expectDType('full', dtype)
  const scalar = lift(value, dtype, 'full')
  if (scalar.rank > 0) failShape('full', `the value has shape ${formatShape(scalar.shape)}`, 'Give a scalar.')
  return stretch(build.cast(scalar, dtype ?? scalar.dtype), sizes)
}

/** A tensor of zeros. */
export function zeros(shape: Shape, dtype: DType = 'float32'): Node {
  return build.fill(0, expectShape('zeros', shape), expectDType('zeros', dtype))
}

/** A tensor of ones. */
export function ones(shape: Shape, dtype: DType = 'float32'): Node {
  return build.fill(1, expectShape('ones', shape), expectDType('ones', dtype))
}

/**
 * `start, start + step, …` up to but without `stop`; `arange(n)` counts 0 … n − 1.
 * The dtype is int32 if all three are whole numbers, else float32.
 */
export function arange(start: number, stop?: number, step = 1, dtype?: DType): Node {
  const [from, to] = stop === undefined ? [0, start] : [start, stop]
  for (const value of [from, to, step]) expectNumber('arange', 'an end or the step', value)
  const size = Math.max(0, Math.ceil((to - from) / step))
  if (!Number.isFinite(size)) {
    fail(`arange: from ${from} to ${to} in steps of ${step} never ends`, 'Use finite ends and a step other than 0.')
  }
  const whole = Number.isInteger(from) && Number.isInteger(step)
  const type = dtype === undefined ? (whole ? 'int32' : 'float32') : expectDType('arange', dtype)
  const working = type === 'bool' ? 'int32' : isFloat(type) && type !== 'float64' ? 'float32' : type
  const index = build.iota(working, [size], 0)
  const scaled = step === 1 ? index : build.mul(index, build.fill(step, [size], working))
  return build.cast(from === 0 ? scaled : build.add(scaled, build.fill(from, [size], working)), type)
}

/** `count` numbers at equal distances from `start` to `stop`, both included. */
export function linspace(start: number, stop: number, count = 50, dtype: DType = 'float32'): Node {
  expectShape('linspace', [count])
  for (const value of [start, stop]) expectNumber('linspace', 'an end', value)
  expectDType('linspace', dtype)
  const working = dtype === 'float64' ? dtype : 'float32'
  const constant = (value: number): Node => build.fill(value, [count], working)
  if (count < 2) return build.cast(constant(start), dtype)
  const step = (stop - start) / (count - 1)
  const index = build.iota(working, [count], 0)
  // Each half counts from its own end, so that both ends are exact.
  const fromStart = build.add(constant(start), build.mul(index, constant(step)))
  const toStop = build.sub(constant(stop), build.mul(build.sub(constant(count - 1), index), constant(step)))
  return build.cast(build.where(build.less(index, constant(count / 2)), fromStart, toStop), dtype)
}

/** [rows, columns] with ones on a diagonal, zeros elsewhere; `offset` 1 is the diagonal above the main one. */
export function eye(rows: number, columns = rows, dtype: DType = 'float32', offset = 0): Node {
  expectShape('eye', [rows, columns])
  expectInteger('eye', 'the offset', offset)
  expectDType('eye', dtype)
  const row = build.iota('int32', [rows, columns], 0)
  const column = build.iota('int32', [rows, columns], 1)
  const shifted = offset === 0 ? row : build.add(row, build.fill(offset, [rows, columns], 'int32'))
  return build.cast(build.equal(shifted, column), dtype)
}
