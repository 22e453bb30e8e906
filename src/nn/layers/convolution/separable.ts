import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { ShapeFunction } from '../../../tensor/types/index.js'
import { Layer } from '../../layer.js'
import type { ConvolutionShape } from '../../types/layers.js'
import type { Picture, Sequence, Sizes1d, Sizes2d, Windows } from '../../types/windows.js'
import { convolutionOptions } from './convolution.js'
import { DepthwiseConv1d, DepthwiseConv2d, type DepthwiseOptions } from './depthwise.js'
import { Conv1d, Conv2d } from './plain.js'

const { groups: _, ...others } = convolutionOptions
const names = { ...others, multiplier: true } as const

/** One convolution per channel, then one that mixes the channels at each place. */
abstract class Separable<F extends ShapeFunction> extends Layer<F> {
  abstract readonly depthwise: Layer
  abstract readonly pointwise: Layer

  constructor(operation: string, options: DepthwiseOptions) {
    super()
    checkOptions<DepthwiseOptions>(operation, options, names)
  }

  protected run(x: Node): Node {
    return this.pointwise.forward(this.depthwise.forward(new Tensor(x))).node
  }
}

/** The options of both parts: only the second has a bias. */
function parts({ bias, biasInitializer, ...options }: DepthwiseOptions): { first: DepthwiseOptions; second: object } {
  const { initializer, dtype } = options
  const given = { bias, biasInitializer, initializer, dtype }
  return {
    first: { ...options, bias: false },
    second: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  }
}

/** See {@link separableConv1d}. */
export class SeparableConv1d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Separable<ConvolutionShape<'separableConv1d', Sequence, Inputs, Outputs, W>> {
  readonly depthwise: DepthwiseConv1d
  readonly pointwise: Conv1d

  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes1d, options: DepthwiseOptions = {}) {
    super('separableConv1d', options)
    const { first, second } = parts(options)
    this.depthwise = new DepthwiseConv1d(inChannels, kernel, first)
    this.pointwise = new Conv1d(this.depthwise.outChannels, outChannels, 1, second)
  }
}

/** See {@link separableConv2d}. */
export class SeparableConv2d<
  Inputs extends number = number,
  Outputs extends number = number,
  W extends Windows = Windows,
> extends Separable<ConvolutionShape<'separableConv2d', Picture, Inputs, Outputs, W>> {
  readonly depthwise: DepthwiseConv2d
  readonly pointwise: Conv2d

  constructor(inChannels: Inputs, outChannels: Outputs, kernel: Sizes2d, options: DepthwiseOptions = {}) {
    super('separableConv2d', options)
    const { first, second } = parts(options)
    this.depthwise = new DepthwiseConv2d(inChannels, kernel, first)
    this.pointwise = new Conv2d(this.depthwise.outChannels, outChannels, 1, second)
  }
}

/**
 * A convolution taken apart: each channel by itself (`depthwise`, without bias), then a sum over channels at each place (`pointwise`):
 * [batch, length, inputs] → [batch, places, outputs]. It needs about 1 / outputs + 1 / kernel of the
 * multiplications of conv1d. (Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example separableConv1d(8, 16, 5).forward(sequences) // [128, 100, 8] → [128, 96, 16]
 */
export function separableConv1d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes1d,
  const Stride extends Sizes1d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes1d = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: DepthwiseOptions<Stride, Padding, Dilation> = {},
): SeparableConv1d<Inputs, Outputs, { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }> {
  return new SeparableConv1d(inChannels, outChannels, kernel, options as DepthwiseOptions)
}

/**
 * A convolution taken apart: each channel by itself (`depthwise`, without bias), then a sum over channels at each place (`pointwise`):
 * [batch, height, width, inputs] → [batch, places, places, outputs]. It needs about 1 / outputs + 1 / kernel² of the
 * multiplications of conv2d. (Chollet, "Xception: deep learning with depthwise separable convolutions", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example separableConv2d(6, 16, 3).forward(maps) // [128, 14, 14, 6] → [128, 12, 12, 16]
 */
export function separableConv2d<
  Inputs extends number,
  Outputs extends number,
  const Kernel extends Sizes2d,
  const Stride extends Sizes2d = 1,
  const Padding extends WindowPadding = 'valid',
  const Dilation extends Sizes2d = 1,
>(
  inChannels: Inputs,
  outChannels: Outputs,
  kernel: Kernel,
  options: DepthwiseOptions<Stride, Padding, Dilation> = {},
): SeparableConv2d<Inputs, Outputs, { window: Kernel; stride: Stride; padding: Padding; dilation: Dilation }> {
  return new SeparableConv2d(inChannels, outChannels, kernel, options as DepthwiseOptions)
}
