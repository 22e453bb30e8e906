import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'

export interface MobilenetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** The width multiplier α, the factor of all numbers of channels; 1. */
  readonly width?: number
}

/** Figure 3: each channel by itself, then all channels of a place; each normalised. */
const separable = (inputs: number, outputs: number, stride = 1) =>
  nn.sequential(
    nn.depthwiseConv2d(inputs, 3, { stride, padding: 1, bias: false }),
    nn.batchNorm2d(inputs),
    nn.relu(),
    nn.conv2d(inputs, outputs, 1, { bias: false }),
    nn.batchNorm2d(outputs),
    nn.relu(),
  )

/**
 * MobileNet, convolutions taken apart into one over places and one over channels: pictures [batch, 224, 224, 3] → logits
 * [batch, classes].
 *
 * (Howard et al., "MobileNets: efficient convolutional neural networks for mobile vision applications", 2017, table 1.)
 *
 * Keras counts 4,253,864: there means and variances of the normalisation count (21,888).
 *
 * @example nn.unfilled(() => mobilenetV1()).parameterCount() // 4231976
 */
export function mobilenetV1<Channels extends number = 3, Classes extends number = 1000>(
  options: MobilenetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions('mobilenetV1', options, { channels: true, classes: true, width: true })
  const { channels = 3 as Channels, classes = 1000 as Classes, width = 1 } = options
  const n = (count: number): number => Math.max(1, Math.floor(count * width))
  const first = nn.conv2d(channels as number, n(32), 3, { stride: 2, padding: 1, bias: false })
  const repeated = Array.from({ length: 5 }, () => separable(n(512), n(512)))
  return new Stages({
    conv: nn.sequential(first, nn.batchNorm2d(n(32)), nn.relu()), // [112, 112, 32]
    separable1: separable(n(32), n(64)),
    separable2: nn.sequential(separable(n(64), n(128), 2), separable(n(128), n(128))), // [56, 56, 128]
    separable3: nn.sequential(separable(n(128), n(256), 2), separable(n(256), n(256))), // [28, 28, 256]
    separable4: nn.sequential(separable(n(256), n(512), 2), ...repeated), // [14, 14, 512]
    separable5: nn.sequential(separable(n(512), n(1024), 2), separable(n(1024), n(1024))), // [7, 7, 1024]
    head: nn.sequential(nn.globalAvgPool(), nn.linear(n(1024), classes as number)),
  })
}
