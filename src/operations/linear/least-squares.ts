import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, range } from '../../core/shape.js'
import { build, makeGraph, type Node } from '../../graph/index.js'
import type { CustomGradient } from '../../graph/primitives.js'
import { matmul } from '../contraction/matmul.js'
import { abs } from '../elementwise/arithmetic.js'
import { part } from '../movement/slicing.js'
import { floating, inFloat32, like, type Operand, promoted, stretch } from '../operand.js'
import { max, norm, sum } from '../reductions.js'
import { matrices } from './matrices.js'

const turned = (x: Node): Node => build.permute(x, [...range(x.rank - 2), x.rank - 1, x.rank - 2])

export interface RankOptions {
  /** Singular values up to this part of the largest count as 0; max(m, n) times the distance of 1 to the next number. */
  readonly tolerance?: number
}

const epsilon = (x: Node): number => Math.max(...x.shape.slice(-2)) * (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23)

/** Singular values, and whether they count: [… k] of numbers and of bool. */
function counting(s: Node, tolerance: number): Node {
  const most = stretch(part(s, s.rank - 1, 0, 1), s.shape)
  return build.less(build.mul(most, like(s, tolerance)), s)
}

const isEmpty = (x: Node): boolean => x.shape.slice(-2).includes(0)

/**
 * The pseudoinverse A⁺ of each matrix (Moore and Penrose): […, m, n] → […, n, m], by singular values, of which small ones count as
 * 0. For full column rank it is (Aᵀ A)⁻¹ Aᵀ. The gradient holds where the rank does not change (Golub and Pereyra 1973).
 * @throws ShapeError if it is not a matrix.
 */
export const pinv = inFloat32((x: Operand, options: RankOptions = {}): Node => {
  checkOptions('pinv', options, { tolerance: true })
  const node = matrices('pinv', x)
  if (isEmpty(node)) return turned(node)
  const input = build.input(node.dtype, node.shape)
  const [u, s, vt] = build.svd(input)
  const counts = counting(s, options.tolerance ?? epsilon(node))
  const inverse = build.where(counts, build.reciprocal(build.where(counts, s, like(s, 1))), like(s, 0))
  const scaled = build.mul(
    turned(vt),
    stretch(build.reshape(inverse, [...s.shape.slice(0, -1), 1, s.shape[s.rank - 1]]), turned(vt).shape),
  )
  const body = makeGraph([input], [build.dot(scaled, turned(u))])
  return build.call([node], { name: 'pinv', body, gradient: pinvGradient })[0]
})

/** Ā = −Pᵀ P̄ Pᵀ + (I − A P) P̄ᵀ P Pᵀ + Pᵀ P P̄ᵀ (I − P A) for P = A⁺. */
const pinvGradient: CustomGradient = ([a], [p], [grad]) => {
  const [pt, gt] = [turned(p), turned(grad)]
  const inside = matmul(matmul(pt, grad), pt)
  const rows = matmul(matmul(build.sub(gt, matmul(a, matmul(p, gt))), p), pt)
  const front = matmul(pt, matmul(p, gt))
  const columns = build.sub(front, matmul(matmul(front, p), a))
  return [build.add(build.sub(rows, inside), columns)]
}

/**
 * The x with the smallest Σ (a · x − b)², for a […, m, n] and b [m] or […, m, k]; of several the one of smallest length. By the
 * pseudoinverse: [n] or […, n, k].
 * @throws ShapeError if b does not have as many rows as a.
 */
export const lstsq = inFloat32((a: Operand, b: Operand, options: RankOptions = {}): Node => {
  checkOptions('lstsq', options, { tolerance: true })
  const [first, second] = promoted([a, b], 'lstsq')
  const matrix = matrices('lstsq', first)
  const sides = floating(second)
  const rows = matrix.shape[matrix.rank - 2]
  if (sides.rank === 0 || sides.shape[Math.max(0, sides.rank - 2)] !== rows) {
    failShape(
      'lstsq',
      `${formatShape(matrix.shape)} and right-hand side ${formatShape(sides.shape)} do not fit`,
      `Give [${rows}] or […, ${rows}, k].`,
    )
  }
  return matmul(pinv(matrix, options), sides)
})

/** The number of independent rows of each matrix, as int32: singular values above the tolerance. */
export const matrixRank = (x: Operand, options: RankOptions = {}): Node => {
  checkOptions('matrixRank', options, { tolerance: true })
  const given = matrices('matrixRank', x)
  const node = given.dtype === 'float64' ? given : build.cast(given, 'float32')
  if (isEmpty(node)) return build.fill(0, node.shape.slice(0, -2), 'int32')
  const s = build.svd(node)[1]
  return sum(build.cast(counting(s, options.tolerance ?? epsilon(node)), 'int32'), -1)
}

export type MatrixNorm = 'frobenius' | 'nuclear' | 'spectral' | 'columns' | 'rows'

/**
 * The norm of each matrix: 'frobenius' √Σ x², 'nuclear' the sum of the singular values, 'spectral' the largest of them, 'columns' (1)
 * and 'rows' (∞) the largest sum of magnitudes of a column or row. […, m, n] → […].
 * @throws ShapeError if it is not a matrix.
 */
export const matrixNorm = inFloat32((x: Operand, order: MatrixNorm = 'frobenius'): Node => {
  const node = matrices('matrixNorm', x)
  const kind = expectChoice('matrixNorm', 'the norm', order, ['frobenius', 'nuclear', 'spectral', 'columns', 'rows'])
  if (kind === 'frobenius') return norm(node, [-2, -1])
  if (isEmpty(node)) return build.fill(0, node.shape.slice(0, -2), node.dtype)
  if (kind === 'columns') return max(sum(abs(node), -2), -1)
  if (kind === 'rows') return max(sum(abs(node), -1), -1)
  const s = build.svd(node)[1]
  return kind === 'nuclear' ? sum(s, -1) : max(s, -1)
})
