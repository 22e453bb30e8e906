import { checkOptions } from '../../../core/options.js'
import type { WindowPadding } from '../../../operations/index.js'
import type { Multiply } from '../../../tensor/types/index.js'
import { expectCount } from '../../counts.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { type ConvolutionOptions, convolutionOptions } from './convolution.js'
import { Conv } from './plain.js'

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
/** The names of the options, for checks. */
export const depthwiseOptions = { ...others, multiplier: true } as const

/** See {@link depthwiseConv2d}. */
export class DepthwiseConv<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Conv<Name, Axes, Inputs, Outputs, W> {
  constructor(operation: Name, axes: Axes, channels: Inputs, kernel: ManySizes, options: DepthwiseOptions = {}) {
    checkOptions<DepthwiseOptions>(operation, options, depthwiseOptions)
    const { multiplier = 1, ...rest } = options
    expectCount(operation, 'outputs of each channel', multiplier)
    super(operation, axes, channels, (channels * multiplier) as Outputs, kernel, { ...rest, groups: channels })
  }
}

/** What makes depthwise convolutions over some axes. */
export type DepthwiseConvMaker<Name extends string, Axes extends keyof Fronts, Sizes extends ManySizes> = <
  Channels extends number,
  const Kernel extends Sizes,
  const Stride extends Sizes | 1 = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes | 1 = 1,
  Multiplier extends number = 1,
>(
  channels: Channels,
  kernel: Kernel,
  options?: DepthwiseOptions<Stride, Padding, Dilation, Multiplier>,
) => DepthwiseConv<
  Name,
  Axes,
  Channels,
  Multiply<Channels, Multiplier>,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }
>

/**
 * A convolution in which each channel has its own kernel and sees no other:
 * [batch, length, channels] → [batch, places, channels · multiplier]. The same as conv1d with as many groups as channels;
 * the outputs of a channel stand side by side.
 * (Sifre, "Rigid-motion scattering for image classification", 2014; Howard et al., "MobileNets", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example depthwiseConv1d(8, 5, { padding: 'same' }).forward(sequences) // [128, 100, 8] → [128, 100, 8]
 */
export const depthwiseConv1d: DepthwiseConvMaker<'depthwiseConv1d', Sequence, Sizes1d> = (
  channels,
  kernel,
  options = {},
) => new DepthwiseConv('depthwiseConv1d', 'batch, length', channels, kernel, options as DepthwiseOptions)

/**
 * A convolution in which each channel has its own kernel and sees no other:
 * [batch, height, width, channels] → [batch, places, places, channels · multiplier]. The same as conv2d with as many groups as channels;
 * the outputs of a channel stand side by side.
 * (Sifre, "Rigid-motion scattering for image classification", 2014; Howard et al., "MobileNets", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example depthwiseConv2d(6, 3, { multiplier: 2 }).forward(maps) // [128, 14, 14, 6] → [128, 12, 12, 12]
 */
export const depthwiseConv2d: DepthwiseConvMaker<'depthwiseConv2d', Picture, Sizes2d> = (
  channels,
  kernel,
  options = {},
) => new DepthwiseConv('depthwiseConv2d', 'batch, height, width', channels, kernel, options as DepthwiseOptions)

/**
 * A convolution in which each channel has its own kernel and sees no other:
 * [batch, depth, height, width, channels] → [batch, places, places, places, channels · multiplier]. The same as conv3d with as many groups as channels;
 * the outputs of a channel stand side by side.
 * (Sifre, "Rigid-motion scattering for image classification", 2014; Howard et al., "MobileNets", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example depthwiseConv3d(4, 3).forward(volumes) // [2, 8, 8, 8, 4] → [2, 6, 6, 6, 4]
 */
export const depthwiseConv3d: DepthwiseConvMaker<'depthwiseConv3d', Volume, Sizes3d> = (
  channels,
  kernel,
  options = {},
) => new DepthwiseConv('depthwiseConv3d', 'batch, depth, height, width', channels, kernel, options as DepthwiseOptions)
