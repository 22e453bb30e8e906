import { expectList, oneOrMore } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import {
  broadcastShapes,
  formatShape,
  normalizeAxes,
  normalizeAxis,
  range,
  type Shape,
  sizeOf,
} from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { lift, type Operand, stretch } from '../operand.js'

/**
 * The same elements in another shape, in row-major order; one size may be −1 and follows from the others.
 * @throws ShapeError if the number of elements differs.
 */
export function reshape(x: Operand, shape: Shape): Node {
  const node = lift(x)
  return build.reshape(node, completeShape('reshape', node.shape, shape))
}

function completeShape(operation: string, from: Shape, to: Shape): Shape {
  expectList(operation, 'the shape', to)
  const count = sizeOf(from)
  const open = to.filter((n) => n === -1).length
  if (to.some((n) => !Number.isSafeInteger(n) || n < -1)) {
    failShape(operation, `${formatShape(to)} is not a shape`, 'Sizes are whole numbers, 0 or more; one may be −1.')
  }
  if (open > 1) failShape(operation, `${formatShape(to)} has ${open} sizes −1`, 'At most one size can be left open.')
  const known = to.reduce((size, n) => (n === -1 ? size : size * n), 1)
  if (open === 1) {
    if (known === 0 || count % known !== 0) {
      failShape(
        operation,
        `${formatShape(from)} has ${count} elements, which do not divide into ${formatShape(to)}`,
        known === 0 ? 'Beside a size 0 a −1 could be anything; write it out.' : `${known} must divide ${count}.`,
      )
    }
    return to.map((n) => (n === -1 ? count / known : n))
  }
  if (known !== count) {
    failShape(
      operation,
      `${formatShape(from)} has ${count} elements, ${formatShape(to)} has ${known}`,
      'The number of elements stays; one size may be −1.',
    )
  }
  return [...to]
}

/** Axes `start` to `end` (included) as one axis; a scalar becomes [1]. */
export function flatten(x: Operand, start = 0, end = -1): Node {
  const node = lift(x)
  if (node.rank === 0) return build.reshape(node, [1])
  const first = normalizeAxis(start, node.rank, 'flatten')
  const last = normalizeAxis(end, node.rank, 'flatten')
  if (first > last) {
    failShape(
      'flatten',
      `axis ${start} lies behind axis ${end} in ${formatShape(node.shape)}`,
      'Give the earlier first.',
    )
  }
  const { shape } = node
  const merged = sizeOf(shape.slice(first, last + 1))
  return build.reshape(node, [...shape.slice(0, first), merged, ...shape.slice(last + 1)])
}

/** The axes in another order: axis i of the result is axis `axes[i]` of x. */
export function permute(x: Operand, axes: readonly number[]): Node {
  const node = lift(x)
  const order = expectList('permute', 'the order', axes).map((axis) => normalizeAxis(axis, node.rank, 'permute'))
  if (order.length !== node.rank || new Set(order).size !== node.rank) {
    failShape(
      'permute',
      `${formatShape(axes)} is not an order of the ${node.rank} axes of ${formatShape(node.shape)}`,
      'Name each axis once.',
    )
  }
  return build.permute(node, order)
}

/** Two axes exchanged, by default the last two: rows become columns. */
export function transpose(x: Operand, a = -2, b = -1): Node {
  const node = lift(x)
  if (node.rank < 2) {
    failShape('transpose', `${formatShape(node.shape)} has no two axes`, 'Use unsqueeze to make it a matrix first.')
  }
  const first = normalizeAxis(a, node.rank, 'transpose')
  const second = normalizeAxis(b, node.rank, 'transpose')
  const order = range(node.rank)
  order[first] = second
  order[second] = first
  return build.permute(node, order)
}

/** Axes moved to other places; the rest keep their order. */
export function moveAxis(x: Operand, from: number | readonly number[], to: number | readonly number[]): Node {
  const node = lift(x)
  const places = (axes: number | readonly number[]): number[] =>
    oneOrMore('moveAxis', 'an axis', axes).map((axis) => normalizeAxis(axis, node.rank, 'moveAxis'))
  const sources = places(from)
  const targets = places(to)
  if (sources.length !== targets.length || [sources, targets].some((list) => new Set(list).size !== list.length)) {
    failShape(
      'moveAxis',
      `cannot move ${formatShape(sources)} to ${formatShape(targets)}`,
      'Give as many distinct targets as sources.',
    )
  }
  const rest = range(node.rank).filter((axis) => !sources.includes(axis))
  const order = range(node.rank).map((axis) => {
    const k = targets.indexOf(axis)
    return k >= 0 ? sources[k] : rest.shift()!
  })
  return build.permute(node, order)
}

/**
 * `x` stretched to `shape` as broadcasting does: axes are aligned at the last one, sizes of 1 stretch, missing
 * axes are added in front. −1 keeps a size.
 */
export function expand(x: Operand, shape: Shape): Node {
  const node = lift(x)
  const leading = expectList('expand', 'the shape', shape).length - node.rank
  const wanted = shape.map((n, i) => (n === -1 && i >= leading ? node.shape[i - leading] : n))
  const fits = leading >= 0 && node.shape.every((n, i) => n === 1 || n === wanted[leading + i])
  if (!fits || wanted.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    failShape(
      'expand',
      `${formatShape(node.shape)} does not stretch to ${formatShape(shape)}`,
      'Aligned at the last axis, sizes must be equal, or 1 in the tensor.',
    )
  }
  return stretch(node, wanted)
}

/** Another name of {@link expand}. */
export const broadcastTo = expand

/** All operands in their common shape; dtypes stay. */
export function broadcast(...xs: readonly Operand[]): Node[] {
  const nodes = xs.map((x) => lift(x))
  const shape = nodes.map((node) => node.shape).reduce((a, b) => broadcastShapes(a, b, 'broadcast'), [])
  return nodes.map((node) => stretch(node, shape))
}

/** `x` without its axes of size 1, or without the given ones, whose size must be 1. */
export function squeeze(x: Operand, axis?: number | readonly number[]): Node {
  const node = lift(x)
  const axes =
    axis === undefined ? range(node.rank).filter((i) => node.shape[i] === 1) : normalizeAxes(axis, node.rank, 'squeeze')
  const wrong = axes.find((i) => node.shape[i] !== 1)
  if (wrong !== undefined) {
    failShape(
      'squeeze',
      `axis ${wrong} of ${formatShape(node.shape)} has size ${node.shape[wrong]}`,
      'Only axes of size 1 can go; use slice or a reduction for others.',
    )
  }
  return build.reshape(
    node,
    node.shape.filter((_, i) => !axes.includes(i)),
  )
}

/** `x` with new axes of size 1, which stand at `axis` in the result. */
export function unsqueeze(x: Operand, axis: number | readonly number[]): Node {
  const node = lift(x)
  const count = oneOrMore('unsqueeze', 'the axis', axis).length
  const axes = normalizeAxes(axis, node.rank + count, 'unsqueeze')
  const rest = [...node.shape]
  return build.reshape(
    node,
    range(node.rank + count).map((i) => (axes.includes(i) ? 1 : rest.shift()!)),
  )
}
