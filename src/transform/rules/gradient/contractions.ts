import { range, type Shape, sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { ConvAttributes, Padding, Primitive } from '../../../graph/primitives.js'
import { dilatedSize } from '../../../graph/rules/contractions.js'
import { reverse } from './arithmetic.js'
import { transpose } from './matrices.js'
import type { GradientRule } from './rule.js'

/** `padding` for an axis of `n` elements `dilation` apart; where it is negative, elements are cut off instead. */
interface Fit {
  readonly start: number
  readonly size: number
  readonly padding: Padding
}

/** Padding below zero drops (dilated) elements: whole ones are cut off, what remains is padding again. */
function fit(n: number, dilation: number, low: number, high: number): Fit {
  const cutLow = low < 0 ? Math.ceil(-low / dilation) : 0
  const cutHigh = high < 0 ? Math.ceil(-high / dilation) : 0
  return {
    start: cutLow,
    size: Math.max(0, n - cutLow - cutHigh),
    padding: [low + cutLow * dilation, high + cutHigh * dilation],
  }
}

/** Cuts the spatial axes of [batch, …spatial, channels]; nothing may be left. */
function cut(x: Node, fits: readonly Fit[]): Node | undefined {
  if (x.shape[0] === 0 || fits.some(({ size }) => size === 0)) return undefined
  const starts = [0, ...fits.map(({ start }) => start), 0]
  return build.slice(x, starts, [x.shape[0], ...fits.map(({ size }) => size), x.shape[x.rank - 1]])
}

/** How far a (dilated) window reaches. */
const reachOf = (n: number, dilation: number): number => (n - 1) * dilation + 1

/** [window, c / g, g · o] → [window reversed, o, g · c / g]: takes outputs to inputs. */
function transposeKernel(kernel: Node, groups: number): Node {
  const spatial = kernel.rank - 2
  const window = kernel.shape.slice(0, spatial)
  const [channels, outputs] = [kernel.shape[spatial], kernel.shape[spatial + 1] / groups]
  const axes = range(spatial)
  const grouped = build.reshape(reverse(kernel, axes), [...window, channels, groups, outputs])
  const swapped = build.permute(grouped, [...axes, spatial + 2, spatial + 1, spatial])
  return build.reshape(swapped, [...window, outputs, groups * channels])
}

/** The convolution of the dilated cotangent with the transposed kernel. */
function inputGradient(x: Node, kernel: Node, grad: Node, attributes: ConvAttributes): Node | undefined {
  const { strides, padding, inputDilation, kernelDilation, groups } = attributes
  if (sizeOf(x.shape) === 0 || sizeOf(kernel.shape) === 0) return undefined
  const fits = strides.map((stride, i) => {
    const reach = reachOf(kernel.shape[i], kernelDilation[i])
    const places = grad.shape[i + 1]
    const low = reach - 1 - padding[i][0]
    const last = (x.shape[i + 1] - 1) * inputDilation[i]
    return fit(places, stride, low, last + reach - low - dilatedSize(places, stride))
  })
  const read = cut(grad, fits)
  return (
    read &&
    build.conv(read, transposeKernel(kernel, groups), {
      strides: inputDilation,
      padding: fits.map((one) => one.padding),
      inputDilation: strides,
      kernelDilation,
      groups,
    })
  )
}

/**
 * Where the input is spread, the cotangent is an image and the input a kernel, which gives the gradient backwards:
 * Σᵢ grad[i · inputDilation + padding − w · kernelDilation] · x[i] for place w of the window.
 */
function spreadKernelGradient(x: Node, kernel: Node, grad: Node, attributes: ConvAttributes): Node | undefined {
  const { padding, inputDilation, kernelDilation, groups } = attributes
  if (sizeOf(x.shape) === 0 || sizeOf(kernel.shape) === 0 || sizeOf(grad.shape) === 0) return undefined
  const rank = x.rank - 2
  const window = kernel.shape.slice(0, rank)
  const fits = window.map((n, i) => {
    const [size, low] = [grad.shape[i + 1], (n - 1) * kernelDilation[i] - padding[i][0]]
    const read = (n - 1) * kernelDilation[i] + reachOf(x.shape[i + 1], inputDilation[i])
    return fit(size, 1, low, read - low - size)
  })
  const read = cut(grad, fits)
  if (read === undefined) return undefined
  const spatial = range(rank).map((axis) => axis + 1)
  const inputAsKernel = build.permute(x, [...spatial, 0, x.rank - 1])
  const summed = build.conv(batchIntoChannels(read, groups), inputAsKernel, {
    strides: kernelDilation,
    padding: fits.map((one) => one.padding),
    inputDilation: spatial.map(() => 1),
    kernelDilation: inputDilation,
    groups,
  })
  // [outputs / groups, …window, groups · channels] → […window, channels, groups · outputs / groups]
  const [outputs, channels] = [grad.shape[x.rank - 1] / groups, x.shape[x.rank - 1] / groups]
  const apart = build.reshape(summed, [outputs, ...window, groups, channels])
  const moved = build.permute(apart, [...spatial, rank + 2, rank + 1, 0])
  return reverse(build.reshape(moved, kernel.shape), range(rank))
}

/** The convolution of the input with the cotangent, the batch taking the place of the channels. */
function kernelGradient(x: Node, kernel: Node, grad: Node, attributes: ConvAttributes): Node | undefined {
  const { strides, padding, inputDilation, kernelDilation, groups } = attributes
  const isSpread = inputDilation.some((n) => n > 1)
  if (isSpread && strides.every((n) => n === 1)) return spreadKernelGradient(x, kernel, grad, attributes)
  if (sizeOf(x.shape) === 0 || sizeOf(kernel.shape) === 0 || sizeOf(grad.shape) === 0) return undefined
  const fits = strides.map((stride, i) => {
    const size = x.shape[i + 1]
    const [low] = padding[i]
    const read = (grad.shape[i + 1] - 1) * stride + reachOf(kernel.shape[i], kernelDilation[i])
    return fit(size, inputDilation[i], low, read - low - dilatedSize(size, inputDilation[i]))
  })
  const read = cut(x, fits)
  if (read === undefined) return undefined
  const spatial = range(x.rank - 2).map((axis) => axis + 1)
  const channelsAsBatch = batchIntoChannels(read, groups)
  const cotangentAsKernel = build.permute(grad, [...spatial, 0, x.rank - 1])
  const summed = build.conv(channelsAsBatch, cotangentAsKernel, {
    strides: kernelDilation,
    padding: fits.map((one) => one.padding),
    inputDilation,
    kernelDilation: strides,
    groups,
  })
  return build.permute(summed, [...spatial, 0, x.rank - 1])
}

/** [b, …spatial, g · c] → [c, …spatial, g · b] */
function batchIntoChannels(x: Node, groups: number): Node {
  const spatial: Shape = x.shape.slice(1, -1)
  const [batch, channels] = [x.shape[0], x.shape[x.rank - 1] / groups]
  const grouped = build.reshape(x, [batch, ...spatial, groups, channels])
  const axes = range(spatial.length).map((axis) => axis + 1)
  const swapped = build.permute(grouped, [x.rank, ...axes, x.rank - 1, 0])
  return build.reshape(swapped, [channels, ...spatial, groups * batch])
}

export const contractionGradients = {
  /** d(A·B) = dA·B + A·dB: the cotangents are G·Bᵀ and Aᵀ·G */
  dot: ({ inputs: [a, b], grad }) => [() => build.dot(grad, transpose(b)), () => build.dot(transpose(a), grad)],
  /** both gradients are convolutions: of the cotangent with the kernel, and of the input with the cotangent */
  conv: ({ inputs: [x, kernel], attributes, grad }) => [
    () => inputGradient(x, kernel, grad, attributes),
    () => kernelGradient(x, kernel, grad, attributes),
  ],
  /** to the first largest element of each window */
  maxPool: ({ inputs: [x], attributes, grad }) => [() => build.maxPoolGradient(x, grad, attributes)],
  /** linear in g; piecewise constant in x */
  maxPoolGradient: ({ inputs: [x], attributes, grad }) => [undefined, () => build.maxPoolSelect(x, grad, attributes)],
  /** linear in t; piecewise constant in x */
  maxPoolSelect: ({ inputs: [x], attributes, grad }) => [undefined, () => build.maxPoolGradient(x, grad, attributes)],
  /** to every element of the window */
  sumPool: ({ inputs: [x], attributes, grad }) => [
    () => build.sumPoolGradient(grad, { ...attributes, shape: x.shape }),
  ],
  /** the adjoint of an adjoint */
  sumPoolGradient: ({ attributes: { window, strides, padding }, grad }) => [
    () => build.sumPool(grad, { window, strides, padding }),
  ],
} as const satisfies { readonly [P in Primitive]?: GradientRule<P> }
