import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Unless } from '../../../tensor/types/index.js'
import type { GroupsProblem } from '../../types/groups.js'
import type { TransposedShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { TransposedWindows } from '../../types/transposed.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume } from '../../types/windows.js'
import { Convolution, type ConvolutionOptions, convolutionOptions } from './convolution.js'

export interface TransposedOptions<
  Stride = ManySizes,
  Padding extends WindowPadding = WindowPadding,
  Dilation = ManySizes,
  Groups = number,
  OutputPadding = ManySizes,
> extends ConvolutionOptions<Stride, Padding, Dilation, Groups> {
  /** Places that are cut off on both sides: 'valid' for none, 'same' for size · stride places, or how many; 'valid'. */
  readonly padding?: Padding
  /** Places that are added behind, less than stride or dilation; 0. */
  readonly outputPadding?: OutputPadding
}

const names = { ...convolutionOptions, outputPadding: true } as const

/** Transposed convolutions over one to three axes: {@link convTranspose1d}, {@link convTranspose2d}, {@link convTranspose3d}. */
export class ConvTranspose<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  Inputs extends number = number,
  Outputs extends number = number,
  W extends TransposedWindows = TransposedWindows,
> extends Convolution<TransposedShape<Name, Axes, Inputs, Outputs, W>, Inputs, Outputs> {
  constructor(
    operation: Name,
    axes: Axes,
    inChannels: Inputs,
    outChannels: Outputs,
    kernel: ManySizes,
    options: TransposedOptions,
  ) {
    super(operation, axes, inChannels, outChannels, kernel, options, names)
  }

  protected filter(x: Node, weight: Node): Node {
    return ops.convTranspose(x, weight, { ...this.windows, outputPadding: this.outputPadding })
  }
}

/** See {@link convTranspose1d}. */
export class ConvTranspose1d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends TransposedWindows = TransposedWindows,
> extends ConvTranspose<'convTranspose1d', Sequence, Inputs, Outputs, W> {
  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes1d, options: TransposedOptions = {}) {
    super('convTranspose1d', 'batch, length', inChannels, outChannels, kernel, options)
  }
}

/** See {@link convTranspose2d}. */
export class ConvTranspose2d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends TransposedWindows = TransposedWindows,
> extends ConvTranspose<'convTranspose2d', Picture, Inputs, Outputs, W> {
  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes2d, options: TransposedOptions = {}) {
    super('convTranspose2d', 'batch, height, width', inChannels, outChannels, kernel, options)
  }
}

/** See {@link convTranspose3d}. */
export class ConvTranspose3d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends TransposedWindows = TransposedWindows,
> extends ConvTranspose<'convTranspose3d', Volume, Inputs, Outputs, W> {
  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes3d, options: TransposedOptions = {}) {
    super('convTranspose3d', 'batch, depth, height, width', inChannels, outChannels, kernel, options)
  }
}

/**
 * A layer that enlarges a sequence: the transpose of a convolution, in which each place adds its multiple of the kernel to the
 * output: [batch, length, inputs] → [batch, places, outputs]. The weight is [kernel, inputs / groups, outputs].
 *
 * places = (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + 1 + outputPadding
 *
 * (Zeiler et al., "Deconvolutional networks", 2010.)
 *
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example convTranspose1d(8, 4, 4, { stride: 2, padding: 1 }).forward(smallSequences) // [128, 100, 8] → [128, 200, 4]
 */
export function convTranspose1d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes1d,
  const Stride extends Sizes1d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes1d = 1,
  Groups extends number = 1,
  const OutputPadding extends Sizes1d = 0,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: TransposedOptions<Stride, Padding, Dilation, Groups, OutputPadding> &
    Unless<GroupsProblem<'convTranspose1d', Inputs, Outputs, Groups>, unknown> = {} as never,
): ConvTranspose1d<
  Inputs,
  Outputs,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation; outputPadding: OutputPadding }
> {
  return new ConvTranspose1d(inChannels, outChannels, kernel, options as TransposedOptions)
}

/**
 * A layer that enlarges a picture: the transpose of a convolution, in which each place adds its multiple of the kernel to the
 * output: [batch, height, width, inputs] → [batch, places, places, outputs]. The weight is [kernel, inputs / groups, outputs].
 *
 * places = (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + 1 + outputPadding
 *
 * (Zeiler et al., "Deconvolutional networks", 2010.)
 *
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example convTranspose2d(6, 3, 4, { stride: 2, padding: 1 }).forward(smallPictures) // [128, 14, 14, 6] → [128, 28, 28, 3]
 */
export function convTranspose2d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes2d,
  const Stride extends Sizes2d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes2d = 1,
  Groups extends number = 1,
  const OutputPadding extends Sizes2d = 0,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: TransposedOptions<Stride, Padding, Dilation, Groups, OutputPadding> &
    Unless<GroupsProblem<'convTranspose2d', Inputs, Outputs, Groups>, unknown> = {} as never,
): ConvTranspose2d<
  Inputs,
  Outputs,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation; outputPadding: OutputPadding }
> {
  return new ConvTranspose2d(inChannels, outChannels, kernel, options as TransposedOptions)
}

/**
 * A layer that enlarges a volume: the transpose of a convolution, in which each place adds its multiple of the kernel to the
 * output: [batch, depth, height, width, inputs] → [batch, places, places, places, outputs]. The weight is [kernel, inputs / groups, outputs].
 *
 * places = (size − 1) · stride − 2 · padding + dilation · (kernel − 1) + 1 + outputPadding
 *
 * (Zeiler et al., "Deconvolutional networks", 2010.)
 *
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example convTranspose3d(8, 1, 2, { stride: 2 }).forward(smallVolumes) // [2, 8, 8, 8, 8] → [2, 16, 16, 16, 1]
 */
export function convTranspose3d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes3d,
  const Stride extends Sizes3d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes3d = 1,
  Groups extends number = 1,
  const OutputPadding extends Sizes3d = 0,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: TransposedOptions<Stride, Padding, Dilation, Groups, OutputPadding> &
    Unless<GroupsProblem<'convTranspose3d', Inputs, Outputs, Groups>, unknown> = {} as never,
): ConvTranspose3d<
  Inputs,
  Outputs,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation; outputPadding: OutputPadding }
> {
  return new ConvTranspose3d(inChannels, outChannels, kernel, options as TransposedOptions)
}
