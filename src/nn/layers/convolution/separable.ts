import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Layer } from '../../layer.js'
import type { ConvolutionShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { DepthwiseConv, type DepthwiseOptions, depthwiseOptions } from './depthwise.js'
import { Conv } from './plain.js'

/** See {@link separableConv2d}. */
export class SeparableConv<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Layer<ConvolutionShape<Name, Axes, Inputs, Outputs, W>> {
  readonly depthwise: DepthwiseConv
  readonly pointwise: Conv

  constructor(
    operation: Name,
    axes: Axes,
    inChannels: Inputs,
    outChannels: Outputs,
    kernel: ManySizes,
    options: DepthwiseOptions = {},
  ) {
    super()
    checkOptions<DepthwiseOptions>(operation, options, depthwiseOptions)
    // Only the second part has a bias.
    const { bias = true, biasInitializer, initializer, dtype = 'float32' } = options
    this.depthwise = new DepthwiseConv(operation, axes, inChannels, kernel, { ...options, bias: false })
    this.pointwise = new Conv(operation, axes, this.depthwise.outChannels, outChannels, 1, {
      ...(initializer === undefined ? {} : { initializer }),
      ...(biasInitializer === undefined ? {} : { biasInitializer }),
      ...{ bias, dtype },
    })
  }

  protected run(x: Node): Node {
    const channels: Tensor = (this.depthwise as Layer).forward(new Tensor(x))
    return (this.pointwise as Layer).forward(channels).node
  }
}

/** What makes separable convolutions over some axes. */
export type SeparableConvMaker<Name extends string, Axes extends keyof Fronts, Sizes extends ManySizes> = <
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes,
  const Stride extends Sizes | 1 = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes | 1 = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options?: DepthwiseOptions<Stride, Padding, Dilation>,
) => SeparableConv<
  Name,
  Axes,
  Inputs,
  Outputs,
  { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }
>

/**
 * A convolution taken apart: each channel by itself (`depthwise`, without bias), then a sum over channels at each place (`pointwise`):
 * [batch, length, inputs] → [batch, places, outputs]. It needs about 1 / outputs + 1 / kernel of the
 * multiplications of conv1d. (Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example separableConv1d(8, 16, 5).forward(sequences) // [128, 100, 8] → [128, 96, 16]
 */
export const separableConv1d: SeparableConvMaker<'separableConv1d', Sequence, Sizes1d> = (
  inChannels,
  outChannels,
  kernel,
  options = {},
) => new SeparableConv('separableConv1d', 'batch, length', inChannels, outChannels, kernel, options as DepthwiseOptions)

/**
 * A convolution taken apart: each channel by itself (`depthwise`, without bias), then a sum over channels at each place (`pointwise`):
 * [batch, height, width, inputs] → [batch, places, places, outputs]. It needs about 1 / outputs + 1 / kernel² of the
 * multiplications of conv2d. (Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example separableConv2d(6, 16, 3).forward(maps) // [128, 14, 14, 6] → [128, 12, 12, 16]
 */
export const separableConv2d: SeparableConvMaker<'separableConv2d', Picture, Sizes2d> = (
  inChannels,
  outChannels,
  kernel,
  options = {},
) =>
  new SeparableConv(
    'separableConv2d',
    'batch, height, width',
    inChannels,
    outChannels,
    kernel,
    options as DepthwiseOptions,
  )

/**
 * A convolution taken apart: each channel by itself (`depthwise`, without bias), then a sum over channels at each place (`pointwise`):
 * [batch, depth, height, width, inputs] → [batch, places, places, places, outputs]. It needs about 1 / outputs + 1 / kernel³ of the
 * multiplications of conv3d. (Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example separableConv3d(4, 8, 3).forward(volumes) // [2, 8, 8, 8, 4] → [2, 6, 6, 6, 8]
 */
export const separableConv3d: SeparableConvMaker<'separableConv3d', Volume, Sizes3d> = (
  inChannels,
  outChannels,
  kernel,
  options = {},
) =>
  new SeparableConv(
    'separableConv3d',
    'batch, depth, height, width',
    inChannels,
    outChannels,
    kernel,
    options as DepthwiseOptions,
  )
