import { keepAxes, type Shape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'

/** factor · x */
export const scale = (x: Node, factor: number): Node => build.mul(x, build.fill(factor, x.shape, x.dtype))

/** x + term */
export const shift = (x: Node, term: number): Node => build.add(x, build.fill(term, x.shape, x.dtype))

/** x², whose own gradient is again plain. */
export const square = (x: Node): Node => build.mul(x, x)

/** 1 where `mask` holds, else 0. */
export const indicator = (mask: Node, dtype: Node['dtype']): Node => build.cast(mask, dtype)

/** x where `mask` holds, else 0. */
export const keep = (mask: Node, x: Node): Node => build.where(mask, x, build.zerosLike(x))

/** A reduced value stretched again over the axes that the reduction took from `shape`. */
export const stretch = (reduced: Node, axes: readonly number[], shape: Shape): Node =>
  build.expand(build.reshape(reduced, keepAxes(shape, axes)), shape)

/** x backwards along the axes. */
export function reverse(x: Node, axes: readonly number[]): Node {
  if (axes.length === 0) return x
  const along = (axis: number): boolean => axes.includes(axis) && x.shape[axis] > 0
  return build.slice(
    x,
    x.shape.map((n, axis) => (along(axis) ? n - 1 : 0)),
    x.shape,
    x.shape.map((_, axis) => (along(axis) ? -1 : 1)),
  )
}

/** a where it is not 0, else 1: a divisor that gives no infinity where the quotient is discarded. */
export function nonZero(a: Node): Node {
  return build.where(build.equal(a, build.zerosLike(a)), build.onesLike(a), a)
}

/** 1 / a, and 0 for a = 0; differentiable in that sense too. */
export function reciprocalOrZero(a: Node): Node {
  const zero = build.zerosLike(a)
  return build.where(build.equal(a, zero), zero, build.reciprocal(nonZero(a)))
}
