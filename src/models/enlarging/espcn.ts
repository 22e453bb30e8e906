import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { Enlarging } from './enlarging.js'

export interface EspcnOptions<Channels extends number, Scale extends number> {
  /** Channels of the pictures: 1 for brightness alone, as in the paper, or 3; 1. */
  readonly channels?: Channels
  /** How many times as large pictures become; 3. */
  readonly scale?: Scale
  /** Features of the first and of the second layer; [64, 32]. */
  readonly widths?: readonly [number, number]
}

/**
 * ESPCN, three convolutions on the small picture, of which the last gives all the pixels that each pixel becomes: pictures
 * [batch, height, width, 1] → [batch, scale · height, scale · width, 1].
 *
 * (Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network", 2016,
 * section 3.2: windows of 5, 3 and 3, and the hyperbolic tangent.)
 *
 * @example nn.unfilled(() => espcn()).parameterCount() // 22729
 */
export function espcn<Channels extends number = 1, Scale extends number = 3>(
  options: EspcnOptions<Channels, Scale> = {},
): Enlarging<Channels, Scale> {
  checkOptions('espcn', options, { channels: true, scale: true, widths: true })
  const { channels = 1, scale = 3, widths: [n1, n2] = [64, 32] } = options
  const padding = 'same'
  return new Enlarging({
    conv1: nn.sequential(nn.conv2d(channels as number, n1, 5, { padding }), nn.tanh()),
    conv2: nn.sequential(nn.conv2d(n1, n2, 3, { padding }), nn.tanh()),
    subPixel: nn.sequential(nn.conv2d(n2, channels * scale ** 2, 3, { padding }), nn.pixelShuffle(scale as number)),
  })
}
