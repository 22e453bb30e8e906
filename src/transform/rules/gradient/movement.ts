import { inversePermutation, keepAxes, range, sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Attributes, Primitive } from '../../../graph/primitives.js'
import { indicator, keep, reverse, stretch } from './arithmetic.js'
import { type GradientRule, none } from './rule.js'

/**
 * The largest (smallest) elements share the cotangent equally. They are looked for once more (in one program that costs nothing):
 * uncompiled code may compute x again on another way, and then none need equal the earlier result to the last bit.
 */
const extremum =
  <P extends 'reduceMax' | 'reduceMin'>(find: (x: Node, axes: readonly number[]) => Node): GradientRule<P> =>
  ({ inputs: [x], attributes: { axes }, grad }) => [
    () => {
      const isExtreme = build.equal(x, stretch(find(x, axes), axes, x.shape))
      const ties = build.reduceSum(indicator(isExtreme, x.dtype), axes)
      return keep(isExtreme, stretch(build.div(grad, ties), axes, x.shape))
    },
  ]

/** Products of all elements before each one along the last axis, in log₂ n doubling steps. */
function productsBefore(x: Node): Node {
  const last = x.rank - 1
  const n = x.shape[last]
  const delay = (y: Node, distance: number): Node => {
    const kept = y.shape.map((size, axis) => (axis === last ? size - distance : size))
    const low = y.shape.map((_, axis) => (axis === last ? distance : 0))
    const zeros = y.shape.map(() => 0)
    return build.pad(build.slice(y, zeros, kept), low, zeros, zeros, 1)
  }
  let products = delay(x, 1)
  for (let distance = 1; distance < n - 1; distance *= 2) products = build.mul(products, delay(products, distance))
  return products
}

/** For each element the product of the others along `axes`; exact with zeros, where y / x would not be. */
function productOfOthers(x: Node, axes: readonly number[]): Node {
  const kept = range(x.rank).filter((axis) => !axes.includes(axis))
  const order = [...kept, ...axes]
  const moved = build.permute(x, order)
  const rows = build.reshape(moved, [...kept.map((axis) => x.shape[axis]), sizeOf(axes.map((axis) => x.shape[axis]))])
  const last = [rows.rank - 1]
  const others = build.mul(productsBefore(rows), reverse(productsBefore(reverse(rows, last)), last))
  return build.permute(build.reshape(others, moved.shape), inversePermutation(order))
}

/** The adjoint of slice: every element goes back to where it was read. */
function unslice(grad: Node, x: Node, { starts, sizes, steps }: Attributes['slice']): Node {
  const backwards = range(x.rank).filter((axis) => steps[axis] < 0)
  const first = starts.map((start, axis) => (steps[axis] < 0 ? start + (sizes[axis] - 1) * steps[axis] : start))
  const reach = sizes.map((size, axis) => (size - 1) * Math.abs(steps[axis]) + 1)
  return build.pad(
    reverse(grad, backwards),
    first,
    x.shape.map((n, axis) => n - first[axis] - reach[axis]),
    // A single element has no neighbour; a step along it means nothing.
    sizes.map((size, axis) => (size > 1 ? Math.abs(steps[axis]) - 1 : 0)),
  )
}

export const movementGradients = {
  constant: none,
  input: none,
  iota: none,
  randomBits: none,

  /** the cotangent in the old shape */
  reshape: ({ inputs: [x], grad }) => [() => build.reshape(grad, x.shape)],
  /** the inverse permutation */
  permute: ({ attributes: { axes }, grad }) => [() => build.permute(grad, inversePermutation(axes))],
  /** the sum over the stretched axes */
  expand: ({ inputs: [x], attributes: { shape }, grad }) => [
    () => {
      const stretched = range(x.rank).filter((axis) => x.shape[axis] !== shape[axis])
      return build.reshape(build.reduceSum(grad, stretched), keepAxes(shape, stretched))
    },
  ],
  /** zeros, with the cotangent where it was read */
  slice: ({ inputs: [x], attributes, grad }) => [
    () => (sizeOf(attributes.sizes) === 0 ? undefined : unslice(grad, x, attributes)),
  ],
  /** the part of the cotangent that is not padding */
  pad: ({ inputs: [x], attributes: { low, interior }, grad }) => [
    () =>
      build.slice(
        grad,
        low,
        x.shape,
        interior.map((n) => n + 1),
      ),
  ],
  /** to each input its part */
  concat: ({ inputs, attributes: { axis }, grad }) => {
    let start = 0
    return inputs.map((x) => {
      const starts = x.shape.map((_, i) => (i === axis ? start : 0))
      start += x.shape[axis]
      return () => build.slice(grad, starts, x.shape)
    })
  },

  /** d(Σx) = Σdx */
  reduceSum: ({ inputs: [x], attributes: { axes }, grad }) => [() => stretch(grad, axes, x.shape)],
  /** d(∏x) = Σᵢ (∏ⱼ≠ᵢ xⱼ) dxᵢ */
  reduceProd: ({ inputs: [x], attributes: { axes }, grad }) => [
    () => (sizeOf(x.shape) === 0 ? undefined : build.mul(stretch(grad, axes, x.shape), productOfOthers(x, axes))),
  ],
  /** the largest elements share the cotangent */
  reduceMax: extremum(build.reduceMax),
  /** the smallest elements share the cotangent */
  reduceMin: extremum(build.reduceMin),
  argMax: none,
  argMin: none,
  /** every element counts in all sums from its own on */
  cumSum: ({ attributes: { axis, reverse: backwards }, grad }) => [() => build.cumSum(grad, axis, !backwards)],
} as const satisfies { readonly [P in Primitive]?: GradientRule<P> }
