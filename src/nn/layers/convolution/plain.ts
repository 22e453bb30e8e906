import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Unless } from '../../../tensor/types/index.js'
import type { GroupsProblem } from '../../types/groups.js'
import type { ConvolutionShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { Convolution, type ConvolutionOptions } from './convolution.js'

/** Convolutions over one to three axes: {@link conv1d}, {@link conv2d}, {@link conv3d}. */
export class Conv<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Convolution<ConvolutionShape<Name, Axes, Inputs, Outputs, W>, Inputs, Outputs> {
  protected filter(x: Node, weight: Node): Node {
    return ops.conv(x, weight, this.windows)
  }
}

/** See {@link conv1d}. */
export class Conv1d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Conv<'conv1d', Sequence, Inputs, Outputs, W> {
  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes1d, options: ConvolutionOptions = {}) {
    super('conv1d', 'batch, length', inChannels, outChannels, kernel, options)
  }
}

/** See {@link conv2d}. */
export class Conv2d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Conv<'conv2d', Picture, Inputs, Outputs, W> {
  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes2d, options: ConvolutionOptions = {}) {
    super('conv2d', 'batch, height, width', inChannels, outChannels, kernel, options)
  }
}

/** See {@link conv3d}. */
export class Conv3d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Conv<'conv3d', Volume, Inputs, Outputs, W> {
  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes3d, options: ConvolutionOptions = {}) {
    super('conv3d', 'batch, depth, height, width', inChannels, outChannels, kernel, options)
  }
}

/**
 * A layer that looks for patterns at every place of a sequence (cross-correlation with learned kernels), from
 * [batch, length, inputs] to [batch, places, outputs].
 *
 * places = ⌊(size + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1
 *
 * @param kernel length of the kernel
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example conv1d(8, 16, 5).forward(sequences) // [128, 100, 8] → [128, 96, 16]
 */
export function conv1d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes1d,
  const Stride extends Sizes1d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes1d = 1,
  Groups extends number = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: ConvolutionOptions<Stride, Padding, Dilation, Groups> &
    Unless<GroupsProblem<'conv1d', Inputs, Outputs, Groups>, unknown> = {} as never,
): Conv1d<Inputs, Outputs, { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }> {
  return new Conv1d(inChannels, outChannels, kernel, options as ConvolutionOptions)
}

/**
 * A layer that looks for patterns at every place of a picture (cross-correlation with learned kernels), from
 * [batch, height, width, inputs] to [batch, places, places, outputs].
 *
 * places = ⌊(size + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1
 *
 * With more `groups` each output sees only its part of the inputs (ResNeXt; Krizhevsky et al., 2012); `dilation` spreads the
 * kernel (Yu and Koltun, "Multi-scale context aggregation by dilated convolutions", 2015).
 *
 * @param kernel sizes of the kernel, or one number for all axes
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example conv2d(1, 6, 5, { padding: 'same' }).forward(pictures) // [128, 28, 28, 1] → [128, 28, 28, 6]
 */
export function conv2d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes2d,
  const Stride extends Sizes2d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes2d = 1,
  Groups extends number = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: ConvolutionOptions<Stride, Padding, Dilation, Groups> &
    Unless<GroupsProblem<'conv2d', Inputs, Outputs, Groups>, unknown> = {} as never,
): Conv2d<Inputs, Outputs, { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }> {
  return new Conv2d(inChannels, outChannels, kernel, options as ConvolutionOptions)
}

/**
 * A layer that looks for patterns at every place of a volume (cross-correlation with learned kernels), from
 * [batch, depth, height, width, inputs] to [batch, places, places, places, outputs].
 *
 * places = ⌊(size + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1
 *
 * @param kernel sizes of the kernel, or one number for all axes
 * @throws if a number is not a whole one of at least 1, or the groups do not divide the channels
 * @example conv3d(1, 8, 3).forward(volumes) // [2, 16, 16, 16, 1] → [2, 14, 14, 14, 8]
 */
export function conv3d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes3d,
  const Stride extends Sizes3d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes3d = 1,
  Groups extends number = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: ConvolutionOptions<Stride, Padding, Dilation, Groups> &
    Unless<GroupsProblem<'conv3d', Inputs, Outputs, Groups>, unknown> = {} as never,
): Conv3d<Inputs, Outputs, { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }> {
  return new Conv3d(inChannels, outChannels, kernel, options as ConvolutionOptions)
}
