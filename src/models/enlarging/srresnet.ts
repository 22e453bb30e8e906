import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { convolution } from '../residual/convolution.js'
import { Enlarging } from './enlarging.js'

export interface SrresnetOptions<Channels extends number, Scale extends number> {
  /** Channels of the pictures; 3. */
  readonly channels?: Channels
  /** How many times as large pictures become, a power of 2; 4. */
  readonly scale?: Scale
  /** Channels between the first convolution and the last; 64. */
  readonly width?: number
  /** Residual blocks; 16. */
  readonly blocks?: number
  /** The side of the windows of the first convolution and the last; 9. */
  readonly window?: number
  /** Whether convolutions are normalised over the batch; true. (Lim et al. 2017 gain by leaving it out.) */
  readonly batchNorm?: boolean
}

/**
 * SRResNet, the generator of SRGAN: residual blocks on the small picture, and sub-pixel convolutions, each of which doubles it:
 * pictures [batch, height, width, 3] → [batch, 4 · height, 4 · width, 3].
 *
 * (Ledig et al., "Photo-realistic single image super-resolution using a generative adversarial network", 2017, figure 4. Slopes of the
 * rectifiers are one for a layer, so those behind a shuffle may as well stand before it, where they cost less. The first weights before a shuffle enlarge as
 * nearest neighbours do: Aitken et al., 2017.)
 *
 * @throws if the scale is not a power of 2
 * @example nn.unfilled(() => srresnet()).parameterCount() // 1547350
 */
export function srresnet<Channels extends number = 3, Scale extends number = 4>(
  options: SrresnetOptions<Channels, Scale> = {},
): Enlarging<Channels, Scale> {
  checkOptions('srresnet', options, {
    ...{ channels: true, scale: true, width: true, blocks: true, window: true, batchNorm: true },
  })
  const { channels = 3, scale = 4, width = 64, blocks = 16, window = 9, batchNorm = true } = options
  const doublings = Math.log2(scale)
  if (!Number.isInteger(doublings) || doublings < 0) fail(`srresnet: a scale of ${scale}`, 'Give 2, 4 or 8.')
  const normalised = () => [convolution(width, width, 3, 1, !batchNorm), ...(batchNorm ? [nn.batchNorm2d(width)] : [])]
  const block = (): nn.Link => nn.residual(nn.sequential(...normalised(), nn.pRelu(), ...normalised()) as nn.Link)
  const doubled = (): readonly nn.Link[] => [
    nn.conv2d(width, 4 * width, 3, { padding: 1, initializer: nn.initializers.icnr(2) }),
    ...[nn.pRelu(), nn.pixelShuffle(2)],
  ]
  return new Enlarging({
    first: nn.sequential(convolution(channels, width, window, 1, true), nn.pRelu()),
    residual: nn.residual(
      nn.sequential(...Array.from({ length: blocks }, block), ...normalised()) as nn.Link,
    ) as nn.Layer<nn.AnyShape>,
    larger: nn.sequential(...Array.from({ length: doublings }, doubled).flat()) as nn.Sequential,
    last: convolution(width, channels, window, 1, true) as nn.Conv2d,
  })
}
