import { type DType, decode, dtypes, encode, isFloat, roundTo } from '../core/dtype.js'
import { errorFunction } from './error-function.js'
import type { Attributes } from './primitives.js'
import type { elementwiseRules } from './rules/elementwise.js'

/** The primitives that work on each element by itself. */
export type Elementwise = keyof typeof elementwiseRules

/**
 * A primitive on numbers. The result still has to be stored in the output's dtype, which rounds or wraps it;
 * only where a double would lose bits (products of integers) has it been wrapped already.
 */
export type ScalarFunction = (a: number, b: number, c: number) => number

/** Makes the function for operands of `dtype` (the dtype of the last operand). */
type ScalarRow<P extends Elementwise> = (dtype: DType, attributes: Attributes[P]) => ScalarFunction

const always = (run: ScalarFunction) => () => run

/** The meaning of each elementwise primitive: the reference that loops, constant folding and other backends follow. */
export const scalarFunctions: { readonly [P in Elementwise]: ScalarRow<P> } = {
  neg: always((x) => -x),
  exp: always(Math.exp),
  expm1: always(Math.expm1),
  log: always(Math.log),
  log1p: always(Math.log1p),
  sqrt: always(Math.sqrt),
  reciprocal: always((x) => 1 / x),
  sin: always(Math.sin),
  cos: always(Math.cos),
  atan: always(Math.atan),
  tanh: always(Math.tanh),
  erf: always(errorFunction),
  floor: always(Math.floor),
  not: (dtype) => (dtype === 'bool' ? (x) => (x === 0 ? 1 : 0) : (x) => ~x),
  cast: (_, { dtype }) => {
    return (x) => roundTo(dtype, x)
  },
  bitcast: (from, { dtype }) => {
    return (x) => reread(x, from, dtype)
  },
  stopGradient: always((x) => x),
  add: always((a, b) => a + b),
  sub: always((a, b) => a - b),
  mul: (dtype) => (isFloat(dtype) ? (a, b) => a * b : Math.imul),
  div: (dtype) => (isFloat(dtype) ? (a, b) => a / b : (a, b) => (b === 0 ? 0 : Math.trunc(a / b))),
  mod: (dtype) => (isFloat(dtype) ? flooredRemainder : (a, b) => (b === 0 ? 0 : flooredRemainder(a, b))),
  pow: (dtype) => (isFloat(dtype) ? power : integerPower),
  // Not the functions themselves, which would take the third operand too.
  max: always((a, b) => Math.max(a, b)),
  min: always((a, b) => Math.min(a, b)),
  less: always((a, b) => (a < b ? 1 : 0)),
  lessEqual: always((a, b) => (a <= b ? 1 : 0)),
  equal: always((a, b) => (a === b ? 1 : 0)),
  and: always((a, b) => a & b),
  or: always((a, b) => a | b),
  xor: always((a, b) => a ^ b),
  // A distance beyond the width shifts every bit out; JavaScript would take it modulo 32.
  shiftLeft: (dtype) => {
    const width = bitsOf(dtype)
    return (a, b) => (b < 0 || b >= width ? 0 : a << b)
  },
  shiftRight: (dtype) => {
    const width = bitsOf(dtype)
    if (dtype === 'int32') return (a, b) => a >> (b < 0 || b >= width ? 31 : b)
    return (a, b) => (b < 0 || b >= width ? 0 : a >>> b)
  },
  where: always((condition, a, b) => (condition !== 0 ? a : b)),
}

/** Names of {@link scalarFunctions}. */
export const isElementwise = (op: string): op is Elementwise => Object.hasOwn(scalarFunctions, op)

/**
 * One element of an elementwise primitive, as the output holds it: what constant folding needs.
 * `dtype` is that of the last operand, `outputDType` that of the result.
 */
export function evaluateScalar<P extends Elementwise>(
  op: P,
  attributes: Attributes[P],
  dtype: DType,
  outputDType: DType,
  operands: readonly number[],
): number {
  const [a = 0, b = 0, c = 0] = operands
  return roundTo(outputDType, scalarFunctions[op](dtype, attributes)(a, b, c))
}

/** a − ⌊a / b⌋ · b, exact: it has the sign of b, also where it is 0. */
function flooredRemainder(a: number, b: number): number {
  const remainder = a % b
  if (remainder === 0) return b < 0 ? -0 : 0
  return remainder < 0 !== b < 0 ? remainder + b : remainder
}

/** IEEE 754 pow: JavaScript differs where the base is ±1 and the exponent infinite or NaN. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1
  return a ** b
}

/** Wraps like repeated multiplication; a negative exponent gives the truncated reciprocal, and 0 for a zero base. */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) {
    if (base === 1) return 1
    return base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0
  }
  let result = 1
  let square = base
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square)
    square = Math.imul(square, square)
  }
  return result
}

const bitsOf = (dtype: DType): number => (dtype === 'bool' ? 1 : 8 * dtypes[dtype].bytes)

const view = new DataView(new ArrayBuffer(8))

/** The bytes of one element read as another dtype of the same width. */
function reread(x: number, from: DType, to: DType): number {
  if (dtypes[from].bytes === 2) return decode(to, encode(from, x))
  if (dtypes[from].bytes === 1) return x
  if (from === 'float32') view.setFloat32(0, x)
  else if (from === 'float64') view.setFloat64(0, x)
  else view.setInt32(0, x)
  if (to === 'float32') return view.getFloat32(0)
  if (to === 'float64') return view.getFloat64(0)
  return to === 'int32' ? view.getInt32(0) : view.getUint32(0)
}
