import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'
import { convolution } from './convolution.js'

export interface PreactivationResnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** Channels of conv1; 16. */
  readonly width?: number
}

/** What comes before each convolution. */
const activation = (channels: number) => [nn.batchNorm2d(channels), nn.relu()] as const

/** Figure 1b, as a bottleneck: normalisation and relu come first, so that nothing is on the way of the shortcut. */
function unit(inputs: number, width: number, stride: number): readonly nn.Link[] {
  const outputs = 4 * width
  const convolutions = [
    convolution(inputs, width, 1, stride),
    ...activation(width),
    convolution(width, width, 3),
    ...activation(width),
    convolution(width, outputs, 1),
  ] as const
  if (inputs === outputs && stride === 1) return [nn.residual(nn.sequential(...activation(inputs), ...convolutions))]
  // Where the shape changes, both ways begin behind the first activation.
  const shortcut: nn.Link = convolution(inputs, outputs, 1, stride)
  return [...activation(inputs), nn.residual(nn.sequential(...convolutions) as nn.Link, shortcut)]
}

/**
 * A residual network with clear shortcuts, for small pictures: [batch, 32, 32, 3] → logits [batch, classes].
 *
 * (He, Zhang, Ren and Sun, "Identity mappings in deep residual networks", 2016.)
 *
 * @param depth 9 n + 2 layers with weights; in the paper 164 (1.7 million parameters) and 1001 (10.2 million)
 * @throws if the depth is not 9 n + 2
 * @example nn.unfilled(() => preactivationResnet(164)).parameterCount() // 1703258
 */
export function preactivationResnet<Channels extends number = 3, Classes extends number = 10>(
  depth: number,
  options: PreactivationResnetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  const n = (expectInteger('preactivationResnet', 'the depth', depth) - 2) / 9
  if (n < 1 || !Number.isInteger(n)) {
    fail(`preactivationResnet: a depth of ${depth}`, 'Give 9 n + 2 for n units in each stage: 29, 164, 1001.')
  }
  checkOptions('preactivationResnet', options, { channels: true, classes: true, width: true })
  const { channels = 3 as Channels, classes = 10 as Classes, width = 16 } = options
  const stage = (inputs: number, inner: number, stride: number) =>
    Array.from({ length: n }, (_, i) => unit(i === 0 ? inputs : 4 * inner, inner, i === 0 ? stride : 1)).flat()
  return new Stages({
    conv1: convolution(channels, width, 3), // [32, 32, 16]
    conv2_x: nn.sequential(...stage(width, width, 1)), // [32, 32, 64]
    conv3_x: nn.sequential(...stage(4 * width, 2 * width, 2)), // [16, 16, 128]
    conv4_x: nn.sequential(...stage(8 * width, 4 * width, 2), ...activation(16 * width)), // [8, 8, 256]
    head: nn.sequential(nn.globalAvgPool(), nn.linear(16 * width, classes as number)),
  })
}
