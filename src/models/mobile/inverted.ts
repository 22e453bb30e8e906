import * as nn from '../../nn/index.js'

/** A number of channels close to `count` that processors like: a multiple of 8, and not more than 10 % less. */
export function roundChannels(count: number): number {
  const rounded = Math.max(8, Math.floor((count + 4) / 8) * 8)
  return rounded < 0.9 * count ? rounded + 8 : rounded
}

export interface InvertedOptions {
  readonly inputs: number
  /** Channels of the depthwise convolution. */
  readonly hidden: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly activation: () => nn.Activation
  /** What weighs the channels behind the depthwise convolution. */
  readonly attention?: nn.SqueezeExcitation
  /** The epsilon of the normalisation; 10⁻⁵. */
  readonly epsilon?: number
  /** How often the block is left out while training; 0. */
  readonly dropPath?: number
}

/**
 * An inverted residual: from few channels to many, a depthwise convolution among these, and back to few without an activation, which
 * would lose what lies below 0. Where the shape stays, the input is added.
 * (Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018, figure 4d.)
 */
export function invertedResidual(options: InvertedOptions): nn.Link {
  const { inputs, hidden, outputs, kernel, stride, activation, attention, epsilon = 1e-5, dropPath = 0 } = options
  const norm = (channels: number) => nn.batchNorm2d(channels, { epsilon })
  const expansion = [nn.conv2d(inputs, hidden, 1, { bias: false }), norm(hidden), activation()]
  const isSame = stride === 1 && inputs === outputs
  const block = new nn.Sequential<readonly nn.Link[]>([
    ...(hidden === inputs ? [] : expansion),
    nn.depthwiseConv2d(hidden, kernel, { stride, padding: (kernel - 1) / 2, bias: false }),
    norm(hidden),
    activation(),
    ...(attention === undefined ? [] : [attention]),
    nn.conv2d(hidden, outputs, 1, { bias: false }),
    norm(outputs),
    ...(isSame && dropPath > 0 ? [nn.dropPath(dropPath)] : []),
  ])
  return isSame ? nn.residual(block) : block
}
