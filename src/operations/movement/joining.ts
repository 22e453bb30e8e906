import { expectChoice, expectList, oneOrMore } from '../../core/arguments.js'
import { describe as describeValue } from '../../core/describe.js'
import { failShape } from '../../core/errors.js'
import { formatShape, normalizeAxis, range, sameShape, sizeOf } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { describe, lift, type Operand, promoted } from '../operand.js'
import { unsqueeze } from './shape.js'
import { part } from './slicing.js'

/**
 * Tensors one after the other along `axis` (0); dtypes are promoted.
 * @throws ShapeError if other sizes than that of the axis differ, or there is nothing to join.
 */
export function concat(xs: readonly Operand[], axis = 0): Node {
  if (xs.length === 0) failShape('concat', 'there is nothing to join', 'Give at least one tensor.')
  const nodes = promoted(xs, 'concat')
  const [first] = nodes
  const along = normalizeAxis(axis, first.rank, 'concat')
  nodes.forEach((node, i) => {
    if (node.rank !== first.rank || node.shape.some((n, a) => a !== along && n !== first.shape[a])) {
      failShape(
        'concat',
        `shapes ${formatShape(first.shape)} and ${formatShape(node.shape)} (number ${i}) differ outside axis ${along}`,
        'All sizes but the one of the joined axis must agree; stack joins along a new axis.',
      )
    }
  })
  return build.concat(nodes, along)
}

/** Tensors of one shape side by side along a new axis, which stands at `axis` (0) in the result. */
export function stack(xs: readonly Operand[], axis = 0): Node {
  if (xs.length === 0) failShape('stack', 'there is nothing to stack', 'Give at least one tensor.')
  const nodes = promoted(xs, 'stack')
  const other = nodes.find((node) => !sameShape(node.shape, nodes[0].shape))
  if (other !== undefined) {
    failShape(
      'stack',
      `shapes ${formatShape(nodes[0].shape)} and ${formatShape(other.shape)} differ`,
      'All must be equal; concat joins along an axis that is there.',
    )
  }
  const along = normalizeAxis(axis, nodes[0].rank + 1, 'stack')
  return build.concat(
    nodes.map((node) => unsqueeze(node, along)),
    along,
  )
}

/** `x` cut along `axis` (0) into as many equal parts as a number says, or into parts of the listed sizes, of which one may be −1. */
export function split(x: Operand, sizesOrCount: number | readonly number[], axis = 0): Node[] {
  const node = lift(x)
  const along = normalizeAxis(axis, node.rank, 'split')
  const n = node.shape[along]
  const sizes =
    typeof sizesOrCount === 'number'
      ? equalParts(node, n, sizesOrCount)
      : completeSizes(n, expectList('split', 'the sizes', sizesOrCount))
  const total = sizes.reduce((a, b) => a + b, 0)
  if (total !== n || sizes.some((size) => !Number.isInteger(size) || size < 0)) {
    failShape(
      'split',
      `sizes ${formatShape(sizes)} sum to ${total}, axis ${along} of ${formatShape(node.shape)} has ${n}`,
      'They must add up to the size of the axis; one may be −1.',
    )
  }
  let start = 0
  return sizes.map((size) => {
    start += size
    return part(node, along, start - size, size)
  })
}

function equalParts(node: Node, n: number, count: number): number[] {
  if (!Number.isInteger(count) || count < 1 || n % count !== 0) {
    failShape(
      'split',
      `${n} elements of ${formatShape(node.shape)} do not divide into ${count} equal parts`,
      'Give the sizes of the parts as a list.',
    )
  }
  return new Array<number>(count).fill(n / count)
}

function completeSizes(n: number, sizes: readonly number[]): number[] {
  const known = sizes.filter((size) => size !== -1).reduce((a, b) => a + b, 0)
  const open = sizes.indexOf(-1)
  return sizes.map((size, i) => (i === open ? n - known : size))
}

/** Copies of the whole tensor side by side, `repeats[i]` along axis i; missing leading axes are added. */
export function tile(x: Operand, repeats: number | readonly number[]): Node {
  const node = lift(x)
  const given = oneOrMore('tile', 'the counts', repeats)
  if (given.some((n) => !Number.isInteger(n) || n < 0)) {
    failShape('tile', `cannot repeat ${formatShape(given)} times`, 'Give whole numbers, 0 or more.')
  }
  const rank = Math.max(node.rank, given.length)
  const counts = [...new Array<number>(rank - given.length).fill(1), ...given]
  const shape = [...new Array<number>(rank - node.rank).fill(1), ...node.shape]
  const between = build.reshape(
    node,
    shape.flatMap((n) => [1, n]),
  )
  const copied = build.expand(
    between,
    shape.flatMap((n, i) => [counts[i], n]),
  )
  return build.reshape(
    copied,
    shape.map((n, i) => n * counts[i]),
  )
}

/** Each element `count` times in a row along `axis`, or in the flattened tensor if it is left out. */
export function repeat(x: Operand, count: number, axis?: number): Node {
  if (!Number.isInteger(count) || count < 0) {
    failShape(
      'repeat',
      `cannot repeat ${typeof count === 'number' ? count : describeValue(count)} times`,
      'Give a whole number, 0 or more.',
    )
  }
  const node = lift(x)
  const source = axis === undefined ? build.reshape(node, [sizeOf(node.shape)]) : node
  const along = normalizeAxis(axis === undefined ? 0 : axis, source.rank, 'repeat')
  const { shape } = source
  const [before, after] = [shape.slice(0, along + 1), shape.slice(along + 1)]
  const copied = build.expand(build.reshape(source, [...before, 1, ...after]), [...before, count, ...after])
  return build.reshape(copied, [...before.slice(0, -1), shape[along] * count, ...after])
}

/**
 * Vectors as the coordinates of a grid: output k has the values of vector k along its axis and is constant along the
 * others. With 'xy' (default, as in NumPy) the first two axes are exchanged: [y, x, …].
 */
export function meshgrid(xs: readonly Operand[], indexing: 'xy' | 'ij' = 'xy'): Node[] {
  expectChoice('meshgrid', 'the indexing', indexing, ['xy', 'ij'])
  const vectors = xs.map((x) => lift(x))
  const odd = vectors.find((vector) => vector.rank !== 1)
  if (odd !== undefined) failShape('meshgrid', `${describe(odd)} is not a vector`, 'Give tensors of rank 1.')
  const order = range(vectors.length)
  if (indexing === 'xy' && vectors.length > 1) order.splice(0, 2, 1, 0)
  const shape = order.map((k) => vectors[k].shape[0])
  return vectors.map((vector, k) =>
    build.expand(
      build.reshape(
        vector,
        order.map((source) => (source === k ? vector.shape[0] : 1)),
      ),
      shape,
    ),
  )
}
