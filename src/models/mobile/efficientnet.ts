import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'
import { invertedResidual, roundChannels } from './inverted.js'

export interface EfficientnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** The factor of all numbers of channels; 1, that of B0. */
  readonly width?: number
  /** The factor of the numbers of blocks; 1, that of B0. */
  readonly depth?: number
  /** The part of the values before the last layer that is dropped while training; 0.2. */
  readonly dropout?: number
  /** How often the last block is left out while training, those before it less; 0.2. */
  readonly dropPath?: number
}

/** Table 1: how many times more channels in between, kernel, channels, blocks, stride of the first. */
const table = [
  [1, 3, 16, 1, 1],
  [6, 3, 24, 2, 2],
  [6, 5, 40, 2, 2],
  [6, 3, 80, 3, 2],
  [6, 5, 112, 3, 1],
  [6, 5, 192, 4, 2],
  [6, 3, 320, 1, 1],
] as const

/**
 * EfficientNet-B0, found by search; the larger ones have greater width, depth and pictures together: pictures [batch, 224, 224, 3] → logits
 * [batch, classes].
 *
 * (Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", 2019, table 1.)
 *
 * B1 to B4 are `{ depth: 1.1 }` for pictures of 240, `{ width: 1.1, depth: 1.2 }` for 260, `{ width: 1.2, depth: 1.4 }` for 300 and
 * `{ width: 1.4, depth: 1.8 }` for 380.
 *
 * @example nn.unfilled(() => efficientnet()).parameterCount() // 5288548
 */
export function efficientnet<Channels extends number = 3, Classes extends number = 1000>(
  options: EfficientnetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  const names = { channels: true, classes: true, width: true, depth: true, dropout: true, dropPath: true } as const
  checkOptions('efficientnet', options, names)
  const { channels = 3 as Channels, classes = 1000 as Classes, width = 1, depth = 1, dropout = 0.2 } = options
  const n = (count: number): number => roundChannels(count * width)
  const rows = table.map(([times, kernel, count, blocks, stride]) => {
    return { times, kernel, outputs: n(count), blocks: Math.ceil(blocks * depth), stride }
  })
  const total = rows.reduce((sum, { blocks }) => sum + blocks, 0)
  let inputs = n(32)
  let at = 0
  const stages = rows.map(({ times, kernel, outputs, blocks, stride: first }, row) => {
    const layers = Array.from({ length: blocks }, (_, i) => {
      const hidden = times * inputs
      const attention = nn.squeezeExcitation(hidden, { hidden: Math.max(1, inputs >> 2), activation: nn.silu })
      const block = invertedResidual({
        ...{ inputs, hidden, outputs, kernel, stride: i === 0 ? first : 1, activation: nn.silu, attention },
        dropPath: ((options.dropPath ?? 0.2) * at) / total,
      })
      inputs = outputs
      at++
      return block
    })
    return [`mbconv${row + 1}`, new nn.Sequential<readonly nn.Link[]>(layers)] as const
  })
  const conv = nn.conv2d(channels as number, n(32), 3, { stride: 2, padding: 1, bias: false })
  const last = 4 * inputs
  return new Stages({
    conv: nn.sequential(conv, nn.batchNorm2d(n(32)), nn.silu()), // [112, 112, 32]
    ...Object.fromEntries(stages), // [7, 7, 320]
    last: nn.sequential(nn.conv2d(inputs, last, 1, { bias: false }), nn.batchNorm2d(last), nn.silu()),
    head: nn.sequential(nn.globalAvgPool(), nn.dropout(dropout), nn.linear(last, classes as number)),
  })
}
