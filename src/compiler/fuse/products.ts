import { range, type Shape, sameShape, sizeOf, strideOfAll } from '../../core/shape.js'
import { isOp, type Node } from '../../graph/node.js'
import type { Affine, Body, Contraction, Convolution } from '../kernels.js'
import { literal } from '../literal.js'
import { identityMap, isMovement, placeIn, reshapeMap, Split, throughMovement } from './index-map.js'
import { isWidening, type Roles, withoutReshapes } from './roles.js'

/** Where a product finds the elements of an operand. */
interface Found extends Affine {
  readonly root: Node
}

/** A product without its epilogue; `left` and `right` are not numbered yet. */
export type Product = (DotProduct | ConvolutionProduct) & { readonly left: Found; readonly right: Found }
type DotProduct = Omit<Contraction, keyof Body | 'left' | 'right'>
type ConvolutionProduct = Omit<Convolution, keyof Body | 'left' | 'right'>

/** The product that a `dot` or `conv` computes; or the operand that has to be stored before, since no strides describe it. */
export function productOf(node: Node, roles: Roles): Product | { readonly missing: Node } {
  if (isOp(node, 'conv')) return convolutionOf(node, roles)
  const [a, b] = node.inputs
  const left = find(a, a.shape, roles)
  const right = find(b, b.shape, roles)
  if (left === undefined) return { missing: a }
  if (right === undefined) return { missing: b }
  return { kind: 'contraction', dtype: node.dtype, depth: a.shape[a.rank - 1], left, right }
}

/** What lies in memory like `node`, or does so with 16 bits for each element. */
function beneath(node: Node): Node {
  const root = withoutReshapes(node)
  return isWidening(root) ? withoutReshapes(root.inputs[0]) : root
}

/** The elements of `node` seen as `shape`. */
function find(node: Node, shape: Shape, roles: Roles): Found | undefined {
  let at = beneath(node)
  if (literal(node) !== undefined)
    return roles.isStored(node) ? { root: node, ...placeIn(shape, identityMap(shape.length), shape) } : undefined
  if (roles.roleOf(at) !== 'virtual') return { root: at, ...placeIn(shape, identityMap(shape.length), shape) }
  let map = sameShape(shape, at.shape)
    ? identityMap(shape.length)
    : reshapeMap(identityMap(shape.length), shape, at.shape, shape)
  while (map !== undefined && !(map instanceof Split)) {
    if (roles.roleOf(at) !== 'virtual') return withoutIdle({ root: at, ...placeIn(at.shape, map, shape) }, shape)
    if (!isMovement(at)) return undefined
    const source = beneath(at)
    if (at.op === 'reshape' && roles.roleOf(source) !== 'virtual') {
      return withoutIdle({ root: source, ...placeIn(at.shape, map, shape) }, shape)
    }
    map = throughMovement(at, map, shape)
    at = isWidening(at.inputs[0]) ? at.inputs[0].inputs[0] : at.inputs[0]
  }
  return undefined
}

const withoutIdle = (found: Found, shape: Shape): Found => ({
  ...found,
  strides: found.strides.map((stride, axis) => (shape[axis] === 1 ? 0 : stride)),
})

/** Axes in another order. */
const reorder = (found: Found, axes: readonly number[]): Found => ({
  ...found,
  strides: axes.map((axis) => found.strides[axis]),
})

