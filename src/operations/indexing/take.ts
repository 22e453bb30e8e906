import { type DType, isInteger } from '../../core/dtype.js'
import { failDType, failShape } from '../../core/errors.js'
import { broadcastShapes, formatShape, normalizeAxis, range } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { moveAxis } from '../movement/shape.js'
import { describe, lift, like, type Operand, stretch } from '../operand.js'

/** Indices as int32 in 0 … n − 1; negative ones count from the end. */
export function wrapIndices(operation: string, indices: Operand, n: number): Node {
  const node = typeof indices === 'number' ? build.constant(indices, 'int32') : lift(indices)
  if (!isInteger(node.dtype)) {
    const cure =
      node.dtype === 'bool'
        ? 'A mask gives a result of unknown size; use where.'
        : "Indices are whole numbers; convert with cast('int32')."
    failDType(operation, `indices are ${node.dtype}`, cure)
  }
  const index = build.cast(node, 'int32')
  if (node.dtype !== 'int32') return index
  return build.where(build.less(index, like(index, 0)), build.add(index, like(index, n)), index)
}

/**
 * The elements of `x` at `indices` along `axis` (0), in whose place the axes of the indices stand:
 * […before, n, …after] at [k] → […before, k, …after]. Negative indices count from the end.
 * An index outside the axis is an error when the value is computed.
 */
export function take(x: Operand, indices: Operand, axis = 0, operation = 'take'): Node {
  const node = lift(x)
  const along = normalizeAxis(axis, node.rank, 'take')
  const index = wrapIndices('take', indices, node.shape[along])
  const gathered = build.gather(moveAxis(node, along, 0), index, 0, operation)
  const from = range(index.rank)
  return moveAxis(
    gathered,
    from,
    from.map((i) => along + i),
  )
}

/**
 * For each place of `indices` the element of `x` there whose index along `axis` (−1) it names: along the last axis of a
 * matrix, result[i, j] = x[i, indices[i, j]]. Ranks must agree; other axes broadcast.
 */
export function takeAlongAxis(x: Operand, indices: Operand, axis = -1): Node {
  const { node, index, along } = alongAxis('takeAlongAxis', x, indices, axis)
  return moveAxis(
    build.gather(moveAxis(node, along, -1), moveAxis(index, along, -1), node.rank - 1, 'takeAlongAxis'),
    -1,
    along,
  )
}

/** {@link takeAlongAxis} under the name that PyTorch gives it. */
export const gather = takeAlongAxis

/** `x` and int32 indices that agree in all axes but `axis`. */
export function alongAxis(
  operation: string,
  x: Operand,
  indices: Operand,
  axis: number,
): { node: Node; index: Node; along: number } {
  const node = lift(x)
  const along = normalizeAxis(axis, node.rank, operation)
  const index = wrapIndices(operation, indices, node.shape[along])
  if (index.rank !== node.rank) {
    failShape(
      operation,
      `${formatShape(node.shape)} and indices ${formatShape(index.shape)} have different ranks`,
      'Each index names an element in its own row; use take for the same elements of all rows, or unsqueeze the indices.',
    )
  }
  const others = (shape: readonly number[]): number[] => shape.map((n, i) => (i === along ? 1 : n))
  const common = broadcastShapes(others(node.shape), others(index.shape), operation)
  const withSize = (source: Node): Node =>
    stretch(
      source,
      common.map((n, i) => (i === along ? source.shape[along] : n)),
    )
  return { node: withSize(node), index: withSize(index), along }
}

/**
 * A new last axis of size `depth` with 1 at the index and 0 elsewhere; an index outside 0 … depth − 1 gives zeros only.
 */
export function oneHot(indices: Operand, depth: number, dtype: DType = 'float32'): Node {
  const node = lift(indices, 'int32')
  if (!isInteger(node.dtype)) {
    failDType('oneHot', `indices are ${describe(node)}`, "Labels are whole numbers; convert with cast('int32').")
  }
  if (!Number.isInteger(depth) || depth < 0) {
    failShape('oneHot', `a depth of ${depth}`, 'Give the number of classes, a whole number.')
  }
  const index = build.cast(node, 'int32')
  const shape = [...index.shape, depth]
  const repeated = build.expand(build.reshape(index, [...index.shape, 1]), shape)
  return build.cast(build.equal(repeated, build.iota('int32', shape, shape.length - 1)), dtype)
}
