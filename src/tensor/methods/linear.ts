import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import type { MatrixNorm, RankOptions } from '../../operations/linear/least-squares.js'
import type { TriangularSolveOptions } from '../../operations/linear/solve.js'
import type { Operand } from '../../operations/operand.js'
import type { CovarianceOptions } from '../../operations/statistics.js'
import type { Tensor } from '../tensor.js'
import type {
  AxisProblem,
  Diagonal,
  Gram,
  LeftFactor,
  Matmul,
  MatmulProblem,
  MatrixProblem,
  NoTensor,
  OnDiagonal,
  OperandShape,
  PerMatrix,
  PerRow,
  RightFactor,
  Shape,
  ShapeOf,
  Solve,
  SolveProblem,
  SquareProblem,
  ToComplex,
  ToReal,
  Transpose,
  Unless,
} from '../types/index.js'
import { wrap } from '../wrap.js'
import { operand } from './operand.js'

/** A tensor of square matrices, or the message for one that is not. */
type Square<Name extends string, A extends Shape, T> = Unless<SquareProblem<Name, A>, T>

/** A tensor of matrices, or the message for one that is not. */
type OfMatrices<Name extends string, A extends Shape, T> = Unless<MatrixProblem<Name, A>, T>

/** The axes that are not the pairs of complex numbers. */
type Complex<A extends Shape> = A extends readonly [...infer Front extends Shape, unknown] ? Front : A

/** Applied to each square matrix of a batch: the last two axes. */
export type EachMatrix<Name extends string> = <T extends Tensor>(
  this: Square<Name, ShapeOf<T>, T>,
) => Tensor<ShapeOf<T>>

const eachMatrix = <Name extends string>(rule: (x: Operand) => Node): EachMatrix<Name> =>
  function (this: unknown) {
    return wrap(rule(operand(this)))
  }

/** Keeps a triangle of each matrix, up to or from a diagonal. */
export type Triangle = <T extends Tensor>(this: T, offset?: number) => Tensor<ShapeOf<T>>

const triangle = (rule: (x: Node, offset?: number) => Node): Triangle =>
  function (this: Tensor, offset) {
    return wrap(rule(this.node, offset))
  }

