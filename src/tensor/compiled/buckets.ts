import { fail } from '../../core/errors.js'
import { normalizeAxis } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { part } from '../../operations/movement/slicing.js'
import { flattenTensors, rebuildTensors } from '../leaves.js'
import { mappingOf } from '../vmap.js'

/** Calls of a mapped function with so many rows that few programs serve all numbers of rows. */
export type Padded = (args: readonly unknown[], call: (args: readonly unknown[]) => unknown) => unknown

/**
 * Fills the mapped axis of the arguments up to the next bucket with copies of the last row, and cuts the results to the rows that
 * were given. Only for functions made by vmap, whose rows cannot see each other.
 *
 * @param buckets numbers of rows; above the largest, its multiples
 */
export function padded(fn: object, buckets: readonly number[], name: string): Padded {
  const mapping = mappingOf(fn)
  if (mapping === undefined) {
    fail(
      `compile: ${name} has buckets, but is not made by vmap()`,
      'Added rows must not change the others: write a function of one example and compile(vmap(fn), { buckets }).',
    )
  }
  const sizes = [...buckets].sort((a, b) => a - b)
  if (sizes.length === 0 || !sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    fail(`compile: the buckets of ${name} are [${buckets.join(', ')}]`, 'List whole numbers of rows of at least 1.')
  }
  const largest = sizes[sizes.length - 1]
  const bucketOf = (rows: number): number => sizes.find((size) => rows <= size) ?? largest * Math.ceil(rows / largest)

  return (args, call) => {
    const { flat, axes, size } = mapping.spread(args)
    const bucket = bucketOf(size)
    if (size === 0 || size === bucket) return call(args)
    const filled = flat.leaves.map((node, i) => {
      const axis = axes[i]
      return axis === null ? node : withMoreRows(node, axis, bucket - size)
    })
    const result = flattenTensors(call(rebuildTensors(flat, filled) as unknown[]), name)
    const rows = result.leaves.map((node) => part(node, normalizeAxis(mapping.outAxis, node.rank, 'vmap'), 0, size))
    return rebuildTensors(result, rows)
  }
}

/** With copies of the last row at the end. */
function withMoreRows(node: Node, axis: number, count: number): Node {
  const last = part(node, axis, node.shape[axis] - 1, 1)
  const shape = node.shape.map((size, i) => (i === axis ? count : size))
  return ops.concat([node, ops.expand(last, shape)], axis)
}
