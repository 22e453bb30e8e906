import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { build, type Node } from '../../graph/index.js'
import { matmul } from '../contraction/matmul.js'
import { eye } from '../creation.js'
import { abs, sign } from '../elementwise/arithmetic.js'
import { diagonal } from '../movement/diagonal.js'
import { inFloat32, like, type Operand, stretch, widened } from '../operand.js'
import { prod, sum } from '../reductions.js'
import { matrices, withRightHandSides } from './matrices.js'

export interface TriangularSolveOptions {
  /** Whether a is a lower triangle; true. The other triangle is not read. */
  readonly lower?: boolean
  /** Whether to solve with the transpose of a; false. */
  readonly transpose?: boolean
  /** Whether the diagonal counts as ones; false. */
  readonly unitDiagonal?: boolean
}

/** The solution x of a · x = b for triangular a […, n, n] and b [n], […, n] or […, n, k]. */
export function triangularSolve(a: Operand, b: Operand, options: TriangularSolveOptions = {}): Node {
  checkOptions('triangularSolve', options, { lower: true, transpose: true, unitDiagonal: true })
  const { lower = true, transpose = false, unitDiagonal = false } = options
  return withRightHandSides('triangularSolve', a, b, (matrix, columns) =>
    build.triangularSolve(matrix, columns, { lower, transpose, unitDiagonal }),
  )
}

/**
 * The solution x of a · x = b for square a […, n, n] and b [n], […, n] or […, n, k], by LU factorization with row exchanges. A
 * singular a gives infinities or NaN: its values are not known when the graph is made.
 */
export const solve = inFloat32(
  (a: Operand, b: Operand): Node =>
    withRightHandSides('solve', a, b, (matrix, columns) => {
      const [packed, permutation] = build.lu(matrix)
      const exchanged = build.gather(columns, permutation, columns.rank - 2)
      const forward = { lower: true, transpose: false, unitDiagonal: true }
      const backward = { lower: false, transpose: false, unitDiagonal: false }
      return build.triangularSolve(packed, build.triangularSolve(packed, exchanged, forward), backward)
    }),
)

/** The matrix a⁻¹ with a · a⁻¹ = 1; a singular a gives infinities or NaN. To solve equations, {@link solve} is faster and more accurate. */
export const inverse = inFloat32((x: Operand): Node => {
  const node = matrices('inverse', x, true)
  return solve(node, eye(node.shape[node.rank - 1], undefined, node.dtype))
})

/** The determinant of each matrix: [… n, n] → […]. */
export const determinant = inFloat32((x: Operand): Node => {
  const [packed, permutation] = build.lu(matrices('determinant', x, true))
  return build.mul(parity(permutation, packed), prod(diagonal(packed), -1))
})

/** Sign and logarithm of the magnitude of the determinant, which does not overflow: det = sign · exp(logAbsolute). */
export function logDeterminant(x: Operand): { sign: Node; logAbsolute: Node } {
  const matrix = matrices('logDeterminant', x, true)
  const [packed, permutation] = build.lu(widened(matrix))
  const pivots = diagonal(packed)
  return {
    sign: build.cast(build.mul(parity(permutation, packed), prod(sign(pivots), -1)), matrix.dtype),
    logAbsolute: build.cast(sum(build.log(abs(pivots)), -1), matrix.dtype),
  }
}

/** 1 or −1: whether the permutation exchanges an even or odd number of pairs; in the dtype of `matrix`. */
function parity(permutation: Node, matrix: Node): Node {
  const { shape } = matrix
  const r = matrix.rank - 2
  const first = stretch(build.reshape(permutation, [...permutation.shape, 1]), shape)
  const second = stretch(build.reshape(permutation, [...permutation.shape.slice(0, -1), 1, shape[r]]), shape)
  const before = build.less(build.iota('int32', shape, r), build.iota('int32', shape, r + 1))
  const exchanged = build.cast(build.and(before, build.less(second, first)), 'int32')
  const odd = build.cast(build.mod(sum(exchanged, [-2, -1]), like(sum(exchanged, [-2, -1]), 2)), matrix.dtype)
  return build.sub(like(odd, 1), build.mul(odd, like(odd, 2)))
}

/** x · x · … · x, n times; n = 0 gives the unit matrix and a negative n powers of the inverse. */
export const matrixPower = inFloat32((x: Operand, n: number): Node => {
  const node = matrices('matrixPower', x, true)
  if (!Number.isInteger(n)) fail(`matrixPower: ${n} is not a whole number`, 'Use eigh for other powers.')
  let result = stretch(eye(node.shape[node.rank - 1], undefined, node.dtype), node.shape)
  let square = n < 0 ? inverse(node) : node
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = matmul(result, square)
    if (rest > 1) square = matmul(square, square)
  }
  return result
})
