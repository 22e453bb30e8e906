import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'

export interface ConvnextOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** How many blocks the four stages have; those of the size. */
  readonly blocks?: readonly [number, number, number, number]
  /** Channels of the stages; those of the size. */
  readonly widths?: readonly [number, number, number, number]
  /** How often the last block is left out while training, those before it less; 0.1. */
  readonly dropPath?: number
}

/** Section 3: blocks and channels of the stages res2 to res5. */
const table = {
  tiny: { blocks: [3, 3, 9, 3], widths: [96, 192, 384, 768] },
  small: { blocks: [3, 3, 27, 3], widths: [96, 192, 384, 768] },
  base: { blocks: [3, 3, 27, 3], widths: [128, 256, 512, 1024] },
} as const

const norm = (channels: number) => nn.layerNorm(channels, { epsilon: 1e-6 })

const initializer = nn.initializers.truncatedNormal(0.02)

/** Figure 4, right: 7 × 7 by channel, then a perceptron at each place. */
const block = (width: number, dropPath: number) =>
  nn.residual(
    new nn.Sequential<readonly nn.Link[]>([
      nn.depthwiseConv2d(width, 7, { padding: 3, initializer }),
      norm(width),
      nn.linear(width, 4 * width, { initializer }),
      nn.gelu(),
      nn.linear(4 * width, width, { initializer }),
      nn.layerScale(width),
      ...(dropPath > 0 ? [nn.dropPath(dropPath)] : []),
    ]),
  )

/**
 * ConvNeXt, a residual network with all that is good about transformers but attention: pictures [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Liu et al., "A ConvNet for the 2020s", 2022.)
 *
 * @throws if there is no such size
 * @example nn.unfilled(() => convnext('tiny')).parameterCount() // 28589128
 */
export function convnext<Channels extends number = 3, Classes extends number = 1000>(
  size: keyof typeof table = 'tiny',
  options: ConvnextOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  expectChoice('convnext', 'the size', size, ['tiny', 'small', 'base'])
  checkOptions('convnext', options, { channels: true, classes: true, blocks: true, widths: true, dropPath: true })
  const { channels = 3 as Channels, classes = 1000 as Classes, dropPath = 0.1 } = options
  const { blocks = table[size].blocks, widths = table[size].widths } = options
  const total = blocks.reduce((sum: number, count) => sum + count, 0)
  let at = 0
  const res = (stage: number) =>
    Array.from({ length: blocks[stage] }, () => block(widths[stage], (dropPath * at++) / Math.max(1, total - 1)))
  const halved = (stage: number) => [
    norm(widths[stage - 1]),
    nn.conv2d(widths[stage - 1], widths[stage], 2, { stride: 2, initializer }),
  ]
  const stem = nn.conv2d(channels as number, widths[0], 4, { stride: 4, initializer })
  return new Stages({
    stem: nn.sequential(stem, norm(widths[0])), // [56, 56, 96]
    res2: nn.sequential(...res(0)),
    res3: nn.sequential(...halved(1), ...res(1)), // [28, 28, 192]
    res4: nn.sequential(...halved(2), ...res(2)), // [14, 14, 384]
    res5: nn.sequential(...halved(3), ...res(3)), // [7, 7, 768]
    head: nn.sequential(nn.globalAvgPool(), norm(widths[3]), nn.linear(widths[3], classes as number, { initializer })),
  })
}
