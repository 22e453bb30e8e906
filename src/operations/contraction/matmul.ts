import { describe as describeValue } from '../../core/describe.js'
import { failShape } from '../../core/errors.js'
import { broadcastShapes, formatShape, normalizeAxes, range, type Shape, sizeOf } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { inFloat32, numeric, type Operand, promoted, stretch } from '../operand.js'
import { sum } from '../reductions.js'

function numbers(a: Operand, b: Operand, operation: string): [Node, Node] {
  const [x, y] = promoted([a, b], operation).map(numeric)
  return [x, y]
}

function failInner(a: Shape, b: Shape, m: number, n: number): never {
  // Only suggest what would help.
  const transposed = b.length > 1 && b[b.length - 1] === m
  const first = a.length > 1 && a[a.length - 2] === n
  failShape(
    'matmul',
    `inner sizes differ: ${formatShape(a)} × ${formatShape(b)}: ${m} ≠ ${n}`,
    transposed
      ? 'Did you mean to transpose the second argument?'
      : first
        ? 'Did you mean to transpose the first argument?'
        : `The last axis of the first must be as long as axis ${Math.max(0, b.length - 2)} of the second.`,
  )
}

/**
 * The matrix product: […, m, k] × […, k, n] → […, m, n].
 *
 * Leading axes are a batch and broadcast. A vector on the left is a row, on the right a column, and its axis of size 1
 * disappears from the result.
 * @throws ShapeError if the inner sizes differ.
 * @example matmul(x, w) // [128, 784] × [784, 10] → [128, 10]
 */
export function matmul(a: Operand, b: Operand): Node {
  const [x, y] = numbers(a, b, 'matmul')
  if (x.rank === 0 || y.rank === 0) {
    failShape(
      'matmul',
      `${formatShape(x.shape)} × ${formatShape(y.shape)}: a scalar is no matrix`,
      'Use mul for scalars.',
    )
  }
  const inner = x.shape[x.rank - 1]
  const outer = y.shape[Math.max(0, y.rank - 2)]
  if (inner !== outer) failInner(x.shape, y.shape, inner, outer)
  const left = x.rank === 1 ? build.reshape(x, [1, inner]) : x
  const right = y.rank === 1 ? build.reshape(y, [inner, 1]) : y
  const product = multiply(left, right)
  const { shape } = product
  const kept = shape.filter(
    (_, axis) => !(x.rank === 1 && axis === shape.length - 2) && !(y.rank === 1 && axis === shape.length - 1),
  )
  return build.reshape(product, kept)
}

function multiply(a: Node, b: Node): Node {
  const [m, k] = a.shape.slice(-2)
  const n = b.shape[b.rank - 1]
  if (b.rank === 2 && a.rank > 2) {
    // One matrix for the whole batch: the rows of the batch are the rows of one large matrix.
    const rows = build.reshape(a, [sizeOf(a.shape.slice(0, -1)), k])
    return build.reshape(build.dot(rows, b), [...a.shape.slice(0, -1), n])
  }
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'matmul')
  return build.dot(stretch(a, [...batch, m, k]), stretch(b, [...batch, k, n]))
}

/** The inner product Σ aᵢ bᵢ of two vectors; with matrices the sum over the last axis of a and the first but one from the end of b. */
export function dot(a: Operand, b: Operand): Node {
  const [x, y] = numbers(a, b, 'dot')
  if (x.rank === 0 || y.rank === 0) {
    failShape('dot', `${formatShape(x.shape)} · ${formatShape(y.shape)}: a scalar is no vector`, 'Use mul for scalars.')
  }
  const [m, n] = [x.shape[x.rank - 1], y.shape[Math.max(0, y.rank - 2)]]
  if (m !== n) {
    failShape('dot', `sizes differ: ${formatShape(x.shape)} · ${formatShape(y.shape)}: ${m} ≠ ${n}`, 'They must agree.')
  }
  return contract(x, y, [x.rank - 1], [Math.max(0, y.rank - 2)])
}

/**
 * The sum of products over pairs of axes: all axes of `axes[0]` of a with those of `axes[1]` of b, or the last `axes` of a
 * with the first `axes` of b. The other axes of a, then of b, remain.
 */
export function tensorDot(
  a: Operand,
  b: Operand,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Node {
  const [x, y] = numbers(a, b, 'tensorDot')
  const listed = (list: unknown): boolean => Array.isArray(list) && list.every(Number.isInteger)
  if (!Number.isInteger(axes) && !(Array.isArray(axes) && axes.length === 2 && axes.every(listed))) {
    failShape('tensorDot', `the axes are ${describeValue(axes)}`, 'Give how many, or two lists: [[0, 2], [1, 0]].')
  }
  const [left, right] =
    typeof axes === 'number' ? [range(axes).map((i) => x.rank - axes + i), range(axes)] : [[...axes[0]], [...axes[1]]]
  normalizeAxes(left, x.rank, 'tensorDot')
  normalizeAxes(right, y.rank, 'tensorDot')
  const from = left.map((axis) => (axis < 0 ? axis + x.rank : axis))
  const to = right.map((axis) => (axis < 0 ? axis + y.rank : axis))
  if (from.length !== to.length || from.some((axis, i) => x.shape[axis] !== y.shape[to[i]])) {
    failShape(
      'tensorDot',
      `axes ${formatShape(left)} of ${formatShape(x.shape)} and ${formatShape(right)} of ${formatShape(y.shape)} differ`,
      'Paired axes must have equal sizes.',
    )
  }
  return contract(x, y, from, to)
}

function contract(x: Node, y: Node, from: readonly number[], to: readonly number[]): Node {
  const freeLeft = range(x.rank).filter((axis) => !from.includes(axis))
  const freeRight = range(y.rank).filter((axis) => !to.includes(axis))
  const sizes = (node: Node, axes: readonly number[]): number[] => axes.map((axis) => node.shape[axis])
  const [rows, inner, columns] = [sizes(x, freeLeft), sizes(x, from), sizes(y, freeRight)]
  const left = build.reshape(build.permute(x, [...freeLeft, ...from]), [sizeOf(rows), sizeOf(inner)])
  const right = build.reshape(build.permute(y, [...to, ...freeRight]), [sizeOf(inner), sizeOf(columns)])
  return build.reshape(build.dot(left, right), [...rows, ...columns])
}

/** All products aᵢ bⱼ of the elements of two tensors, which are flattened: [m], [n] → [m, n]. */
export function outer(a: Operand, b: Operand): Node {
  const [x, y] = numbers(a, b, 'outer')
  const shape = [sizeOf(x.shape), sizeOf(y.shape)]
  return build.mul(
    build.expand(build.reshape(x, [shape[0], 1]), shape),
    build.expand(build.reshape(y, [1, shape[1]]), shape),
  )
}

/** Σ aᵢ bᵢ along one axis of two tensors of the same shape, which broadcast. */
export const vecDot = inFloat32((a: Operand, b: Operand, axis: number = -1): Node => {
  const [x, y] = numbers(a, b, 'vecDot')
  const shape = broadcastShapes(x.shape, y.shape, 'vecDot')
  return sum(build.mul(stretch(x, shape), stretch(y, shape)), axis)
})
