import type { ConvOptions, ConvTransposeOptions, GridSampleOptions, WindowPadding } from '../../operations/index.js'
import * as ops from '../../operations/index.js'
import { expectTensor } from '../methods/operand.js'
import type { Tensor } from '../tensor.js'
import type { Convolved, ConvolvedProblem, ManySizes, ShapeOf, Transposed, Unless } from '../types/index.js'
import { wrap } from '../wrap.js'

// Operations on pictures and what goes with them: a kernel, a grid.

/**
 * Convolution over one, two or three spatial axes (cross-correlation, as is usual in the field):
 * [batch, …spatial, channels] with kernel […window, channels / groups, outputs] → [batch, …places, outputs].
 *
 * places = ⌊(size + 2 · padding − dilation · (window − 1) − 1) / stride⌋ + 1
 *
 * @throws ShapeError if channels, groups and kernel do not fit together or the kernel is larger than the padded input
 * @example conv(images, kernel, { padding: 'same' }) // [8, 28, 28, 1] with [5, 5, 1, 6] → [8, 28, 28, 6]
 */
export function conv<
  T extends Tensor,
  K extends Tensor,
  const Stride extends ManySizes = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends ManySizes = 1,
  Groups extends number = 1,
>(
  x: T,
  kernel: K & Unless<ConvolvedProblem<'conv', ShapeOf<T>, ShapeOf<K>, Groups>, unknown>,
  options?: {
    readonly stride?: Stride
    readonly padding?: Padding
    readonly dilation?: Dilation
    readonly groups?: Groups
  },
): Tensor<Convolved<ShapeOf<T>, ShapeOf<K>, { stride: Stride; padding: Padding; dilation: Dilation }>> {
  const image = expectTensor('conv', 'the input', x)
  return wrap(ops.conv(image, expectTensor('conv', 'the kernel', kernel), options as ConvOptions | undefined))
}

/**
 * The transpose of a convolution: each element adds its multiple of the kernel to the output, in steps of `stride`:
 * [batch, …spatial, channels] with kernel […window, channels / groups, outputs] → [batch, …places, outputs].
 *
 * places = (size − 1) · stride − 2 · padding + dilation · (window − 1) + 1 + outputPadding
 *
 * (Zeiler et al., "Deconvolutional networks", 2010.)
 *
 * @throws ShapeError if channels, groups and kernel do not fit together, or padding crops more than the kernel reaches
 * @example convTranspose(images, kernel, { stride: 2 }) // [8, 28, 28, 1] with [5, 5, 1, 6] → [8, 59, 59, 6]
 */
export function convTranspose<
  T extends Tensor,
  K extends Tensor,
  const Stride extends ManySizes = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends ManySizes = 1,
  Groups extends number = 1,
  const OutputPadding extends ManySizes = 0,
>(
  x: T,
  kernel: K & Unless<ConvolvedProblem<'convTranspose', ShapeOf<T>, ShapeOf<K>, Groups>, unknown>,
  options?: {
    readonly stride?: Stride
    readonly padding?: Padding
    readonly dilation?: Dilation
    readonly groups?: Groups
    readonly outputPadding?: OutputPadding
  },
): Tensor<
  Transposed<
    ShapeOf<T>,
    ShapeOf<K>,
    { stride: Stride; padding: Padding; dilation: Dilation; outputPadding: OutputPadding }
  >
> {
  const image = expectTensor('convTranspose', 'the input', x)
  const weight = expectTensor('convTranspose', 'the kernel', kernel)
  return wrap(ops.convTranspose(image, weight, options as ConvTransposeOptions | undefined))
}

/**
 * Pictures read at the places of a grid: [batch, …spatial, channels] with a grid [batch, …places, spatial axes] → [batch, …places, channels].
 * Places are −1 … 1 from edge to edge, the last spatial axis first: (x, y) in pictures, as in PyTorch. Gradients flow to the picture
 * and, but for 'nearest', to the grid. (Jaderberg et al., "Spatial transformer networks", 2015.)
 *
 * @throws ShapeError if the grid has another batch, or not one number per spatial axis
 * @example gridSample(images, grid, { padding: 'border' }) // [8, 28, 28, 1] with [8, 9, 9, 2] → [8, 9, 9, 1]
 */
export function gridSample<T extends Tensor, G extends Tensor>(
  x: T,
  grid: G,
  options?: GridSampleOptions,
): Tensor<Sampled<ShapeOf<T>, ShapeOf<G>>> {
  const image = expectTensor('gridSample', 'the picture', x)
  return wrap(ops.gridSample(image, expectTensor('gridSample', 'the grid', grid), options))
}

type Sampled<S, G> = S extends readonly [unknown, ...unknown[], infer Channels extends number]
  ? G extends readonly [...infer Places extends number[], number]
    ? number extends G['length']
      ? any
      : [...Places, Channels]
    : any
  : any

/**
 * The line through points (ascending places [n], values [n]) at each element of x; beyond the ends the end values. NumPy: np.interp.
 *
 * @throws ShapeError if places and values are no lists of one length
 * @example interpolate1d(tensor([0.5, 9]), tensor([0, 1]), tensor([10, 20])) // [15, 20]
 */
export function interpolate1d<T extends Tensor>(x: T, places: Tensor, values: Tensor): Tensor<ShapeOf<T>> {
  const line = [
    expectTensor('interpolate1d', 'the places', places),
    expectTensor('interpolate1d', 'the values', values),
  ]
  return wrap(ops.interpolate1d(expectTensor('interpolate1d', 'the argument', x), line[0], line[1]))
}
