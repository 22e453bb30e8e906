import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { expectDepth, type PictureOptions, Stages } from '../stages.js'

export interface VggOptions<Channels extends number, Classes extends number> extends PictureOptions<Channels, Classes> {
  /** Whether each convolution is normalised over the batch, which the paper could not know; false. */
  readonly batchNorm?: boolean
  /** The side of the pictures, a multiple of 32; 224. */
  readonly size?: number
  /** Channels of the first stage; 64. The others have 2, 4, 8 and 8 times as many. */
  readonly width?: number
  /** Units of the hidden layers; 4096. */
  readonly hidden?: number
  /** The part of them that is dropped while training; 0.5. */
  readonly dropout?: number
}

/** How many convolutions of 3 × 3 each of the five stages has: configurations A, B, D and E of the paper's table 1. */
export const vggStages = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const

/** The convolutions of one stage, and the pool that halves what they give. */
export function vggStage(inputs: number, outputs: number, count: number, batchNorm: boolean): readonly nn.Link[] {
  const initializer = nn.initializers.heNormal()
  return Array.from({ length: count }, (_, i) => [
    nn.conv2d(i === 0 ? inputs : outputs, outputs, 3, { padding: 1, initializer }),
    ...(batchNorm ? [nn.batchNorm2d(outputs)] : []),
    nn.relu(),
  ]).flat()
}

/**
 * VGG, small kernels one after the other: pictures [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", 2014, table 1.)
 *
 * The first weights are those of He et al. (2015); the authors began with trained weights of the shallowest network.
 *
 * @param depth 11, 13, 16 or 19 layers with weights
 * @throws if there is no such depth, or the size is no multiple of 32
 * @example nn.unfilled(() => vgg(16)).parameterCount() // 138357544
 */
export function vgg<Channels extends number = 3, Classes extends number = 1000>(
  depth: keyof typeof vggStages,
  options: VggOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  expectDepth('vgg', depth, vggStages)
  checkOptions<VggOptions<Channels, Classes>>('vgg', options, {
    ...{ channels: true, classes: true, batchNorm: true, size: true, width: true, hidden: true, dropout: true },
  })
  const { channels = 3 as Channels, classes = 1000 as Classes, batchNorm = false, width = 64 } = options
  const { size = 224, hidden = 4096, dropout = 0.5 } = options
  if (expectInteger('vgg', 'the side of the pictures', size) % 32 !== 0 || size < 32) {
    fail(`vgg: pictures of ${size} × ${size}`, 'Five pools halve them: give a multiple of 32.')
  }
  const [one, two, three, four, five] = vggStages[depth]
  const pool = () => nn.maxPool2d(2)
  return new Stages({
    conv1: nn.sequential(...vggStage(channels, width, one, batchNorm), pool()), // [112, 112, 64]
    conv2: nn.sequential(...vggStage(width, 2 * width, two, batchNorm), pool()), // [56, 56, 128]
    conv3: nn.sequential(...vggStage(2 * width, 4 * width, three, batchNorm), pool()), // [28, 28, 256]
    conv4: nn.sequential(...vggStage(4 * width, 8 * width, four, batchNorm), pool()), // [14, 14, 512]
    conv5: nn.sequential(...vggStage(8 * width, 8 * width, five, batchNorm), pool()), // [7, 7, 512]
    fc6: nn.sequential(nn.flatten(), nn.linear((size / 32) ** 2 * 8 * width, hidden), nn.relu(), nn.dropout(dropout)),
    fc7: nn.sequential(nn.linear(hidden, hidden), nn.relu(), nn.dropout(dropout)),
    fc8: nn.linear(hidden, classes as number),
  })
}
