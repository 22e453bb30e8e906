import { isInteger } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { formatShape, sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'

/** Vectors along the last axis, brought to length 1; zeros stay zeros. */
export const unit = (x: ops.Operand): Node => ops.div(x, ops.maximum(ops.norm(x, -1, { keepDims: true }), 1e-12))

/** ‖xᵢ − yⱼ‖² [n, m] of the rows of x [n, features] and y [m, features], from the differences: no digits cancel. */
export function squaredDistances(x: Node, y: Node): Node {
  return ops.sum(ops.square(ops.sub(ops.unsqueeze(x, 1), ops.unsqueeze(y, 0))), -1)
}

/** √x with gradient 0 at 0. */
export function root(x: Node): Node {
  const isZero = ops.lessEqual(x, 0)
  return ops.where(isZero, 0, ops.sqrt(ops.where(isZero, 1, x)))
}

/** Throws if there are not two batches of vectors of one length. */
export function expectVectors(operation: string, x: Node, y: Node): void {
  if (x.rank === 2 && y.rank === 2 && x.shape[1] === y.shape[1]) return
  failShape(
    operation,
    `vectors ${formatShape(x.shape)} and ${formatShape(y.shape)} do not fit`,
    'Both are [examples, features] of the same features.',
  )
}

/** Throws if there is not one whole-number label for each vector [examples, features]. */
export function expectLabelled(operation: string, x: Node, labels: Node): void {
  if (x.rank !== 2 || !sameShape(labels.shape, x.shape.slice(0, 1))) {
    failShape(
      operation,
      `vectors ${formatShape(x.shape)} and labels ${formatShape(labels.shape)} do not fit`,
      'Vectors are [examples, features], labels [examples].',
    )
  }
  if (!isInteger(labels.dtype)) failDType(operation, `labels are ${labels.dtype}`, "Convert them with cast('int32').")
}