/** The methods of linear algebra and Fourier analysis. */
export const linear = {
  /** The lower triangle of each matrix, zeros above the diagonal `offset` (0). */
  tril: triangle(ops.tril),
  /** The upper triangle of each matrix, zeros below the diagonal `offset` (0). */
  triu: triangle(ops.triu),

  /** The diagonals of the planes of the last two axes. */
  diagonal<T extends Tensor>(this: OfMatrices<'diagonal', ShapeOf<T>, T>): Tensor<Diagonal<ShapeOf<T>>> {
    return wrap(ops.diagonal(operand(this)))
  },

  /** The last axis as the diagonals of square matrices of zeros: […, n] → […, n, n]. */
  diagonalMatrix<T extends Tensor>(this: T): Tensor<OnDiagonal<ShapeOf<T>>> {
    return wrap(ops.diagonalMatrix(this.node))
  },

  /** The sum of the diagonal of each matrix. */
  trace<T extends Tensor>(this: OfMatrices<'trace', ShapeOf<T>, T>): Tensor<PerMatrix<ShapeOf<T>>> {
    return wrap(ops.trace(operand(this)))
  },

  /** The determinant of each matrix. */
  determinant<T extends Tensor>(this: Square<'determinant', ShapeOf<T>, T>): Tensor<PerMatrix<ShapeOf<T>>> {
    return wrap(ops.determinant(operand(this)))
  },

  /** Sign and logarithm of the magnitude of the determinant, which does not overflow. */
  logDeterminant<T extends Tensor>(
    this: Square<'logDeterminant', ShapeOf<T>, T>,
  ): { sign: Tensor<PerMatrix<ShapeOf<T>>>; logAbsolute: Tensor<PerMatrix<ShapeOf<T>>> } {
    const { sign, logAbsolute } = ops.logDeterminant(operand(this))
    return { sign: wrap(sign), logAbsolute: wrap(logAbsolute) }
  },

  /** The inverse of each matrix; a singular one gives infinities or NaN. To solve equations, `solve` is faster and more accurate. */
  inverse: eachMatrix<'inverse'>(ops.inverse),
  /** The lower triangular L with L · Lᵀ = x, of a symmetric positive definite x. */
  cholesky: eachMatrix<'cholesky'>(ops.cholesky),

  /** The n-th power of each matrix; a negative n gives powers of the inverse. */
  matrixPower<T extends Tensor>(this: Square<'matrixPower', ShapeOf<T>, T>, n: number): Tensor<ShapeOf<T>> {
    return wrap(ops.matrixPower(operand(this), n))
  },

  /** The solution x of a · x = b for this square a […, n, n] and b [n], […, n] or […, n, k]. */
  solve<T extends Tensor, Sides>(
    this: T,
    b: Unless<NoTensor<Sides> | SolveProblem<'solve', ShapeOf<T>, OperandShape<Sides>>, Sides>,
  ): Tensor<Solve<ShapeOf<T>, OperandShape<Sides>>> {
    return wrap(ops.solve(this.node, operand(b)))
  },

  /** The solution x of a · x = b for this triangular a. */
  triangularSolve<T extends Tensor, Sides>(
    this: T,
    b: Unless<NoTensor<Sides> | SolveProblem<'triangularSolve', ShapeOf<T>, OperandShape<Sides>>, Sides>,
    options?: TriangularSolveOptions,
  ): Tensor<Solve<ShapeOf<T>, OperandShape<Sides>>> {
    return wrap(ops.triangularSolve(this.node, operand(b), options))
  },

  /** Row permutation (int32) and triangles with x[permutation] = lower · upper. */
  lu<T extends Tensor>(
    this: Square<'lu', ShapeOf<T>, T>,
  ): { permutation: Tensor<PerRow<ShapeOf<T>>>; lower: Tensor<ShapeOf<T>>; upper: Tensor<ShapeOf<T>> } {
    const { permutation, lower, upper } = ops.lu(operand(this))
    return { permutation: wrap(permutation), lower: wrap(lower), upper: wrap(upper) }
  },

  /** Orthonormal columns q and upper triangle r with x = q · r. */
  qr<T extends Tensor>(
    this: OfMatrices<'qr', ShapeOf<T>, T>,
  ): { q: Tensor<LeftFactor<ShapeOf<T>>>; r: Tensor<RightFactor<ShapeOf<T>>> } {
    const { q, r } = ops.qr(operand(this))
    return { q: wrap(q), r: wrap(r) }
  },

  /** Ascending eigenvalues of symmetric matrices, and their eigenvectors as columns. */
  eigh<T extends Tensor>(
    this: Square<'eigh', ShapeOf<T>, T>,
  ): { values: Tensor<PerRow<ShapeOf<T>>>; vectors: Tensor<ShapeOf<T>> } {
    const { values, vectors } = ops.eigh(operand(this))
    return { values: wrap(values), vectors: wrap(vectors) }
  },

  /** x = u · diag(s) · vt with descending singular values s. */
  svd<T extends Tensor>(
    this: OfMatrices<'svd', ShapeOf<T>, T>,
  ): {
    u: Tensor<LeftFactor<ShapeOf<T>>>
    s: Tensor<Diagonal<ShapeOf<T>>>
    vt: Tensor<RightFactor<ShapeOf<T>>>
  } {
    const { u, s, vt } = ops.svd(operand(this))
    return { u: wrap(u), s: wrap(s), vt: wrap(vt) }
  },

  /** The pseudoinverse of each matrix: […, m, n] → […, n, m]. */
  pinv<T extends Tensor>(
    this: OfMatrices<'pinv', ShapeOf<T>, T>,
    options?: RankOptions,
  ): Tensor<Transpose<ShapeOf<T>, -2, -1>> {
    return wrap(ops.pinv(operand(this) as Node, options))
  },

  /** The x with the smallest Σ (a · x − b)² for this a […, m, n] and b [m] or […, m, k]; of several the shortest. */
  lstsq<T extends Tensor, Sides>(
    this: T,
    b: Unless<NoTensor<Sides> | MatmulProblem<Transpose<ShapeOf<T>, -2, -1>, OperandShape<Sides>>, Sides>,
    options?: RankOptions,
  ): Tensor<Matmul<Transpose<ShapeOf<T>, -2, -1>, OperandShape<Sides>>> {
    return wrap(ops.lstsq(this.node, operand(b), options))
  },

  /** How many rows of each matrix are independent, as int32. */
  matrixRank<T extends Tensor>(
    this: OfMatrices<'matrixRank', ShapeOf<T>, T>,
    options?: RankOptions,
  ): Tensor<PerMatrix<ShapeOf<T>>> {
    return wrap(ops.matrixRank(operand(this), options))
  },

  /** The norm of each matrix: 'frobenius', 'nuclear', 'spectral', or the largest sum of 'columns' or 'rows'. */
  matrixNorm<T extends Tensor>(
    this: OfMatrices<'matrixNorm', ShapeOf<T>, T>,
    order?: MatrixNorm,
  ): Tensor<PerMatrix<ShapeOf<T>>> {
    return wrap(ops.matrixNorm(operand(this), order))
  },

  /** Σ (xᵢ − mean)(xⱼ − mean) / (n − correction) of the rows, where the correction is 1: […, variables, observations] → […, variables, variables]. */
  covariance<T extends Tensor>(
    this: OfMatrices<'covariance', ShapeOf<T>, T>,
    options?: CovarianceOptions,
  ): Tensor<Gram<ShapeOf<T>>> {
    return wrap(ops.covariance(operand(this), options))
  },

  /** The covariance of rows that are brought to variance 1: Pearson's correlation. */
  correlation<T extends Tensor>(this: OfMatrices<'correlation', ShapeOf<T>, T>): Tensor<Gram<ShapeOf<T>>> {
    return wrap(ops.correlation(operand(this)))
  },

  /** The two-dimensional Fourier transform of complex numbers over the two axes before the pairs. */
  fft2<T extends Tensor>(this: T): Tensor<ShapeOf<T>> {
    return wrap(ops.fft2(this.node))
  },

  /** The inverse of `fft2`. */
  ifft2<T extends Tensor>(this: T): Tensor<ShapeOf<T>> {
    return wrap(ops.ifft2(this.node))
  },

  /** The discrete Fourier transform Σₜ xₜ exp(−2πi k t / n) of complex numbers, which are pairs in the last axis. */
  fft<T extends Tensor, X extends number = -1>(
    this: T,
    axis?: Unless<AxisProblem<'fft', Complex<ShapeOf<T>>, X>, X>,
  ): Tensor<ShapeOf<T>> {
    return wrap(ops.fft(this.node, axis as number | undefined))
  },

  /** The inverse of `fft`: 1/n Σₖ xₖ exp(2πi k t / n). */
  ifft<T extends Tensor, X extends number = -1>(
    this: T,
    axis?: Unless<AxisProblem<'ifft', Complex<ShapeOf<T>>, X>, X>,
  ): Tensor<ShapeOf<T>> {
    return wrap(ops.ifft(this.node, axis as number | undefined))
  },

  /** The first ⌊n/2⌋ + 1 terms of the Fourier transform of real numbers: […, n] → […, ⌊n/2⌋ + 1, 2]. */
  rfft<T extends Tensor, X extends number = -1>(
    this: T,
    axis?: Unless<AxisProblem<'rfft', ShapeOf<T>, X>, X>,
  ): Tensor<ToComplex<ShapeOf<T>, X>> {
    return wrap(ops.rfft(this.node, axis as number | undefined))
  },

  /** The inverse of `rfft`: […, m, 2] → n real numbers, 2 (m − 1) unless given. */
  irfft<T extends Tensor, N extends number = number, X extends number = -1>(
    this: T,
    n?: N,
    axis?: Unless<AxisProblem<'irfft', Complex<ShapeOf<T>>, X>, X>,
  ): Tensor<ToReal<ShapeOf<T>, X, N>> {
    return wrap(ops.irfft(this.node, n, axis as number | undefined))
  },
}
