import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'

export interface SqueezenetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** The part of the values before the last layer that is dropped while training; 0.5. */
  readonly dropout?: number
}

/** Figure 1: few channels by 1 × 1, then many by 1 × 1 and 3 × 3 side by side. */
const fire = (inputs: number, squeeze: number, expand: number) =>
  nn.sequential(
    nn.conv2d(inputs, squeeze, 1),
    nn.relu(),
    nn.branch(
      nn.sequential(nn.conv2d(squeeze, expand, 1), nn.relu()),
      nn.sequential(nn.conv2d(squeeze, expand, 3, { padding: 1 }), nn.relu()),
    ),
  )

/** The largest of windows of 3 × 3 that overlap, with a place for what remains. */
const pool = () => nn.maxPool2d(3, { stride: 2, ceilMode: true })

/**
 * SqueezeNet, as good as AlexNet with fifty times fewer parameters: pictures [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", 2016, table 1; version 1.1 is
 * the authors' later one, which pools earlier and takes 2.4 times fewer multiplications.)
 *
 * @param version '1.0' of the paper, or '1.1'
 * @throws if there is no such version
 * @example nn.unfilled(() => squeezenet('1.1')).parameterCount() // 1235496
 */
export function squeezenet<Channels extends number = 3, Classes extends number = 1000>(
  version: '1.0' | '1.1' = '1.1',
  options: SqueezenetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  expectChoice('squeezenet', 'the version', version, ['1.0', '1.1'])
  checkOptions('squeezenet', options, { channels: true, classes: true, dropout: true })
  const { channels = 3 as Channels, classes = 1000 as Classes, dropout = 0.5 } = options
  const isFirst = version === '1.0'
  const conv1 = isFirst
    ? nn.conv2d(channels as number, 96, 7, { stride: 2 })
    : nn.conv2d(channels as number, 64, 3, { stride: 2 })
  /** Where version 1.0 pools, where 1.1 does. */
  const pooled = (layer: nn.Link, ofFirst: boolean) => (ofFirst === isFirst ? nn.sequential(layer, pool()) : layer)
  return new Stages({
    conv1: nn.sequential(conv1 as nn.Link, nn.relu(), pool()), // [55, 55, 64]
    fire2: fire(isFirst ? 96 : 64, 16, 64),
    fire3: pooled(fire(128, 16, 64), false) as nn.Sequential, // [27, 27, 128]
    fire4: pooled(fire(128, 32, 128), true) as nn.Sequential,
    fire5: pooled(fire(256, 32, 128), false) as nn.Sequential, // [13, 13, 256]
    fire6: fire(256, 48, 192),
    fire7: fire(384, 48, 192),
    fire8: pooled(fire(384, 64, 256), true) as nn.Sequential,
    fire9: fire(512, 64, 256),
    conv10: nn.sequential(nn.dropout(dropout), nn.conv2d(512, classes as number, 1), nn.relu()), // [13, 13, classes]
    mean: nn.globalAvgPool(),
  })
}
