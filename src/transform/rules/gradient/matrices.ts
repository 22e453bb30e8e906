import { range } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import { keep, scale } from './arithmetic.js'

/** Swaps the last two axes. */
export function transpose(x: Node): Node {
  const axes = range(x.rank)
  return build.permute(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2])
}

const rowIndex = (x: Node): Node => build.iota('int32', x.shape, x.rank - 2)
const columnIndex = (x: Node): Node => build.iota('int32', x.shape, x.rank - 1)

/** Without the diagonal. */
export const strictlyLower = (x: Node): Node => keep(build.less(columnIndex(x), rowIndex(x)), x)
export const strictlyUpper = (x: Node): Node => keep(build.less(rowIndex(x), columnIndex(x)), x)
/** With the diagonal. */
export const lower = (x: Node): Node => keep(build.lessEqual(columnIndex(x), rowIndex(x)), x)
export const upper = (x: Node): Node => keep(build.lessEqual(rowIndex(x), columnIndex(x)), x)
export const diagonal = (x: Node): Node => keep(build.equal(rowIndex(x), columnIndex(x)), x)

/** (x + xᵀ) / 2 */
export const symmetric = (x: Node): Node => scale(build.add(x, transpose(x)), 0.5)

/** x […, m, n] with column j multiplied by v[…, j] */
export function scaleColumns(x: Node, v: Node): Node {
  return build.mul(x, build.expand(build.reshape(v, [...v.shape.slice(0, -1), 1, v.shape[v.rank - 1]]), x.shape))
}

/** x […, m, n] with row i multiplied by v[…, i] */
export function scaleRows(x: Node, v: Node): Node {
  return build.mul(x, build.expand(build.reshape(v, [...v.shape, 1]), x.shape))
}

/** v […, n] as the diagonal of a matrix. */
export function diagonalMatrix(v: Node): Node {
  const n = v.shape[v.rank - 1]
  return diagonal(build.expand(build.reshape(v, [...v.shape, 1]), [...v.shape, n]))
}

/** v[j] − v[i] at row i, column j. */
export function differences(v: Node): Node {
  const n = v.shape[v.rank - 1]
  const shape = [...v.shape, n]
  const columns = build.expand(build.reshape(v, [...v.shape.slice(0, -1), 1, n]), shape)
  const rows = build.expand(build.reshape(v, [...v.shape, 1]), shape)
  return build.sub(columns, rows)
}
