import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { Stages } from '../stages.js'
import { invertedResidual, roundChannels } from './inverted.js'
import type { MobilenetOptions } from './mobilenet-v1.js'

/** Table 2: how many times more channels in between, channels, blocks, stride of the first. */
const table = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

/**
 * MobileNet, version 2, with shortcuts between the thin ends of blocks that are wide inside: pictures [batch, 224, 224, 3] → logits
 * [batch, classes].
 *
 * (Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018, table 2.)
 *
 * @example nn.unfilled(() => mobilenetV2()).parameterCount() // 3504872
 */
export function mobilenetV2<Channels extends number = 3, Classes extends number = 1000>(
  options: MobilenetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions('mobilenetV2', options, { channels: true, classes: true, width: true })
  const { channels = 3 as Channels, classes = 1000 as Classes, width = 1 } = options
  const activation = () => nn.relu6()
  const first = roundChannels(32 * width)
  const last = roundChannels(1280 * Math.max(1, width))
  let inputs = first
  const stages = table.map(([times, count, blocks, firstStride], row) => {
    const layers = Array.from({ length: blocks }, (_, i) => {
      const outputs = roundChannels(count * width)
      const stride = i === 0 ? firstStride : 1
      const block = invertedResidual({ inputs, hidden: times * inputs, outputs, kernel: 3, stride, activation })
      inputs = outputs
      return block
    })
    return [`bottleneck${row + 1}`, new nn.Sequential<readonly nn.Link[]>(layers)] as const
  })
  const conv = nn.conv2d(channels as number, first, 3, { stride: 2, padding: 1, bias: false })
  return new Stages({
    conv: nn.sequential(conv, nn.batchNorm2d(first), activation()), // [112, 112, 32]
    ...Object.fromEntries(stages), // [7, 7, 320]
    last: nn.sequential(nn.conv2d(inputs, last, 1, { bias: false }), nn.batchNorm2d(last), activation()),
    head: nn.sequential(nn.globalAvgPool(), nn.dropout(0.2), nn.linear(last, classes as number)),
  })
}
