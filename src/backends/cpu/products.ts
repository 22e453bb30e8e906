import type { Access, Contraction, Convolution } from '../../compiler/kernels.js'
import { range, stridesOf } from '../../core/shape.js'
import type { ConvAttributes, Padding } from '../../graph/primitives.js'
import type { View } from './format.js'
import { productDType, type Surroundings, widened } from './lower.js'

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
  widened([left, right], out, productDType(dtype), around, ([a, b], result) => around.writer.dot(a, b, result))
}

/** The axes in another order. */
const ordered = (view: View, axes: readonly number[]): View => ({
  ...view,
  shape: axes.map((axis) => view.shape[axis]),
  strides: axes.map((axis) => view.strides[axis]),
})

/** One element of an axis, which goes away. */
const picked = (view: View, axis: number, index: number): View => ({
  ...view,
  shape: view.shape.filter((_, i) => i !== axis),
  strides: view.strides.filter((_, i) => i !== axis),
  offset: view.offset + index * view.strides[axis],
})

/** The axes from `first` on backwards. */
const flipped = (view: View, axes: readonly number[]): View => ({
  ...view,
  offset: axes.reduce((sum, axis) => sum + (view.shape[axis] - 1) * view.strides[axis], view.offset),
  strides: view.strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
})

/** Part of the last axis. */
const part = (view: View, start: number, size: number): View => ({
  ...view,
  shape: [...view.shape.slice(0, -1), size],
  offset: view.offset + start * view.strides[view.strides.length - 1],
})

/** All three directions as the convolution that the kernels compute, group by group. */
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
  const attributes: ConvAttributes = {
    strides: isInput ? ones : isKernel ? dilation : strides,
    inputDilation: isInput ? strides : ones,
    kernelDilation: isKernel ? strides : dilation,
    padding: low.map((before, axis): Padding => [isInput ? (window[axis] - 1) * dilation[axis] - before : before, 0]),
    groups: 1,
  }
  const pixels = spatial.map((axis) => axis + 1)
  widened([left, right], out, productDType(dtype), around, ([a, b], result) => {
    const whole = direction === 'forward' ? withGroups(a, b, rank) : undefined
    if (whole !== undefined) {
      around.writer.conv(whole.x, whole.kernel, result, { ...attributes, groups })
      return
    }
    for (let group = 0; group < groups; group++) {
      const x = picked(a, rank + 1, group)
      const w = picked(b, isKernel ? rank + 1 : rank, group)
      const size = isInput ? channels : outputs
      const into = groups === 1 ? result : part(result, group * size, size)
      if (isKernel)
        around.writer.conv(ordered(x, [rank + 1, ...pixels, 0]), ordered(w, [...pixels, 0, rank + 1]), into, attributes)
      else if (isInput)
        around.writer.conv(x, ordered(flipped(w, spatial), [...spatial, rank + 1, rank]), into, attributes)
      else around.writer.conv(x, w, into, attributes)
    }
  })
}

/** Groups and their channels as one axis, where they lie like one. */
function withGroups(a: View, b: View, rank: number): { x: View; kernel: View } | undefined {
  const x = joined(a, rank + 1)
  const kernel = joined(ordered(b, [...range(rank), rank + 1, rank, rank + 2]), rank + 1)
  return x && kernel && { x, kernel }
}

/** Two neighbouring axes as one. */
function joined(view: View, axis: number): View | undefined {
  const [outer, inner] = [view.shape[axis], view.shape[axis + 1]]
  const stride = inner === 1 ? view.strides[axis] : view.strides[axis + 1]
  if (outer !== 1 && inner !== 1 && view.strides[axis] !== inner * stride) return undefined
  const replace = (list: readonly number[], value: number): number[] => [
    ...list.slice(0, axis),
    value,
    ...list.slice(axis + 2),
  ]
  return {
    ...view,
    shape: replace(view.shape, outer * inner),
    strides: replace(view.strides, outer === 1 && inner === 1 ? 0 : stride),
  }
}

/** A dense view of the product's own sizes. */
export const productView = (view: View, sizes: readonly number[]): View => ({
  ...view,
  shape: sizes,
  strides: stridesOf(sizes),
})
