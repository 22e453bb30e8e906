import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'

export interface AlexnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** The factor of all numbers of channels and units; 1. */
  readonly width?: number
  /** The part of the units of fc6 and fc7 that is dropped while training; 0.5. */
  readonly dropout?: number
}

const optionNames = { channels: true, classes: true, width: true, dropout: true } as const

/**
 * AlexNet, which won the ImageNet challenge of 2012: pictures [batch, 227, 227, 3] → logits [batch, classes].
 *
 * (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012, figure 2, whose 224
 * × 224 pixels give no whole number of windows; 227 is what the authors used.)
 *
 * The two graphics cards of the figure are two groups of channels, which see each other in conv3 only. Neighbouring channels inhibit
 * each other by k = 2, α = 10⁻⁴ (not divided by the size, hence 5 · 10⁻⁴ here) and β = 0.75.
 *
 * @example nn.unfilled(() => alexnet()).parameterCount() // 60965224
 */
export function alexnet<Channels extends number = 3, Classes extends number = 1000>(
  options: AlexnetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions('alexnet', options, optionNames)
  const { channels = 3 as Channels, classes = 1000 as Classes, width = 1, dropout = 0.5 } = options
  // Even, for two towers.
  const n = (count: number): number => 2 * Math.max(1, Math.round((count * width) / 2))
  const response = () => nn.localResponseNorm(5, { k: 2, alpha: 5e-4, beta: 0.75 })
  const pool = () => nn.maxPool2d(3, { stride: 2 })
  return new Stages({
    conv1: nn.sequential(nn.conv2d(channels as number, n(96), 11, { stride: 4 }), nn.relu(), response(), pool()), // [27, 27, 96]
    conv2: nn.sequential(nn.conv2d(n(96), n(256), 5, { padding: 2, groups: 2 }), nn.relu(), response(), pool()), // [13, 13, 256]
    conv3: nn.sequential(nn.conv2d(n(256), n(384), 3, { padding: 1 }), nn.relu()),
    conv4: nn.sequential(nn.conv2d(n(384), n(384), 3, { padding: 1, groups: 2 }), nn.relu()),
    conv5: nn.sequential(nn.conv2d(n(384), n(256), 3, { padding: 1, groups: 2 }), nn.relu(), pool()), // [6, 6, 256]
    fc6: nn.sequential(nn.flatten(), nn.linear(36 * n(256), n(4096)), nn.relu(), nn.dropout(dropout)),
    fc7: nn.sequential(nn.linear(n(4096), n(4096)), nn.relu(), nn.dropout(dropout)),
    fc8: nn.linear(n(4096), classes as number),
  })
}

/**
 * AlexNet with one tower: all channels see each other, none inhibit each other, and the first layers have fewer: pictures
 * [batch, 224, 224, 3] → logits [batch, classes]. It is the AlexNet of torchvision.
 *
 * (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, section 5.)
 *
 * @example nn.unfilled(() => alexnetOneTower()).parameterCount() // 61100840
 */
export function alexnetOneTower<Channels extends number = 3, Classes extends number = 1000>(
  options: AlexnetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions('alexnetOneTower', options, optionNames)
  const { channels = 3 as Channels, classes = 1000 as Classes, width = 1, dropout = 0.5 } = options
  const n = (count: number): number => Math.round(count * width)
  const pool = () => nn.maxPool2d(3, { stride: 2 })
  return new Stages({
    conv1: nn.sequential(nn.conv2d(channels as number, n(64), 11, { stride: 4, padding: 2 }), nn.relu(), pool()), // [27, 27, 64]
    conv2: nn.sequential(nn.conv2d(n(64), n(192), 5, { padding: 2 }), nn.relu(), pool()), // [13, 13, 192]
    conv3: nn.sequential(nn.conv2d(n(192), n(384), 3, { padding: 1 }), nn.relu()),
    conv4: nn.sequential(nn.conv2d(n(384), n(256), 3, { padding: 1 }), nn.relu()),
    conv5: nn.sequential(nn.conv2d(n(256), n(256), 3, { padding: 1 }), nn.relu(), pool()), // [6, 6, 256]
    fc6: nn.sequential(nn.flatten(), nn.dropout(dropout), nn.linear(36 * n(256), n(4096)), nn.relu()),
    fc7: nn.sequential(nn.dropout(dropout), nn.linear(n(4096), n(4096)), nn.relu()),
    fc8: nn.linear(n(4096), classes as number),
  })
}
