import { expectInteger } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { formatShape, normalizeAxis, range } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { describe, lift, like, type Operand } from '../operand.js'
import { sum } from '../reductions.js'
import { part } from './slicing.js'

/**
 * The elements of a diagonal of the plane of two axes (the last two), as a new last axis.
 * `offset` 1 is the diagonal above the main one, −1 the one below.
 */
export function diagonal(x: Operand, offset = 0, axis1 = -2, axis2 = -1): Node {
  const node = lift(x)
  if (node.rank < 2) failShape('diagonal', `${formatShape(node.shape)} has no two axes`, 'Give a matrix, or use diag.')
  const rows = normalizeAxis(axis1, node.rank, 'diagonal')
  const columns = normalizeAxis(axis2, node.rank, 'diagonal')
  if (rows === columns) failShape('diagonal', `axis ${rows} is given twice`, 'Name two different axes.')
  const batch = range(node.rank).filter((axis) => axis !== rows && axis !== columns)
  const matrix = build.permute(node, [...batch, rows, columns])
  const r = batch.length
  const firstRow = Math.max(0, -offset)
  const firstColumn = Math.max(0, offset)
  const size = Math.max(0, Math.min(matrix.shape[r] - firstRow, matrix.shape[r + 1] - firstColumn))
  const leading = matrix.shape.slice(0, r)
  if (size === 0) return build.fill(0, [...leading, 0], node.dtype)
  // In a flattened square matrix the diagonal has one element every size + 1.
  const square = part(part(matrix, r, firstRow, size), r + 1, firstColumn, size)
  const flat = build.reshape(square, [...leading, size * size])
  return part(flat, r, 0, size, size === 1 ? 1 : size + 1)
}

/** A vector as the diagonal of a matrix of zeros, or the diagonal of a matrix (of each matrix of a batch). */
export function diag(x: Operand, offset = 0): Node {
  const node = lift(x)
  if (node.rank === 0) failShape('diag', 'a scalar has no diagonal', 'Give a vector or a matrix.')
  return node.rank === 1 ? diagonalMatrix(node, offset) : diagonal(node, offset)
}

/** The last axis as the diagonals of square matrices of zeros: [… n] → [… n, n] for offset 0. */
export function diagonalMatrix(x: Operand, offset = 0): Node {
  const node = lift(x)
  if (node.rank === 0) failShape('diagonalMatrix', 'a scalar has no axis', 'Give a vector.')
  const n = node.shape[node.rank - 1]
  const batch = node.shape.slice(0, -1)
  const none = batch.map(() => 0)
  // n rows of one element and n zeros, read without the last n zeros, are n rows of n with the elements on the diagonal.
  const rows = build.pad(build.reshape(node, [...batch, n, 1]), [...none, 0, 0], [...none, 0, n])
  const flat = part(build.reshape(rows, [...batch, n * (n + 1)]), batch.length, 0, n * n)
  const matrix = build.reshape(flat, [...batch, n, n])
  const up = Math.max(0, offset)
  const down = Math.max(0, -offset)
  return build.pad(matrix, [...none, down, up], [...none, up, down])
}

function triangle(operation: string, x: Operand, offset: number, keep: (row: Node, column: Node) => Node): Node {
  const node = lift(x)
  const r = node.rank
  if (r < 2) failShape(operation, `${describe(node)} is not a matrix`, 'The last two axes are rows and columns.')
  const mask = keep(shifted(build.iota('int32', node.shape, r - 2), offset), build.iota('int32', node.shape, r - 1))
  return build.where(mask, node, like(node, 0))
}

const shifted = (index: Node, offset: number): Node => (offset === 0 ? index : build.add(index, like(index, offset)))

/** The lower triangle of each matrix, zeros above diagonal `offset`. */
export const tril = (x: Operand, offset = 0): Node =>
  triangle('tril', x, expectInteger('tril', 'the offset', offset), (row, column) => build.lessEqual(column, row))

/** The upper triangle of each matrix, zeros below diagonal `offset`. */
export const triu = (x: Operand, offset = 0): Node =>
  triangle('triu', x, expectInteger('triu', 'the offset', offset), (row, column) => build.lessEqual(row, column))

/** The sum of the diagonal of each matrix. */
export const trace = (x: Operand, offset = 0): Node => sum(diagonal(x, offset), -1)
