import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import type { TriangularSolveOptions } from '../../operations/linear/solve.js'
import type { Tensor } from '../tensor.js'
import type { Diagonal, LeftFactor, PerMatrix, PerRow, RightFactor, Shape, ToComplex, ToReal } from '../types/index.js'
import { wrap } from '../wrap.js'
import { operand } from './operand.js'

/** Applied to each matrix of a batch: the last two axes. */
export type EachMatrix = <A extends Shape>(this: Tensor<A>) => Tensor<A>

const eachMatrix = (rule: (x: Node) => Node): EachMatrix =>
  function (this: Tensor) {
    return wrap(rule(this.node))
  }

const triangle = (rule: (x: Node, offset?: number) => Node) =>
  function <A extends Shape>(this: Tensor<A>, offset?: number): Tensor<A> {
    return wrap(rule(this.node, offset))
  }

/** The methods of linear algebra and Fourier analysis. */
export const linear = {
  /** The lower triangle of each matrix, zeros above the diagonal `offset` (0). */
  tril: triangle(ops.tril),
  /** The upper triangle of each matrix, zeros below the diagonal `offset` (0). */
  triu: triangle(ops.triu),

  /** The diagonals of the planes of the last two axes. */
  diagonal<A extends Shape>(this: Tensor<A>): Tensor<Diagonal<A>> {
    return wrap(ops.diagonal(this.node))
  },

  /** The last axis as the diagonals of square matrices of zeros: […, n] → […, n, n]. */
  diagonalMatrix<A extends Shape>(
    this: Tensor<A>,
  ): Tensor<A extends readonly [...infer Batch extends Shape, infer N extends number] ? [...Batch, N, N] : any> {
    return wrap(ops.diagonalMatrix(this.node))
  },

  /** The sum of the diagonal of each matrix. */
  trace<A extends Shape>(this: Tensor<A>): Tensor<PerMatrix<A>> {
    return wrap(ops.trace(this.node))
  },

  /** The determinant of each matrix. */
  determinant<A extends Shape>(this: Tensor<A>): Tensor<PerMatrix<A>> {
    return wrap(ops.determinant(this.node))
  },

  /** Sign and logarithm of the magnitude of the determinant, which does not overflow. */
  logDeterminant<A extends Shape>(this: Tensor<A>): { sign: Tensor<PerMatrix<A>>; logAbsolute: Tensor<PerMatrix<A>> } {
    const { sign, logAbsolute } = ops.logDeterminant(this.node)
    return { sign: wrap(sign), logAbsolute: wrap(logAbsolute) }
  },

  /** The inverse of each matrix; a singular one gives infinities or NaN. To solve equations, `solve` is faster and more accurate. */
  inverse: eachMatrix(ops.inverse),
  /** The lower triangular L with L · Lᵀ = x, of a symmetric positive definite x. */
  cholesky: eachMatrix(ops.cholesky),

  /** The n-th power of each matrix; a negative n gives powers of the inverse. */
  matrixPower<A extends Shape>(this: Tensor<A>, n: number): Tensor<A> {
    return wrap(ops.matrixPower(this.node, n))
  },

  /** The solution x of a · x = b for this square a […, n, n] and b [n], […, n] or […, n, k]. */
  solve<B extends Shape>(this: Tensor, b: Tensor<B>): Tensor<B> {
    return wrap(ops.solve(this.node, operand(b)))
  },

  /** The solution x of a · x = b for this triangular a. */
  triangularSolve<B extends Shape>(this: Tensor, b: Tensor<B>, options?: TriangularSolveOptions): Tensor<B> {
    return wrap(ops.triangularSolve(this.node, operand(b), options))
  },

  /** Row permutation (int32) and triangles with x[permutation] = lower · upper. */
  lu<A extends Shape>(this: Tensor<A>): { permutation: Tensor<PerRow<A>>; lower: Tensor<A>; upper: Tensor<A> } {
    const { permutation, lower, upper } = ops.lu(this.node)
    return { permutation: wrap(permutation), lower: wrap(lower), upper: wrap(upper) }
  },

  /** Orthonormal columns q and upper triangle r with x = q · r. */
  qr<A extends Shape>(this: Tensor<A>): { q: Tensor<LeftFactor<A>>; r: Tensor<RightFactor<A>> } {
    const { q, r } = ops.qr(this.node)
    return { q: wrap(q), r: wrap(r) }
  },

  /** Ascending eigenvalues of symmetric matrices, and their eigenvectors as columns. */
  eigh<A extends Shape>(this: Tensor<A>): { values: Tensor<PerRow<A>>; vectors: Tensor<A> } {
    const { values, vectors } = ops.eigh(this.node)
    return { values: wrap(values), vectors: wrap(vectors) }
  },

  /** x = u · diag(s) · vt with descending singular values s. */
  svd<A extends Shape>(
    this: Tensor<A>,
  ): { u: Tensor<LeftFactor<A>>; s: Tensor<Diagonal<A>>; vt: Tensor<RightFactor<A>> } {
    const { u, s, vt } = ops.svd(this.node)
    return { u: wrap(u), s: wrap(s), vt: wrap(vt) }
  },

  /** The discrete Fourier transform Σₜ xₜ exp(−2πi k t / n) of complex numbers, which are pairs in the last axis. */
  fft<A extends Shape>(this: Tensor<A>, axis?: number): Tensor<A> {
    return wrap(ops.fft(this.node, axis))
  },

  /** The inverse of `fft`: 1/n Σₖ xₖ exp(2πi k t / n). */
  ifft<A extends Shape>(this: Tensor<A>, axis?: number): Tensor<A> {
    return wrap(ops.ifft(this.node, axis))
  },

  /** The first ⌊n/2⌋ + 1 terms of the Fourier transform of real numbers: […, n] → […, ⌊n/2⌋ + 1, 2]. */
  rfft<A extends Shape, X extends number = -1>(this: Tensor<A>, axis?: X): Tensor<ToComplex<A, X>> {
    return wrap(ops.rfft(this.node, axis))
  },

  /** The inverse of `rfft`: […, m, 2] → n real numbers, 2 (m − 1) unless given. */
  irfft<A extends Shape, N extends number = number, X extends number = -1>(
    this: Tensor<A>,
    n?: N,
    axis?: X,
  ): Tensor<ToReal<A, X, N>> {
    return wrap(ops.irfft(this.node, n, axis))
  },
}
