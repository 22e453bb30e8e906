import { expectList, oneOrMore } from './arguments.js'
import { describe } from './describe.js'
import { failShape } from './errors.js'

/** Sizes along each axis; `[]` is a scalar. */
export type Shape = readonly number[]

/** A tensor has no more axes than this, so that the kernels can count on it (`kMaxRank`). */
export const MOST_AXES = 20

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const n of shape) size *= n
  return size
}

/** Element distances between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}

/** The distance of neighbours where the axes are counted through as one; undefined if there is no single one. */
export function strideOfAll(shape: Shape, strides: readonly number[]): number | undefined {
  let stride = 0
  let reach: number | undefined
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue
    if (reach === undefined) stride = strides[axis]
    else if (strides[axis] !== reach) return undefined
    reach = strides[axis] * shape[axis]
  }
  return stride
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false
  return true
}

export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`

/** The sizes that a user gives as a shape, copied, since the list may change afterwards. */
export function expectShape(operation: string, shape: Shape): number[] {
  const sizes = [...expectList(operation, 'the shape', shape)]
  if (sizes.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    failShape(operation, `${formatShape(sizes)} is not a shape`, 'Sizes are whole numbers, 0 or more.')
  }
  return sizes
}

/** The common shape of two shapes aligned at their last axes, where a size 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape, operation: string): number[] {
  const rank = Math.max(a.length, b.length)
  const result = new Array<number>(rank)
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1
    const n = b[b.length - i] ?? 1
    if (m !== n && m !== 1 && n !== 1) {
      failShape(
        operation,
        `shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ${m} ≠ ${n} on axis ${rank - i}`,
        'Sizes must be equal or 1, aligned at the last axis; reshape or unsqueeze one of them.',
      )
    }
    result[rank - i] = m === 1 ? n : m
  }
  return result
}

/** An axis in 0 … rank − 1; negative ones count from the end. */
export function normalizeAxis(axis: number, rank: number, operation: string): number {
  const normalized = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || normalized < 0 || normalized >= rank) {
    const cure = rank === 0 ? 'A scalar has no axes.' : `Use an integer from ${-rank} to ${rank - 1}.`
    failShape(
      operation,
      `axis ${typeof axis === 'number' ? axis : describe(axis)} is out of range for rank ${rank}`,
      cure,
    )
  }
  return normalized
}

/** Sorted distinct axes; `undefined` means all of them. */
export function normalizeAxes(axes: number | readonly number[] | undefined, rank: number, operation: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  const list = oneOrMore(operation, 'the axis', axes)
  const normalized = list.map((axis) => normalizeAxis(axis, rank, operation)).sort((a, b) => a - b)
  normalized.forEach((axis, i) => {
    if (i > 0 && axis === normalized[i - 1]) {
      failShape(operation, `axis ${axis} is given twice in ${formatShape(list)}`, 'Name each axis once.')
    }
  })
  return normalized
}

/** `shape` without the axes. */
export const dropAxes = (shape: Shape, axes: readonly number[]): number[] => shape.filter((_, i) => !axes.includes(i))

/** `shape` with size 1 on the axes. */
export const keepAxes = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n))

/** The permutation that undoes `axes`. */
export function inversePermutation(axes: readonly number[]): number[] {
  const inverse = new Array<number>(axes.length)
  axes.forEach((axis, i) => {
    inverse[axis] = i
  })
  return inverse
}

/** 0, 1, …, n − 1 */
export function range(n: number): number[] {
  const numbers: number[] = []
  for (let i = 0; i < n; i++) numbers.push(i)
  return numbers
}
