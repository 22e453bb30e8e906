import { expectNumber } from '../../core/arguments.js'
import { type DType, isFloat } from '../../core/dtype.js'
import { failDType } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { broadcastShapes } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { aligned, floating, inFloat32, lift, like, type Operand, pair, stretch } from '../operand.js'
import { all } from '../reductions.js'
import { abs } from './arithmetic.js'

/** a = b; NaN equals nothing. */
export const equal = (a: Operand, b: Operand): Node => build.equal(...pair(a, b, 'equal'))
/** a ≠ b; NaN differs from everything. */
export const notEqual = (a: Operand, b: Operand): Node => build.not(build.equal(...pair(a, b, 'notEqual')))
/** a < b */
export const less = (a: Operand, b: Operand): Node => build.less(...pair(a, b, 'less'))
/** a ≤ b */
export const lessEqual = (a: Operand, b: Operand): Node => build.lessEqual(...pair(a, b, 'lessEqual'))
/** a > b */
export function greater(a: Operand, b: Operand): Node {
  const [x, y] = pair(a, b, 'greater')
  return build.less(y, x)
}
/** a ≥ b */
export function greaterEqual(a: Operand, b: Operand): Node {
  const [x, y] = pair(a, b, 'greaterEqual')
  return build.lessEqual(y, x)
}

/** True where x is not a number; never for integers. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name of the field; numbers use Number.isNaN
export function isNaN(x: Operand): Node {
  const node = lift(x)
  return isFloat(node.dtype) ? build.not(build.equal(node, node)) : build.fill(0, node.shape, 'bool')
}

/** True where x is neither NaN nor infinite; always for integers. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: the name of the field; numbers use Number.isFinite
export function isFinite(x: Operand): Node {
  const node = lift(x)
  return isFloat(node.dtype) ? build.less(abs(node), like(node, Infinity)) : build.fill(1, node.shape, 'bool')
}

/** True where x is ∞ or −∞; never for integers. */
export function isInfinite(x: Operand): Node {
  const node = lift(x)
  return isFloat(node.dtype) ? build.equal(abs(node), like(node, Infinity)) : build.fill(0, node.shape, 'bool')
}

export interface Tolerance {
  /** Allowed difference as a part of |b|; 1e-5. */
  readonly relative?: number
  /** Allowed difference at b = 0; 1e-8. */
  readonly absolute?: number
  /** Whether NaN counts as close to NaN; false. */
  readonly equalNaN?: boolean
}

/** |a − b| ≤ absolute + relative · |b| for each element; equal infinities are close. */
export const isClose = inFloat32((a: Operand, b: Operand, tolerance: Tolerance = {}): Node => {
  checkOptions('isClose', tolerance, { relative: true, absolute: true, equalNaN: true })
  const { relative = 1e-5, absolute = 1e-8, equalNaN = false } = tolerance
  const [x, y] = pair(a, b, 'isClose').map(floating)
  const allowed = build.add(like(x, absolute), build.mul(like(x, relative), abs(y)))
  // An infinite y allows everything, so the difference itself must be finite.
  const difference = abs(build.sub(x, y))
  const near = build.and(build.lessEqual(difference, allowed), build.less(abs(y), like(y, Infinity)))
  const close = build.or(build.equal(x, y), near)
  return equalNaN ? build.or(close, build.and(isNaN(x), isNaN(y))) : close
})

/** One bool: whether all elements are close, see {@link isClose}. */
export const allClose = (a: Operand, b: Operand, tolerance?: Tolerance): Node => all(isClose(a, b, tolerance))

/**
 * `a` where the condition holds, else `b`, with broadcasting of all three.
 * No gradient comes from the side that is not taken; it may hold NaN.
 * @throws DTypeError if the condition is not bool.
 */
export function where(condition: Operand, a: Operand, b: Operand): Node {
  const test = lift(condition)
  if (test.dtype !== 'bool') {
    failDType('where', `the condition is ${test.dtype}, not bool`, 'Compare it with something, e.g. x.notEqual(0).')
  }
  const [x, y] = aligned([a, b], 'where')
  const shape = broadcastShapes(test.shape, x.shape, 'where')
  return build.where(stretch(test, shape), stretch(x, shape), stretch(y, shape))
}

export interface Replacements {
  /** In the place of NaN; 0. */
  readonly nan?: number
  /** In the place of ∞; the largest number of the dtype. */
  readonly positive?: number
  /** In the place of −∞; the smallest number of the dtype. */
  readonly negative?: number
}

const largest: { readonly [D in DType]?: number } = {
  float64: Number.MAX_VALUE,
  float32: (2 - 2 ** -23) * 2 ** 127,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float16: 65504,
}

/** The elements with numbers in the place of NaN and infinities. Integers stay as they are. */
export function nanToNum(x: Operand, options: Replacements = {}): Node {
  checkOptions('nanToNum', options, { nan: true, positive: true, negative: true })
  const node = lift(x)
  const most = largest[node.dtype]
  if (most === undefined) return node
  const { nan = 0, positive = most, negative = -most } = options
  const replaced = (source: Node, test: Node, value: number): Node => build.where(test, like(node, value), source)
  const noNaN = replaced(node, build.not(build.equal(node, node)), expectNumber('nanToNum', 'nan', nan))
  const finite = replaced(
    noNaN,
    build.equal(node, like(node, Infinity)),
    expectNumber('nanToNum', 'positive', positive),
  )
  return replaced(finite, build.equal(node, like(node, -Infinity)), expectNumber('nanToNum', 'negative', negative))
}
