import { type DType, encodeAll, isFloat, roundTo, type TypedArray } from '../../core/dtype.js'
import { type Elementwise, scalarFunctions } from '../../graph/scalar.js'
import type { Evaluation } from './elements.js'

/** A loop of its own for what programs spend their time on; false for everything else. */
function directUnary(op: Elementwise, x: TypedArray, out: TypedArray): boolean {
  const n = out.length
  switch (op) {
    case 'neg':
      for (let i = 0; i < n; i++) out[i] = -x[i]
      return true
    case 'exp':
      for (let i = 0; i < n; i++) out[i] = Math.exp(x[i])
      return true
    case 'log':
      for (let i = 0; i < n; i++) out[i] = Math.log(x[i])
      return true
    case 'sqrt':
      for (let i = 0; i < n; i++) out[i] = Math.sqrt(x[i])
      return true
    case 'reciprocal':
      for (let i = 0; i < n; i++) out[i] = 1 / x[i]
      return true
    case 'tanh':
      for (let i = 0; i < n; i++) out[i] = Math.tanh(x[i])
      return true
    default:
      return false
  }
}

function directBinary(op: Elementwise, dtype: DType, a: TypedArray, b: TypedArray, out: TypedArray): boolean {
  const n = out.length
  switch (op) {
    case 'add':
      for (let i = 0; i < n; i++) out[i] = a[i] + b[i]
      return true
    case 'sub':
      for (let i = 0; i < n; i++) out[i] = a[i] - b[i]
      return true
    case 'mul':
      // Doubles would lose low bits of products of integers.
      if (!isFloat(dtype)) return false
      for (let i = 0; i < n; i++) out[i] = a[i] * b[i]
      return true
    case 'div':
      if (!isFloat(dtype)) return false
      for (let i = 0; i < n; i++) out[i] = a[i] / b[i]
      return true
    case 'max':
      for (let i = 0; i < n; i++) out[i] = Math.max(a[i], b[i])
      return true
    case 'min':
      for (let i = 0; i < n; i++) out[i] = Math.min(a[i], b[i])
      return true
    // Without a branch: comparisons of data cannot be predicted.
    case 'less':
      for (let i = 0; i < n; i++) out[i] = Number(a[i] < b[i])
      return true
    case 'lessEqual':
      for (let i = 0; i < n; i++) out[i] = Number(a[i] <= b[i])
      return true
    case 'equal':
      for (let i = 0; i < n; i++) out[i] = Number(a[i] === b[i])
      return true
    default:
      return false
  }
}

const unary =
  <P extends Elementwise>(op: P): Evaluation<P> =>
  ([x], [out], attributes) => {
    if (directUnary(op, x.data, out.data)) return
    const run = scalarFunctions[op](x.dtype, attributes)
    for (let i = 0; i < out.data.length; i++) out.data[i] = run(x.data[i], 0, 0)
  }

const binary =
  <P extends Elementwise>(op: P): Evaluation<P> =>
  ([a, b], [out], attributes) => {
    if (directBinary(op, a.dtype, a.data, b.data, out.data)) return
    const run = scalarFunctions[op](a.dtype, attributes)
    for (let i = 0; i < out.data.length; i++) out.data[i] = run(a.data[i], b.data[i], 0)
  }

const bytesOf = (array: TypedArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

export const elementwiseEvaluations: { readonly [P in Elementwise]: Evaluation<P> } = {
  neg: unary('neg'),
  exp: unary('exp'),
  expm1: unary('expm1'),
  log: unary('log'),
  log1p: unary('log1p'),
  sqrt: unary('sqrt'),
  reciprocal: unary('reciprocal'),
  sin: unary('sin'),
  cos: unary('cos'),
  atan: unary('atan'),
  tanh: unary('tanh'),
  erf: unary('erf'),
  floor: unary('floor'),
  not: unary('not'),
  cast: ([x], [out], { dtype }) => {
    if (dtype !== 'float16' && dtype !== 'bfloat16') {
      encodeAll(dtype, x.data, out.data)
      return
    }
    // Rounded from the full value: by way of float32 it would be rounded twice.
    for (let i = 0; i < out.data.length; i++) out.data[i] = roundTo(dtype, x.data[i])
  },
  bitcast: ([x], [out]) => bytesOf(out.data).set(bytesOf(x.data)),
  stopGradient: ([x], [out]) => out.data.set(x.data),
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  mod: binary('mod'),
  pow: binary('pow'),
  max: binary('max'),
  min: binary('min'),
  less: binary('less'),
  lessEqual: binary('lessEqual'),
  equal: binary('equal'),
  and: binary('and'),
  or: binary('or'),
  xor: binary('xor'),
  shiftLeft: binary('shiftLeft'),
  shiftRight: binary('shiftRight'),
  where: ([condition, a, b], [out]) => {
    const [chosen, whenTrue, whenFalse, target] = [condition.data, a.data, b.data, out.data]
    for (let i = 0; i < target.length; i++) target[i] = chosen[i] !== 0 ? whenTrue[i] : whenFalse[i]
  },
}
