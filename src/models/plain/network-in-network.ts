import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'

export interface NetworkInNetworkOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** The factor of all numbers of channels; 1. */
  readonly width?: number
  /** The part of the values between the stages that is dropped while training; 0.5. */
  readonly dropout?: number
}

/** A convolution with a small perceptron at each place: two layers of 1 × 1. */
const mlpconv = (inputs: number, kernel: number, [a, b, c]: readonly [number, number, number]) =>
  [
    nn.conv2d(inputs, a, kernel, { padding: 'same' }),
    nn.relu(),
    nn.conv2d(a, b, 1),
    nn.relu(),
    nn.conv2d(b, c, 1),
    nn.relu(),
  ] as const

/**
 * Network in network, with perceptrons that slide over the picture and a mean for each class at the end, instead of large layers:
 * pictures [batch, 32, 32, 3] → logits [batch, classes].
 *
 * (Lin, Chen and Yan, "Network in network", 2014, figure 2, with the sizes of the authors' network for CIFAR-10.)
 *
 * @example nn.unfilled(() => networkInNetwork()).parameterCount() // 966986
 */
export function networkInNetwork<Channels extends number = 3, Classes extends number = 10>(
  options: NetworkInNetworkOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions('networkInNetwork', options, { channels: true, classes: true, width: true, dropout: true })
  const { channels = 3 as Channels, classes = 10 as Classes, width = 1, dropout = 0.5 } = options
  const n = (count: number): number => Math.round(count * width)
  const smaller = (pool: nn.Link) => [pool, nn.dropout(dropout)] as const
  return new Stages({
    mlpconv1: nn.sequential(
      ...mlpconv(channels, 5, [n(192), n(160), n(96)]),
      ...smaller(nn.maxPool2d(3, { stride: 2, padding: 'same' })), // [16, 16, 96]
    ),
    mlpconv2: nn.sequential(
      ...mlpconv(n(96), 5, [n(192), n(192), n(192)]),
      ...smaller(nn.avgPool2d(3, { stride: 2, padding: 'same' })), // [8, 8, 192]
    ),
    mlpconv3: nn.sequential(...mlpconv(n(192), 3, [n(192), n(192), classes])), // [8, 8, classes]
    mean: nn.globalAvgPool(),
  })
}
