import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { Stages } from '../stages.js'
import { invertedResidual, roundChannels } from './inverted.js'
import type { MobilenetOptions } from './mobilenet-v1.js'

/** A block: kernel, channels in between, channels, squeeze and excitation, activation, stride. */
type Row = readonly [number, number, number, boolean, 'relu' | 'hardSwish', number]

/** Tables 1 and 2. */
const table: { readonly [size in 'large' | 'small']: readonly Row[] } = {
  large: [
    [3, 16, 16, false, 'relu', 1],
    [3, 64, 24, false, 'relu', 2],
    [3, 72, 24, false, 'relu', 1],
    [5, 72, 40, true, 'relu', 2],
    [5, 120, 40, true, 'relu', 1],
    [5, 120, 40, true, 'relu', 1],
    [3, 240, 80, false, 'hardSwish', 2],
    [3, 200, 80, false, 'hardSwish', 1],
    [3, 184, 80, false, 'hardSwish', 1],
    [3, 184, 80, false, 'hardSwish', 1],
    [3, 480, 112, true, 'hardSwish', 1],
    [3, 672, 112, true, 'hardSwish', 1],
    [5, 672, 160, true, 'hardSwish', 2],
    [5, 960, 160, true, 'hardSwish', 1],
    [5, 960, 160, true, 'hardSwish', 1],
  ],
  small: [
    [3, 16, 16, true, 'relu', 2],
    [3, 72, 24, false, 'relu', 2],
    [3, 88, 24, false, 'relu', 1],
    [5, 96, 40, true, 'hardSwish', 2],
    [5, 240, 40, true, 'hardSwish', 1],
    [5, 240, 40, true, 'hardSwish', 1],
    [5, 120, 48, true, 'hardSwish', 1],
    [5, 144, 48, true, 'hardSwish', 1],
    [5, 288, 96, true, 'hardSwish', 2],
    [5, 576, 96, true, 'hardSwish', 1],
    [5, 576, 96, true, 'hardSwish', 1],
  ],
}

/** The normalisation's epsilon in the authors' code. */
const epsilon = 1e-3

/**
 * MobileNet, version 3, found by search: inverted residuals whose channels weigh each other, and a swish of straight lines: pictures
 * [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Howard et al., "Searching for MobileNetV3", 2019, tables 1 and 2.)
 *
 * @throws if there is no such size
 * @example nn.unfilled(() => mobilenetV3('large')).parameterCount() // 5483032
 */
export function mobilenetV3<Channels extends number = 3, Classes extends number = 1000>(
  size: 'large' | 'small',
  options: MobilenetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  expectChoice('mobilenetV3', 'the size', size, ['large', 'small'])
  checkOptions('mobilenetV3', options, { channels: true, classes: true, width: true })
  const { channels = 3 as Channels, classes = 1000 as Classes, width = 1 } = options
  const n = (count: number): number => roundChannels(count * width)
  const norm = (count: number) => nn.batchNorm2d(count, { epsilon })
  let inputs = n(16)
  const blocks = table[size].map(([kernel, expanded, count, weighs, activation, stride], i) => {
    const [hidden, outputs] = [n(expanded), n(count)]
    const attention = nn.squeezeExcitation(hidden, { hidden: roundChannels(hidden / 4), gate: nn.hardSigmoid })
    const block = invertedResidual({
      ...{
        inputs,
        hidden,
        outputs,
        kernel,
        stride,
        epsilon,
        activation: activation === 'relu' ? nn.relu : nn.hardSwish,
      },
      ...(weighs && { attention }),
    })
    inputs = outputs
    return [`bneck${i + 1}`, new nn.Sequential<readonly nn.Link[]>([block])] as const
  })
  const last = 6 * inputs
  const hidden = n(size === 'large' ? 1280 : 1024)
  const conv = nn.conv2d(channels as number, n(16), 3, { stride: 2, padding: 1, bias: false })
  return new Stages({
    conv: nn.sequential(conv, norm(n(16)), nn.hardSwish()), // [112, 112, 16]
    ...Object.fromEntries(blocks), // [7, 7, 160]
    last: nn.sequential(nn.conv2d(inputs, last, 1, { bias: false }), norm(last), nn.hardSwish()),
    head: nn.sequential(
      nn.globalAvgPool(),
      nn.linear(last, hidden),
      nn.hardSwish(),
      nn.dropout(0.2),
      nn.linear(hidden, classes as number),
    ),
  })
}
