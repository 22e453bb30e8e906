import { expectChoice } from '../../core/arguments.js'
import { failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape, normalizeAxis } from '../../core/shape.js'
import { build, type Node } from '../../graph/index.js'
import { moveAxis } from '../movement/shape.js'
import { part } from '../movement/slicing.js'
import { lift, type Operand, promoted } from '../operand.js'

export interface SortOptions {
  /** From large to small; false. */
  readonly descending?: boolean
}

/** Values and their order, with the sorted axis last. */
function ordered(
  operation: string,
  x: Operand,
  axis: number,
  descending: boolean,
): { last: Node; order: Node; along: number } {
  const node = lift(x)
  const along = normalizeAxis(axis, node.rank, operation)
  const last = moveAxis(node, along, -1)
  return { last, order: build.argSort(last, descending), along }
}

/** The elements in ascending order along `axis` (the last); equal ones keep their order, NaN comes last. */
export function sort(x: Operand, axis = -1, options: SortOptions = {}): Node {
  checkOptions('sort', options, { descending: true })
  const { descending = false } = options
  const { last, order, along } = ordered('sort', x, axis, descending)
  return moveAxis(build.gather(last, order, last.rank - 1), -1, along)
}

/** The int32 indices that sort `x` along `axis` (the last); see {@link sort}. */
export function argSort(x: Operand, axis = -1, options: SortOptions = {}): Node {
  checkOptions('argSort', options, { descending: true })
  const { descending = false } = options
  const { order, along } = ordered('argSort', x, axis, descending)
  return moveAxis(order, -1, along)
}

/**
 * The `k` largest elements along `axis` (the last), largest first, and their int32 indices.
 * @throws ShapeError if there are fewer than k.
 */
export function topK(x: Operand, k: number, axis = -1): { values: Node; indices: Node } {
  const { last, order, along } = ordered('topK', x, axis, true)
  const n = last.shape[last.rank - 1]
  if (!Number.isInteger(k) || k < 0 || k > n) {
    failShape(
      'topK',
      `the ${k} largest of axis ${along} of ${formatShape(lift(x).shape)}, which has ${n}`,
      `Use a k from 0 to ${n}.`,
    )
  }
  const first = part(order, last.rank - 1, 0, k)
  return {
    values: moveAxis(build.gather(last, first, last.rank - 1), -1, along),
    indices: moveAxis(first, -1, along),
  }
}

/**
 * Where each of `values` would have to be put into the ascending vector `sorted`: the int32 number of elements that are
 * smaller (side 'left'), or not larger ('right'). It compares all pairs.
 */
export function searchSorted(sorted: Operand, values: Operand, side: 'left' | 'right' = 'left'): Node {
  expectChoice('searchSorted', 'the side', side, ['left', 'right'])
  const [ladder, wanted] = promoted([sorted, values], 'searchSorted')
  if (ladder.rank !== 1) {
    failShape('searchSorted', `${formatShape(ladder.shape)} is not a vector`, 'Sorted values are of rank 1.')
  }
  const shape = [...wanted.shape, ladder.shape[0]]
  const steps = build.expand(build.reshape(ladder, [...wanted.shape.map(() => 1), ladder.shape[0]]), shape)
  const targets = build.expand(build.reshape(wanted, [...wanted.shape, 1]), shape)
  const below = side === 'left' ? build.less(steps, targets) : build.lessEqual(steps, targets)
  return build.reduceSum(build.cast(below, 'int32'), [wanted.rank])
}
