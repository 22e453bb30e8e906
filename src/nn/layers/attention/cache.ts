import { failShape } from '../../../core/errors.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'

/**
 * The keys and values of all elements so far, for texts that are made piece by piece: each new element is compared with them instead
 * of computing everything again. Its size is fixed, so that a compiled step fits all lengths.
 */
export type KeyValueCache = {
  /** [batch, heads, capacity, size] */
  readonly keys: Tensor<[number, number, number, number]>
  /** [batch, heads, capacity, size] */
  readonly values: Tensor<[number, number, number, number]>
  /** How many elements there are so far, int32. */
  readonly length: Tensor<[]>
}

/** A cache with new elements [batch, heads, time, size] behind those that it has. It is an error when the program runs if it is full. */
export function extended(name: string, cache: KeyValueCache, keys: Node, values: Node): KeyValueCache {
  const [batch, heads, capacity, size] = cache.keys.shape
  const time = keys.shape[2]
  if (batch !== keys.shape[0] || heads !== keys.shape[1] || size !== keys.shape[3]) {
    failShape(
      name,
      `the cache is for a batch of ${batch} with ${heads} heads of ${size}, it is given ${keys.shape[0]} with ${keys.shape[1]} of ${keys.shape[3]}`,
      'Make it with cache(batch, capacity) of the same layer.',
    )
  }
  if (time > capacity) failShape(name, `${time} elements do not fit a cache of ${capacity}`, 'Make a larger cache.')
  const after = ops.add(cache.length.node, time)
  // Reading it out of a table says so where there is no room left.
  const end = build.gather(build.iota('int32', [capacity + 1], 0), after, 0, `${name} cache`)
  const offsets = ops.sub(build.iota('int32', [capacity], 0), ops.sub(end, time))
  const isNew = ops.reshape(ops.logicalAnd(ops.greaterEqual(offsets, 0), ops.less(offsets, time)), [capacity, 1])
  const placed = (old: Tensor, fresh: Node): Tensor =>
    new Tensor(ops.where(isNew, ops.take(fresh, ops.clip(offsets, 0, time - 1), 2), old.node))
  return { keys: placed(cache.keys, keys), values: placed(cache.values, values), length: new Tensor(end) }
}

/** Which places of a cache each of the last `time` elements may see: those up to its own, [time, capacity]. */
export function seenSoFar({ keys, length }: KeyValueCache, time: number): Node {
  const own = ops.add(build.iota('int32', [time, 1], 0), ops.sub(length.node, time))
  return ops.lessEqual(build.iota('int32', [1, keys.shape[2]], 1), own)
}

export function emptyCache(batch: number, heads: number, capacity: number, size: number, like: Node): KeyValueCache {
  const zeros = new Tensor(build.fill(0, [batch, heads, capacity, size], like.dtype))
  return { keys: zeros, values: zeros, length: new Tensor(build.fill(0, [], 'int32')) }
}
