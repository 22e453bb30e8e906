import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { formatShape, normalizeAxis, range } from '../../core/shape.js'
import { type Attributes, build, type Node } from '../../graph/index.js'
import { moveAxis } from '../movement/shape.js'
import { lift, type Operand, promoted, stretch } from '../operand.js'
import { alongAxis, wrapIndices } from './take.js'

type Mode = Attributes['scatter']['mode']

/** How `updates` meet what is there: they replace it, are added, or the larger (smaller) one wins. */
const scatter =
  (operation: string, mode: Mode) =>
  (x: Operand, indices: Operand, updates: Operand, axis = 0): Node => {
    const [node, values] = promoted([x, updates], operation)
    const along = normalizeAxis(axis, node.rank, operation)
    const index = wrapIndices(operation, indices, node.shape[along])
    const from = range(index.rank)
    const to = from.map((i) => along + i)
    const places = [...node.shape.slice(0, along), ...index.shape, ...node.shape.slice(along + 1)]
    const moved = moveAxis(fit(operation, values, places, node), to, from)
    return moveAxis(build.scatter(moveAxis(node, along, 0), index, moved, mode, 0, operation), 0, along)
  }

function fit(operation: string, updates: Node, places: readonly number[], x: Node): Node {
  const leading = places.length - updates.rank
  if (leading < 0 || updates.shape.some((n, i) => n !== 1 && n !== places[leading + i])) {
    failShape(
      operation,
      `updates ${formatShape(updates.shape)} do not fit the places ${formatShape(places)} in ${formatShape(x.shape)}`,
      'They must be of the shape that take gives for the same indices, or broadcast to it.',
    )
  }
  return stretch(updates, places)
}

// (x, indices, updates, axis = 0) → x changed at the places that take(x, indices, axis) reads; updates broadcast.

/** `updates` in place of what take would read. Of several for one place any may win. */
export const scatterSet = scatter('scatterSet', 'set')
/** `updates` added to what take would read; several for one place add up. */
export const scatterAdd = scatter('scatterAdd', 'add')
/** The larger of `updates` and what take would read. */
export const scatterMax = scatter('scatterMax', 'max')
/** The smaller of `updates` and what take would read. */
export const scatterMin = scatter('scatterMin', 'min')

/** `x` changed at the places that takeAlongAxis(x, indices, axis) reads; `updates` broadcast to the indices. */
export function scatterAlongAxis(x: Operand, indices: Operand, updates: Operand, axis = -1, mode: Mode = 'set'): Node {
  expectChoice('scatterAlongAxis', 'the mode', mode, ['set', 'add', 'max', 'min'])
  const [source, values] = promoted([x, updates], 'scatterAlongAxis')
  const rank = lift(x).rank
  const { node, index, along } = alongAxis('scatterAlongAxis', source, indices, axis)
  const placed = fit('scatterAlongAxis', values, index.shape, node)
  const last = (part: Node): Node => moveAxis(part, along, -1)
  return moveAxis(build.scatter(last(node), last(index), last(placed), mode, rank - 1, 'scatterAlongAxis'), -1, along)
}
