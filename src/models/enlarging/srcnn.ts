import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { Enlarging } from './enlarging.js'

export interface SrcnnOptions<Channels extends number> {
  /** Channels of the pictures: 1 for brightness alone, as in the paper, or 3; 1. */
  readonly channels?: Channels
  /** Features of the first and of the second layer; [64, 32]. */
  readonly widths?: readonly [number, number]
  /** Sides of the windows of the three layers: [9, 1, 5], [9, 3, 5] and [9, 5, 5] in the paper; [9, 1, 5]. */
  readonly windows?: readonly [number, number, number]
}

/**
 * SRCNN, three convolutions that sharpen a picture which was enlarged before, by bicubic interpolation say: pictures
 * [batch, height, width, 1] → the same.
 *
 * (Dong, Loy, He and Tang, "Learning a deep convolutional network for image super-resolution", 2014, section 3; with margins of zeros,
 * which the paper cuts off. The paper counts weights alone: 8032.)
 *
 * @example nn.unfilled(() => srcnn()).parameterCount() // 8129
 */
export function srcnn<Channels extends number = 1>(options: SrcnnOptions<Channels> = {}): Enlarging<Channels, 1> {
  checkOptions('srcnn', options, { channels: true, widths: true, windows: true })
  const { channels = 1, widths: [n1, n2] = [64, 32], windows: [f1, f2, f3] = [9, 1, 5] } = options
  const padding = 'same'
  return new Enlarging({
    patches: nn.sequential(nn.conv2d(channels as number, n1, f1, { padding }), nn.relu()),
    mapping: nn.sequential(nn.conv2d(n1, n2, f2, { padding }), nn.relu()),
    reconstruction: nn.conv2d(n2, channels as number, f3, { padding }) as nn.Conv2d,
  })
}
