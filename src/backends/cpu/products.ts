import type { Access, Contraction, Convolution } from '../../compiler/kernels.js'
import { range, sizeOf, strideOfAll, stridesOf } from '../../core/shape.js'
import type { Padding } from '../../graph/primitives.js'
import type { View } from './format.js'
import { inGroups, permuted, productDType, type Surroundings, widened } from './lower.js'

type Locate = (input: number) => View

/** The elements that an access reaches, along axes of the given sizes. */
function reach(access: Access, shape: readonly number[], dtype: View['dtype'], locate: Locate): View {
  const base = locate(access.input)
  if (base.location.kind === 'constant') return { ...base, dtype, shape, strides: shape.map(() => 0) }
  return { ...base, dtype, shape, offset: base.offset + access.offset, strides: access.strides }
}

export function lowerContraction(kernel: Contraction, locate: Locate, out: View, around: Surroundings): void {
  const { sizes, depth, dtype } = kernel
  const batch = sizes.slice(0, -2)
  const [m, n] = sizes.slice(-2)
  const left = reach(kernel.left, [...batch, m, depth], dtype, locate)
  const right = reach(kernel.right, [...batch, depth, n], dtype, locate)
  widened([left, right], out, productDType(dtype), around, ([a, b], result) => {
    around.writer.dot(...withRowsJoined(a, b, result))
  })
}

/** Matrices that lie one below the other and have the same right side are one. */
function withRowsJoined(a: View, b: View, out: View): [View, View, View] {
  const axis = a.shape.length - 3
  if (axis < 0 || (b.strides[axis] !== 0 && b.shape[axis] !== 1)) return [a, b, out]
  const [rows, results] = [a, out].map((view) => withNext(view, axis))
  if (rows === undefined || results === undefined) return [a, b, out]
  return withRowsJoined(
    rows,
    { ...b, shape: b.shape.toSpliced(axis, 1), strides: b.strides.toSpliced(axis, 1) },
    results,
  )
}

/** An axis and the next one as one, if they can be counted through. */
function withNext(view: View, axis: number): View | undefined {
  const sizes = view.shape.slice(axis, axis + 2)
  const stride = strideOfAll(sizes, view.strides.slice(axis, axis + 2))
  return stride === undefined
    ? undefined
    : { ...view, shape: view.shape.toSpliced(axis, 2, sizeOf(sizes)), strides: view.strides.toSpliced(axis, 2, stride) }
}

/** The axes backwards. */
const flipped = (view: View, axes: readonly number[]): View => ({
  ...view,
  offset: axes.reduce((sum, axis) => sum + (view.shape[axis] - 1) * view.strides[axis], view.offset),
  strides: view.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
})

/** All three directions as the convolution that the kernels compute. */
export function lowerConvolution(kernel: Convolution, locate: Locate, out: View, around: Surroundings): void {
  const { direction, extents, strides, dilation, low, dtype } = kernel
  const { batch, image, window, places, groups, channels, outputs } = extents
  const rank = image.length
  const spatial = range(rank)
  const isInput = direction === 'inputGradient'
  const isKernel = direction === 'kernelGradient'
  const leftShape = isInput ? [batch, ...places, groups, outputs] : [batch, ...image, groups, channels]
  const rightShape = isKernel ? [batch, ...places, groups, outputs] : [...window, groups, channels, outputs]
  const left = reach(kernel.left, leftShape, dtype, locate)
  const right = reach(kernel.right, rightShape, dtype, locate)
  const ones = spatial.map(() => 1)
  const attributes = {
    strides: isInput ? ones : isKernel ? dilation : strides,
    inputDilation: isInput ? strides : ones,
    kernelDilation: isKernel ? strides : dilation,
    padding: low.map((before, axis): Padding => [isInput ? (window[axis] - 1) * dilation[axis] - before : before, 0]),
  }
  const pixels = spatial.map((axis) => axis + 1)
  widened([left, right], out, productDType(dtype), around, ([a, b], product) => {
    const result = inGroups(product, groups)
    const [x, w] = isKernel
      ? [permuted(a, [rank + 2, ...pixels, rank + 1, 0]), permuted(b, [...pixels, rank + 1, 0, rank + 2])]
      : isInput
        ? [a, permuted(flipped(b, spatial), [...spatial, rank, rank + 2, rank + 1])]
        : [a, b]
    around.writer.conv(x, w, result, attributes, isKernel)
  })
}

/** A dense view of the product's own sizes. */
export const productView = (view: View, sizes: readonly number[]): View => ({
  ...view,
  shape: sizes,
  strides: stridesOf(sizes),
})