function convolutionOf(node: Node<'conv'>, roles: Roles): Product | { readonly missing: Node } {
  const [x, kernel] = node.inputs
  const { strides, padding, inputDilation, kernelDilation, groups } = node.attributes
  const rank = strides.length
  const spatial = range(rank)
  const image = x.shape.slice(1, -1)
  const window = kernel.shape.slice(0, rank)
  const places = node.shape.slice(1, -1)
  const [batch, channels, outputs] = [x.shape[0], kernel.shape[rank], kernel.shape[rank + 1] / groups]
  const left = find(x, [batch, ...image, groups, channels], roles)
  const right = find(kernel, [...window, channels, groups, outputs], roles)
  if (left === undefined) return { missing: x }
  if (right === undefined) return { missing: kernel }
  const plain = matrixProductOf(node, left, right)
  if (plain !== undefined) return plain
  const common = { kind: 'convolution', dtype: node.dtype } as const
  const low = padding.map(([before]) => before)
  const isSpread = inputDilation.some((n) => n > 1)
  const isFlipped = window.every((n, axis) => n === 1 || right.strides[axis] < 0) && sizeOf(window) > 1
  if (isSpread || (isFlipped && strides.every((n) => n === 1))) {
    // The window backwards, from outputs to channels.
    const offset = right.offset + window.reduce((sum, n, axis) => sum + (n - 1) * right.strides[axis], 0)
    const backwards = right.strides.map((stride, axis) => (axis < rank && stride !== 0 ? -stride : stride))
    return {
      ...common,
      direction: 'inputGradient',
      extents: { batch, image: places, window, places: image, groups, channels: outputs, outputs: channels },
      strides: inputDilation,
      dilation: kernelDilation,
      low: low.map((before, axis) => (window[axis] - 1) * kernelDilation[axis] - before),
      left,
      right: reorder({ root: right.root, offset, strides: backwards }, [...spatial, rank + 1, rank + 2, rank]),
    }
  }
  if (isSumOverExamples(left, image, batch, channels) && sizeOf(window) >= sizeOf(places)) {
    // Examples and channels have changed places.
    return {
      ...common,
      direction: 'kernelGradient',
      extents: { batch: channels, image, window: places, places: window, groups, channels: batch, outputs },
      strides: kernelDilation,
      dilation: strides,
      low,
      left: reorder(left, [rank + 2, ...spatial.map((axis) => axis + 1), rank + 1, 0]),
      right: reorder(right, [rank, ...spatial, rank + 1, rank + 2]),
    }
  }
  const extents = { batch, image, window, places, groups, channels, outputs }
  return {
    ...common,
    direction: 'forward',
    extents,
    strides,
    dilation: kernelDilation,
    low,
    left,
    right: reorder(right, [...spatial, rank + 1, rank, rank + 2]),
  }
}

/** Sizes of a kernel from which on products of matrices are faster than convolutions, which pack less and gain less by it. */
const LARGE_KERNEL = 1 << 15

/**
 * The product of matrices that a convolution with a large kernel is if its window is one element, or if it sees the whole image at
 * once, as the gradient of the former's kernel does.
 */
function matrixProductOf(node: Node<'conv'>, left: Found, right: Found): Product | undefined {
  const { strides, padding, inputDilation, kernelDilation, groups } = node.attributes
  const [x, kernel] = node.inputs
  const rank = strides.length
  const spatial = range(rank)
  const image = x.shape.slice(1, -1)
  const window = kernel.shape.slice(0, rank)
  const [channels, outputs] = kernel.shape.slice(rank)
  const isPointwise = sizeOf(window) === 1
  const isWhole = sameShape(image, window) && kernelDilation.every((n) => n === 1)
  if (groups !== 1 || padding.flat().some((n) => n !== 0) || inputDilation.some((n) => n !== 1)) return undefined
  if (isPointwise ? strides.some((n) => n !== 1) : !isWhole) return undefined
  if ((isPointwise ? channels : x.shape[0]) * outputs < LARGE_KERNEL) return undefined
  const product = (depth: number, places: readonly number[], leftStride: number, rightStride: number): Product => ({
    kind: 'contraction',
    dtype: node.dtype,
    depth,
    left: { ...left, strides: [left.strides[0], ...places, leftStride] },
    right: { ...right, strides: [...spatial.map(() => 0), rightStride, right.strides[rank + 2]] },
  })
  if (isPointwise) {
    const places = left.strides.slice(1, -2)
    const isOneMatrix = strideOfAll([x.shape[0], ...image], left.strides) !== undefined
    return isOneMatrix ? product(channels, places, left.strides[rank + 2], right.strides[rank]) : undefined
  }
  // Channels are the closest to each other, or, where examples have taken their place, the farthest from each other.
  for (const order of [
    [...spatial, rank],
    [rank, ...spatial],
  ]) {
    const along = (strideOf: (axis: number) => number) =>
      strideOfAll(
        order.map((axis) => kernel.shape[axis]),
        order.map(strideOf),
      )
    const leftStride = along((axis) => left.strides[axis === rank ? rank + 2 : axis + 1])
    const rightStride = along((axis) => right.strides[axis])
    if (leftStride === undefined || rightStride === undefined) continue
    const places = spatial.map(() => 0)
    return product(sizeOf(window) * channels, places, leftStride, rightStride)
  }
  return undefined
}

/** Whether what is called channels lies like the examples of images, around the pixels, or the other way round. */
function isSumOverExamples({ strides }: Found, image: Shape, batch: number, channels: number): boolean {
  const [channelStride, batchStride] = [strides[strides.length - 1], strides[0]]
  const pixels = image.flatMap((n, axis) => (n > 1 ? [Math.abs(strides[axis + 1])] : []))
  if (pixels.length === 0) return channels > 1 && channelStride > batchStride
  const closest = Math.min(...pixels)
  return (channels > 1 && channelStride > closest) || (batch > 1 && batchStride < closest)
}
