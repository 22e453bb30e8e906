import { fail } from '../../core/errors.js'
import { formatShape, type Shape, sizeOf } from '../../core/shape.js'
import type { Primitive } from '../../graph/primitives.js'
import type { Elements, Evaluation } from './elements.js'
import { choleskyFactor, luFactor, qrFactor, solveTriangular } from './factorizations.js'
import { fourierTransform } from './fourier.js'
import { singularValues, symmetricEigenvalues } from './jacobi.js'

const lastSizes = (shape: Shape): [number, number] => [shape[shape.length - 2], shape[shape.length - 1]]
const batchesOf = (shape: Shape): number => sizeOf(shape.slice(0, -2))

/** One matrix of a batch, in doubles. */
function matrixOf({ data }: Elements, batch: number, size: number): Float64Array {
  return Float64Array.from(data.subarray(batch * size, (batch + 1) * size))
}

/** Routines on the last two axes, one matrix after the other. */
export const linearAlgebraEvaluations = {
  cholesky: ([x], [out]) => {
    const [n] = lastSizes(x.shape)
    for (let batch = 0; batch < batchesOf(x.shape); batch++) {
      const factor = matrixOf(x, batch, n * n)
      const failed = choleskyFactor(factor, n)
      if (failed >= 0) {
        const which = x.shape.length > 2 ? `matrix ${batch} of ${formatShape(x.shape)}` : formatShape(x.shape)
        fail(
          `cholesky: ${which} is not positive definite: the pivot of row ${failed} is not positive`,
          'Check that it is symmetric, or add a small multiple of the identity matrix.',
        )
      }
      out.data.set(factor, batch * n * n)
    }
  },
  triangularSolve: ([a, b], [out], attributes) => {
    const [n, columns] = lastSizes(b.shape)
    for (let batch = 0; batch < batchesOf(b.shape); batch++) {
      const solution = matrixOf(b, batch, n * columns)
      solveTriangular(matrixOf(a, batch, n * n), solution, n, columns, attributes)
      out.data.set(solution, batch * n * columns)
    }
  },
  lu: ([x], [packed, permutation]) => {
    const [n] = lastSizes(x.shape)
    for (let batch = 0; batch < batchesOf(x.shape); batch++) {
      const matrix = matrixOf(x, batch, n * n)
      permutation.data.set(luFactor(matrix, n), batch * n)
      packed.data.set(matrix, batch * n * n)
    }
  },
  qr: ([x], [q, r]) => {
    const [m, n] = lastSizes(x.shape)
    const k = Math.min(m, n)
    for (let batch = 0; batch < batchesOf(x.shape); batch++) {
      const factors = qrFactor(matrixOf(x, batch, m * n), m, n)
      q.data.set(factors.q, batch * m * k)
      r.data.set(factors.r, batch * k * n)
    }
  },
  eigh: ([x], [values, vectors]) => {
    const [n] = lastSizes(x.shape)
    for (let batch = 0; batch < batchesOf(x.shape); batch++) {
      const found = symmetricEigenvalues(matrixOf(x, batch, n * n), n)
      values.data.set(found.values, batch * n)
      vectors.data.set(found.vectors, batch * n * n)
    }
  },
  svd: ([x], [u, s, vt]) => {
    const [m, n] = lastSizes(x.shape)
    const k = Math.min(m, n)
    for (let batch = 0; batch < batchesOf(x.shape); batch++) {
      const found = singularValues(matrixOf(x, batch, m * n), m, n)
      u.data.set(found.u, batch * m * k)
      s.data.set(found.s, batch * k)
      vt.data.set(found.vt, batch * k * n)
    }
  },
  fft: ([x], [out], { inverse }) => {
    const [n] = lastSizes(x.shape)
    for (let batch = 0; batch < batchesOf(x.shape); batch++) {
      out.data.set(fourierTransform(matrixOf(x, batch, 2 * n), n, inverse), batch * 2 * n)
    }
  },
} as const satisfies { readonly [P in Primitive]?: Evaluation<P> }
