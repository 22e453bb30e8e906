import { isFloat } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Primitive, TensorType } from '../primitives.js'
import type { TypeRule } from '../types.js'

function gatheredShape(operation: string, x: TensorType, indices: TensorType, batchDims: number): number[] {
  if (indices.dtype !== 'int32')
    failDType(operation, `indices are ${indices.dtype}`, "Indices are int32; convert with cast('int32').")
  const batch = x.shape.slice(0, batchDims)
  if (!Number.isInteger(batchDims) || batchDims < 0) {
    failShape(operation, `batchDims is ${batchDims}`, 'Give a whole number, 0 or more.')
  }
  if (x.shape.length <= batchDims || !sameShape(batch, indices.shape.slice(0, batchDims))) {
    failShape(
      operation,
      `${formatShape(x.shape)} and indices ${formatShape(indices.shape)} do not share ${batchDims} batch axes`,
      'Expand the indices.',
    )
  }
  return [...indices.shape, ...x.shape.slice(batchDims + 1)]
}

/** Checks that the last two axes form matrices of floats; returns [batch, m, n]. */
function matrices(operation: string, { dtype, shape }: TensorType, square: boolean): [number[], number, number] {
  const rank = shape.length
  if (!isFloat(dtype)) failDType(operation, `takes floating point, not ${dtype}`, "Convert with cast('float32').")
  if (rank < 2) failShape(operation, `${formatShape(shape)} is not a matrix`, 'The last two axes are rows and columns.')
  const [m, n] = [shape[rank - 2], shape[rank - 1]]
  if (square && m !== n) failShape(operation, `${formatShape(shape)} is not square`, 'Rows and columns must agree.')
  return [shape.slice(0, -2), m, n]
}

export const indexingRules = {
  gather: ([x, indices], { batchDims }) => ({ dtype: x.dtype, shape: gatheredShape('gather', x, indices, batchDims) }),
  scatter: ([x, indices, updates], { batchDims, mode }) => {
    const shape = gatheredShape('scatter', x, indices, batchDims)
    if (!sameShape(shape, updates.shape)) {
      failShape(
        'scatter',
        `updates ${formatShape(updates.shape)} do not fit indices ${formatShape(indices.shape)} into ${formatShape(x.shape)}`,
        `They must be ${formatShape(shape)}.`,
      )
    }
    if (x.dtype !== updates.dtype)
      failDType('scatter', `dtypes ${x.dtype} and ${updates.dtype} differ`, 'Convert one of them with cast.')
    if (mode === 'add' && x.dtype === 'bool')
      failDType('scatter', 'takes numbers, not bool', "Convert with cast('int32').")
    return { dtype: x.dtype, shape: x.shape }
  },
  argSort: ([x]) => {
    if (x.shape.length === 0) failShape('argSort', 'a scalar has no axis to sort', 'Reshape it to [1].')
    return { dtype: 'int32', shape: x.shape }
  },
  cholesky: ([x]) => {
    matrices('cholesky', x, true)
    return { dtype: x.dtype, shape: x.shape }
  },
  triangularSolve: ([a, b]) => {
    const [batch, n] = matrices('triangularSolve', a, true)
    const [other, rows] = matrices('triangularSolve', b, false)
    if (n !== rows || !sameShape(batch, other) || a.dtype !== b.dtype) {
      failShape(
        'triangularSolve',
        `${a.dtype}${formatShape(a.shape)} and ${b.dtype}${formatShape(b.shape)} do not fit`,
        'Use […, n, n] and […, n, k] of one dtype.',
      )
    }
    return { dtype: b.dtype, shape: b.shape }
  },
  lu: ([x]) => {
    const [batch, n] = matrices('lu', x, true)
    return [
      { dtype: x.dtype, shape: x.shape },
      { dtype: 'int32', shape: [...batch, n] },
    ]
  },
  qr: ([x]) => {
    const [batch, m, n] = matrices('qr', x, false)
    const k = Math.min(m, n)
    return [
      { dtype: x.dtype, shape: [...batch, m, k] },
      { dtype: x.dtype, shape: [...batch, k, n] },
    ]
  },
  eigh: ([x]) => {
    const [batch, n] = matrices('eigh', x, true)
    return [
      { dtype: x.dtype, shape: [...batch, n] },
      { dtype: x.dtype, shape: x.shape },
    ]
  },
  svd: ([x]) => {
    const [batch, m, n] = matrices('svd', x, false)
    const k = Math.min(m, n)
    return [
      { dtype: x.dtype, shape: [...batch, m, k] },
      { dtype: x.dtype, shape: [...batch, k] },
      { dtype: x.dtype, shape: [...batch, k, n] },
    ]
  },
  fft: ([x]) => {
    if (!isFloat(x.dtype)) failDType('fft', `takes floating point, not ${x.dtype}`, "Convert with cast('float32').")
    if (x.shape.length < 2 || x.shape[x.shape.length - 1] !== 2) {
      failShape(
        'fft',
        `${formatShape(x.shape)} does not hold complex numbers`,
        'The last axis is the pair (real, imaginary).',
      )
    }
    return { dtype: x.dtype, shape: x.shape }
  },
} as const satisfies { readonly [P in Primitive]?: TypeRule<P> }
