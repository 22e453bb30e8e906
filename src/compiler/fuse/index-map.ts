import { range, type Shape, stridesOf } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import type { Affine } from '../kernels.js'

/** For every axis of a value its index as a function of the index of the loop around. */
export type IndexMap = readonly Affine[]

/** An axis of the loop must become two, the inner one of `size`, before the index can be expressed. */
export class Split {
  constructor(
    readonly axis: number,
    readonly size: number,
  ) {}
}

/** The index along one axis of the space. */
function unit(axis: number, rank: number): Affine {
  const strides = new Array<number>(rank).fill(0)
  strides[axis] = 1
  return { offset: 0, strides }
}

export const identityMap = (rank: number): IndexMap => range(rank).map((axis) => unit(axis, rank))

/** Σ factor · affine */
function combine(terms: IndexMap, factors: readonly number[], rank: number): Affine {
  const strides = new Array<number>(rank).fill(0)
  let offset = 0
  terms.forEach((term, i) => {
    const factor = factors[i]
    offset += term.offset * factor
    for (let axis = 0; axis < rank; axis++) strides[axis] += term.strides[axis] * factor
  })
  return { offset, strides }
}

/** The place of the element in a row-major array of `shape`. */
export const placeIn = (shape: Shape, map: IndexMap, space: Shape): Affine =>
  combine(map, stridesOf(shape), space.length)

/**
 * The index in row-major `shape` of an element whose place is known: digits in a mixed radix. Undefined where a digit is
 * not affine, whatever the axes of the space are split into.
 */
export function indexAt(place: Affine, shape: Shape, space: Shape): IndexMap | Split | undefined {
  const strides = stridesOf(shape)
  const digits = shape.map(() => ({ offset: 0, strides: new Array<number>(space.length).fill(0), low: 0, high: 0 }))
  // Axes of size 1 have no digits; the others from the outermost to the innermost.
  const axes = shape.flatMap((size, axis) => (size > 1 ? [axis] : []))
  for (let j = 0; j < space.length; j++) {
    const stride = place.strides[j]
    if (stride === 0 || space[j] === 1) continue
    const step = Math.abs(stride)
    const axis = axes.find((candidate) => strides[candidate] <= step)
    if (axis === undefined || step % strides[axis] !== 0) return undefined
    const reach = strides[axis] * shape[axis]
    if (step * space[j] > reach) {
      const inner = reach / step
      return Number.isInteger(inner) && inner > 1 && space[j] % inner === 0 ? new Split(j, inner) : undefined
    }
    const digit = digits[axis]
    digit.strides[j] = stride / strides[axis]
    digit.low += Math.min(0, digit.strides[j] * (space[j] - 1))
    digit.high += Math.max(0, digit.strides[j] * (space[j] - 1))
  }
  let rest = place.offset
  for (let i = 0; i < axes.length; i++) {
    const digit = digits[axes[i]]
    const inner = axes.slice(i + 1)
    const lowest = inner.reduce((sum, axis) => sum + digits[axis].low * strides[axis], 0)
    digit.offset = Math.floor((rest + lowest) / strides[axes[i]])
    rest -= digit.offset * strides[axes[i]]
    const highest = inner.reduce((sum, axis) => sum + digits[axis].high * strides[axis], 0)
    if (rest + highest >= strides[axes[i]]) return undefined
    if (digit.offset + digit.low < 0 || digit.offset + digit.high >= shape[axes[i]]) return undefined
  }
  return rest === 0 ? digits.map(({ offset, strides: own }) => ({ offset, strides: own })) : undefined
}

/** From the index of a reshaped value to the index of what it was before; in the other direction too. */
export const reshapeMap = (map: IndexMap, from: Shape, to: Shape, space: Shape): IndexMap | Split | undefined =>
  indexAt(placeIn(from, map, space), to, space)

/** Operations that only say where elements are found. */
export const isMovement = (node: Node): boolean =>
  node.op === 'reshape' || node.op === 'permute' || node.op === 'expand' || node.op === 'slice'

/** From the index of a movement's output to that of its input. */
export function throughMovement(node: Node, map: IndexMap, space: Shape): IndexMap | Split | undefined {
  const [input] = node.inputs
  if (isOp(node, 'permute')) {
    const moved: Affine[] = []
    node.attributes.axes.forEach((axis, i) => {
      moved[axis] = map[i]
    })
    return moved
  }
  if (isOp(node, 'expand')) {
    const still: Affine = { offset: 0, strides: space.map(() => 0) }
    return map.map((index, axis) => (input.shape[axis] === 1 ? still : index))
  }
  if (isOp(node, 'slice')) {
    const { starts, steps } = node.attributes
    return map.map(({ offset, strides }, axis) => ({
      offset: starts[axis] + steps[axis] * offset,
      strides: strides.map((stride) => stride * steps[axis]),
    }))
  }
  return reshapeMap(map, node.shape, input.shape, space)
}

/** From the index of a movement's input to that of its output, where the output has no more elements than the space reaches. */
export function backThroughMovement(node: Node, map: IndexMap, space: Shape): IndexMap | Split | undefined {
  const [input] = node.inputs
  if (isOp(node, 'permute')) return node.attributes.axes.map((axis) => map[axis])
  if (isOp(node, 'reshape')) return reshapeMap(map, input.shape, node.shape, space)
  return undefined
}

export const sameAffine = (a: Affine, b: Affine, space: Shape): boolean =>
  a.offset === b.offset && a.strides.every((stride, axis) => stride === b.strides[axis] || space[axis] === 1)

export const sameMap = (a: IndexMap, b: IndexMap, space: Shape): boolean =>
  a === b || (a.length === b.length && a.every((index, axis) => sameAffine(index, b[axis], space)))

/** Whether the places are 0 … elements − 1, each once, as the index runs over the axes whose stride is not 0. */
export function coversOnce({ offset, strides }: Affine, space: Shape, elements: number): boolean {
  if (offset !== 0) return false
  const axes = space.map((_, axis) => axis).filter((axis) => space[axis] > 1 && strides[axis] !== 0)
  let next = 1
  for (const axis of axes.sort((a, b) => strides[a] - strides[b])) {
    if (strides[axis] !== next) return false
    next *= space[axis]
  }
  return next === elements
}

/** The index map after an axis of the space has been split. */
export function splitMap(map: IndexMap, { axis, size }: Split): IndexMap {
  return map.map(({ offset, strides }) => ({
    offset,
    strides: strides.flatMap((stride, i) => (i === axis ? [stride * size, stride] : [stride])),
  }))
}

export const splitSpace = (space: Shape, { axis, size }: Split): Shape =>
  space.flatMap((n, i) => (i === axis ? [n / size, size] : [n]))
