import { dtypes, isFloat } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Primitive, TensorType } from '../primitives.js'
import type { TypeRule } from '../types.js'

type Accepts = 'float' | 'number' | 'bits' | 'any'

const wanted: { readonly [A in Accepts]: string } = {
  float: 'floating point',
  number: 'numbers',
  bits: 'integers or booleans',
  any: 'anything',
}

function accepts(operation: string, { dtype }: TensorType, kind: Accepts): void {
  const ok =
    kind === 'any' ||
    (kind === 'float' && isFloat(dtype)) ||
    (kind === 'number' && dtype !== 'bool') ||
    (kind === 'bits' && !isFloat(dtype))
  if (!ok) {
    failDType(
      operation,
      `takes ${wanted[kind]}, not ${dtype}`,
      `Convert with cast('${kind === 'bits' ? 'int32' : 'float32'}').`,
    )
  }
}

function alike(operation: string, a: TensorType, b: TensorType): void {
  if (a.dtype !== b.dtype) {
    failDType(operation, `dtypes ${a.dtype} and ${b.dtype} differ`, 'Convert one of them with cast.')
  }
  if (!sameShape(a.shape, b.shape)) {
    failShape(operation, `shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} differ`, 'Expand one of them.')
  }
}

/** One input, the same type out. */
const unary =
  <P extends Primitive>(operation: P, kind: Accepts): TypeRule<P> =>
  ([x]) => {
    accepts(operation, x, kind)
    return { dtype: x.dtype, shape: x.shape }
  }

/** Two inputs of one type, that type out. */
const binary =
  <P extends Primitive>(operation: P, kind: Accepts): TypeRule<P> =>
  ([a, b]) => {
    alike(operation, a, b)
    accepts(operation, a, kind)
    return { dtype: a.dtype, shape: a.shape }
  }

const comparison =
  <P extends Primitive>(operation: P): TypeRule<P> =>
  ([a, b]) => {
    alike(operation, a, b)
    return { dtype: 'bool', shape: a.shape }
  }

export const elementwiseRules = {
  neg: unary('neg', 'number'),
  exp: unary('exp', 'float'),
  expm1: unary('expm1', 'float'),
  log: unary('log', 'float'),
  log1p: unary('log1p', 'float'),
  sqrt: unary('sqrt', 'float'),
  reciprocal: unary('reciprocal', 'float'),
  sin: unary('sin', 'float'),
  cos: unary('cos', 'float'),
  atan: unary('atan', 'float'),
  tanh: unary('tanh', 'float'),
  erf: unary('erf', 'float'),
  floor: unary('floor', 'float'),
  not: unary('not', 'bits'),
  stopGradient: unary('stopGradient', 'any'),
  cast: ([x], { dtype }) => ({ dtype, shape: x.shape }),
  bitcast: ([x], { dtype }) => {
    if (dtypes[x.dtype].bytes !== dtypes[dtype].bytes) {
      failDType(
        'bitcast',
        `${x.dtype} and ${dtype} have different widths`,
        'Only dtypes of the same number of bytes can be reread.',
      )
    }
    if (dtype === 'bool') {
      failDType('bitcast', `${x.dtype} bytes may be other than the 0 and 1 of bool`, 'Compare with something instead.')
    }
    return { dtype, shape: x.shape }
  },
  add: binary('add', 'number'),
  sub: binary('sub', 'number'),
  mul: binary('mul', 'number'),
  div: binary('div', 'number'),
  mod: binary('mod', 'number'),
  pow: binary('pow', 'number'),
  max: binary('max', 'any'),
  min: binary('min', 'any'),
  less: comparison('less'),
  lessEqual: comparison('lessEqual'),
  equal: comparison('equal'),
  and: binary('and', 'bits'),
  or: binary('or', 'bits'),
  xor: binary('xor', 'bits'),
  shiftLeft: binary('shiftLeft', 'bits'),
  shiftRight: binary('shiftRight', 'bits'),
  where: ([condition, a, b]) => {
    if (condition.dtype !== 'bool') {
      failDType(
        'where',
        `the condition has dtype ${condition.dtype}, not bool`,
        'Compare it with something, e.g. x.notEqual(0).',
      )
    }
    alike('where', a, b)
    if (!sameShape(condition.shape, a.shape)) {
      failShape(
        'where',
        `the condition ${formatShape(condition.shape)} and the values ${formatShape(a.shape)} differ`,
        'Expand one of them.',
      )
    }
    return { dtype: a.dtype, shape: a.shape }
  },
} as const satisfies { readonly [P in Primitive]?: TypeRule<P> }
