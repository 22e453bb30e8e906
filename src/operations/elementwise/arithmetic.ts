import { isFloat } from '../../core/dtype.js'
import { failDType } from '../../core/errors.js'
import { build, type Node } from '../../graph/index.js'
import { aligned, floating, inFloat32, lift, like, numeric, type Operand, pair } from '../operand.js'

/** a + b */
export const add = (a: Operand, b: Operand): Node => build.add(...pair(a, b, 'add', true))
/** a − b */
export const sub = (a: Operand, b: Operand): Node => build.sub(...pair(a, b, 'sub', true))
/** a · b */
export const mul = (a: Operand, b: Operand): Node => build.mul(...pair(a, b, 'mul', true))

/** a / b, also for integers, which become float32. See {@link floorDiv} for whole numbers. */
export function div(a: Operand, b: Operand): Node {
  const [x, y] = pair(a, b, 'div')
  return build.div(floating(x), floating(y))
}

/** The largest whole number not above a / b, with the sign of a / b where it is 0. Integers by zero give 0. */
export const floorDiv = inFloat32((a: Operand, b: Operand): Node => {
  const [x, y] = pair(a, b, 'floorDiv', true)
  if (isFloat(x.dtype)) {
    // floor(x / y) would give 10 for 1 / 0.1; the remainder knows better. The quotient is whole up to rounding.
    const remainder = build.mod(x, y)
    const ratio = build.stopGradient(build.div(x, y))
    const quotient = build.sub(ratio, build.stopGradient(build.div(remainder, y)))
    const below = build.floor(quotient)
    const isAbove = build.less(like(x, 0.5), build.sub(quotient, below))
    const whole = build.where(isAbove, build.add(below, like(x, 1)), below)
    const zero = like(x, 0)
    const signed = build.where(build.equal(whole, zero), build.mul(ratio, zero), whole)
    // Nothing finite is a multiple of infinity but 0.
    const isInfinite = build.and(build.equal(abs(y), like(y, Infinity)), build.equal(remainder, remainder))
    const part = build.where(build.equal(remainder, x), ratio, like(x, -1))
    return build.where(build.equal(y, zero), ratio, build.where(isInfinite, part, signed))
  }
  const quotient = build.div(x, y)
  if (x.dtype !== 'int32') return quotient
  const zero = like(x, 0)
  const inexact = build.not(build.equal(build.mod(x, y), zero))
  const below = build.and(inexact, build.xor(build.less(x, zero), build.less(y, zero)))
  return build.sub(quotient, build.cast(below, 'int32'))
})

/** The remainder of {@link floorDiv}, with the sign of the divisor, also where it is 0. Integers by zero give 0. */
export const mod = (a: Operand, b: Operand): Node => build.mod(...pair(a, b, 'mod', true))

/**
 * a to the power b.
 * @throws DTypeError for integers to a negative number, whose value would not be whole.
 */
export const pow = inFloat32((a: Operand, b: Operand): Node => {
  if (typeof b === 'number') {
    const x = numeric(a)
    const special = isFloat(x.dtype) || (Number.isInteger(b) && b >= 0) ? easyPower(x, b) : undefined
    if (special !== undefined) return special
    if (!isFloat(x.dtype) && Number.isInteger(b) && b < 0) {
      failDType(
        'pow',
        `${x.dtype} to the power ${b} is not a whole number`,
        "Convert the base with cast('float32') first.",
      )
    }
  }
  return build.pow(...pair(a, b, 'pow', true))
})

// Cheaper than pow, and their gradients are finite at 0.
function easyPower(x: Node, exponent: number): Node | undefined {
  if (exponent === 0) return like(x, 1)
  if (exponent === 1) return x
  if (exponent === 2) return build.mul(x, x)
  if (exponent === 3) return build.mul(build.mul(x, x), x)
  if (exponent === 0.5) return build.sqrt(x)
  if (exponent === -1) return build.reciprocal(x)
  return undefined
}

/** −x */
export const neg = (x: Operand): Node => build.neg(numeric(x))

/** |x|; of −0 it is 0. */
export function abs(x: Operand): Node {
  const node = numeric(x)
  if (node.dtype === 'uint8' || node.dtype === 'uint32') return node
  return build.max(node, build.neg(node))
}

/** −1, 0 or 1; −0 stays −0 and NaN NaN. */
export function sign(x: Operand): Node {
  const node = numeric(x)
  const zero = like(node, 0)
  const one = like(node, 1)
  const notPositive =
    node.dtype === 'uint8' || node.dtype === 'uint32'
      ? zero
      : build.where(build.less(node, zero), build.neg(one), build.stopGradient(node))
  return build.where(build.less(zero, node), one, notPositive)
}

/** x² */
export function square(x: Operand): Node {
  const node = numeric(x)
  return build.mul(node, node)
}

/** 1 / x; integers become float32. */
export const reciprocal = (x: Operand): Node => build.reciprocal(floating(x))

/** The larger of a and b; NaN if one is NaN. −0 is less than 0. */
export const maximum = (a: Operand, b: Operand): Node => build.max(...pair(a, b, 'maximum'))
/** The smaller of a and b; NaN if one is NaN. −0 is less than 0. */
export const minimum = (a: Operand, b: Operand): Node => build.min(...pair(a, b, 'minimum'))

/**
 * `x` kept between `min` and `max`, either of which may be left out; NaN if `x` or a bound is. What equals a bound stays, so −0 at
 * a bound of 0 too. The gradient is 1 from bound to bound, 0 outside.
 */
export function clip(x: Operand, min?: Operand, max?: Operand): Node {
  let result = lift(x)
  if (min !== undefined) {
    const [value, bound] = pair(result, min, 'clip')
    result = build.where(orNaN(build.less(value, bound), bound), bound, value)
  }
  if (max !== undefined) {
    const [value, bound] = pair(result, max, 'clip')
    result = build.where(orNaN(build.less(bound, value), bound), bound, value)
  }
  return result
}

/** Where the test holds or `x` is NaN. */
const orNaN = (test: Node, x: Node): Node => (isFloat(x.dtype) ? build.or(test, build.not(build.equal(x, x))) : test)

/** The point between a and b: a + weight · (b − a), a at weight 0 and b at 1; all broadcast. Integers become float32. */
export const lerp = inFloat32((a: Operand, b: Operand, weight: Operand): Node => {
  const [from, to, share] = aligned([a, b, weight], 'lerp').map(floating)
  return build.add(from, build.mul(share, build.sub(to, from)))
})
