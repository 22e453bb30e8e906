import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Multiply } from '../../../tensor/types/index.js'
import { expectCount } from '../../counts.js'
import type { ConvolutionShape } from '../../types/layers.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Windows } from '../../types/windows.js'
import { Convolution, type ConvolutionOptions, convolutionOptions } from './convolution.js'

export interface DepthwiseOptions<
  Stride = ManySizes,
  Padding extends WindowPadding = WindowPadding,
  Dilation = ManySizes,
  Multiplier extends number = number,
> extends Omit<ConvolutionOptions<Stride, Padding, Dilation>, 'groups'> {
  /** How many outputs each channel has; 1. */
  readonly multiplier?: Multiplier
}

const { groups: _, ...others } = convolutionOptions
const names = { ...others, multiplier: true } as const

/** The number of outputs. */
function outputsOf(operation: string, channels: number, options: DepthwiseOptions): number {
  checkOptions<DepthwiseOptions>(operation, options, names)
  const { multiplier = 1 } = options
  expectCount(operation, 'outputs of each channel', multiplier)
  return channels * multiplier
}

/** See {@link depthwiseConv1d}. */
export class DepthwiseConv1d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Convolution<ConvolutionShape<'depthwiseConv1d', Sequence, Inputs, Outputs, W>, Inputs, Outputs> {
  constructor(channels: Inputs, kernel: Sizes1d, options: DepthwiseOptions = {}) {
    const outputs = outputsOf('depthwiseConv1d', channels, options) as Outputs
    super(
      'depthwiseConv1d',
      'batch, length',
      channels,
      outputs,
      kernel,
      { ...options, groups: channels },
      { ...names, groups: true },
    )
  }

  protected filter(x: Node, weight: Node): Node {
    return ops.conv(x, weight, this.windows)
  }
}

/** See {@link depthwiseConv2d}. */
export class DepthwiseConv2d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Convolution<ConvolutionShape<'depthwiseConv2d', Picture, Inputs, Outputs, W>, Inputs, Outputs> {
  constructor(channels: Inputs, kernel: Sizes2d, options: DepthwiseOptions = {}) {
    const outputs = outputsOf('depthwiseConv2d', channels, options) as Outputs
    super(
      'depthwiseConv2d',
      'batch, height, width',
      channels,
      outputs,
      kernel,
      { ...options, groups: channels },
      { ...names, groups: true },
    )
  }

  protected filter(x: Node, weight: Node): Node {
    return ops.conv(x, weight, this.windows)
  }
}

/**
 * A convolution in which each channel has its own kernel and sees no other:
 * [batch, length, channels] → [batch, places, channels · multiplier]. The same as conv1d with as many groups as channels;
 * the outputs of a channel stand side by side.
 * (Sifre, "Rigid-motion scattering for image classification", 2014; Howard et al., "MobileNets", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example depthwiseConv1d(8, 5, { padding: 'same' }).forward(sequences) // [128, 100, 8] → [128, 100, 8]
 */
export function depthwiseConv1d<
  Channels extends number,
  const Kernel extends Sizes1d,
  const Stride extends Sizes1d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes1d = 1,
  Multiplier extends number = 1,
>(
  channels: Channels,
  kernel: Kernel,
  options: DepthwiseOptions<Stride, Padding, Dilation, Multiplier> = {},
): DepthwiseConv1d<
  Channels,
  Multiply<Channels, Multiplier>,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }
> {
  return new DepthwiseConv1d(channels, kernel, options as DepthwiseOptions)
}

/**
 * A convolution in which each channel has its own kernel and sees no other:
 * [batch, height, width, channels] → [batch, places, places, channels · multiplier]. The same as conv2d with as many groups as channels;
 * the outputs of a channel stand side by side.
 * (Sifre, "Rigid-motion scattering for image classification", 2014; Howard et al., "MobileNets", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example depthwiseConv2d(6, 3, { multiplier: 2 }).forward(maps) // [128, 14, 14, 6] → [128, 12, 12, 12]
 */
export function depthwiseConv2d<
  Channels extends number,
  const Kernel extends Sizes2d,
  const Stride extends Sizes2d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes2d = 1,
  Multiplier extends number = 1,
>(
  channels: Channels,
  kernel: Kernel,
  options: DepthwiseOptions<Stride, Padding, Dilation, Multiplier> = {},
): DepthwiseConv2d<
  Channels,
  Multiply<Channels, Multiplier>,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }
> {
  return new DepthwiseConv2d(channels, kernel, options as DepthwiseOptions)
}
