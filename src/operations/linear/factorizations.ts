import { build, type Node } from '../../graph/index.js'
import { eye } from '../creation.js'
import { tril, triu } from '../movement/diagonal.js'
import { type Operand, stretch } from '../operand.js'
import { matrices } from './matrices.js'

// All of these work on the last two axes; the others are a batch. Integers become float32.

/** The lower triangular L with L · Lᵀ = x, for a symmetric positive definite x, of which the lower triangle is read. NaN if it is not definite. */
export const cholesky = (x: Operand): Node => build.cholesky(matrices('cholesky', x, true))

/** Row permutation (int32) and triangles with x[permutation] = lower · upper; the diagonal of lower is 1. */
export function lu(x: Operand): { permutation: Node; lower: Node; upper: Node } {
  const [packed, permutation] = build.lu(matrices('lu', x, true))
  const n = packed.shape[packed.rank - 1]
  const unit = stretch(eye(n, n, packed.dtype), packed.shape)
  return { permutation, lower: build.add(tril(packed, -1), unit), upper: triu(packed) }
}

/** Orthonormal columns q [m, k] and upper triangle r [k, n] with x = q · r, k = min(m, n); the diagonal of r is not negative. */
export function qr(x: Operand): { q: Node; r: Node } {
  const [q, r] = build.qr(matrices('qr', x))
  return { q, r }
}

/** Ascending eigenvalues [n] of a symmetric matrix and its eigenvectors as the columns of [n, n]. */
export function eigh(x: Operand): { values: Node; vectors: Node } {
  const [values, vectors] = build.eigh(matrices('eigh', x, true))
  return { values, vectors }
}

/** x = u · diag(s) · vt with u [m, k], descending singular values s [k] and vt [k, n], k = min(m, n). */
export function svd(x: Operand): { u: Node; s: Node; vt: Node } {
  const [u, s, vt] = build.svd(matrices('svd', x))
  return { u, s, vt }
}
