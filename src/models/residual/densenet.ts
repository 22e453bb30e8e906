import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { expectDepth, type PictureOptions, Stages } from '../stages.js'
import { convolution } from './convolution.js'

export interface DensenetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** How many channels each layer adds, k; 32. */
  readonly growth?: number
  /** Channels behind the first convolution; 2 k. */
  readonly width?: number
  /** How many layers the dense blocks have; those of the depth. */
  readonly blocks?: readonly [number, number, number, number]
}

/** Table 1: layers in each dense block. */
const table = { 121: [6, 12, 24, 16], 169: [6, 12, 32, 32], 201: [6, 12, 48, 32], 264: [6, 12, 64, 48] } as const

/** A layer of a dense block: H of the paper, with its bottleneck of 4 k channels. */
const layer = (inputs: number, growth: number) =>
  nn.sequential(
    nn.batchNorm2d(inputs),
    nn.relu(),
    convolution(inputs, 4 * growth, 1),
    nn.batchNorm2d(4 * growth),
    nn.relu(),
    convolution(4 * growth, growth, 3),
  )

/** Half the channels, and half the size. */
const transition = (inputs: number) =>
  nn.sequential(nn.batchNorm2d(inputs), nn.relu(), convolution(inputs, Math.floor(inputs / 2), 1), nn.avgPool2d(2))

/**
 * A densely connected network, DenseNet-BC: each layer sees what all before it in the block gave: pictures [batch, 224, 224, 3] → logits
 * [batch, classes].
 *
 * (Huang, Liu, van der Maaten and Weinberger, "Densely connected convolutional networks", 2016, table 1.)
 *
 * @param depth 121, 169, 201 or 264 layers with weights
 * @throws if there is no such depth
 * @example nn.unfilled(() => densenet(121)).parameterCount() // 7978856
 */
export function densenet<Channels extends number = 3, Classes extends number = 1000>(
  depth: keyof typeof table,
  options: DensenetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  expectDepth('densenet', depth, table)
  checkOptions('densenet', options, { channels: true, classes: true, growth: true, width: true, blocks: true })
  const { channels = 3 as Channels, classes = 1000 as Classes, growth = 32, blocks = table[depth] } = options
  const { width = 2 * growth } = options
  let inputs = width
  const dense = (count: number) => {
    const layers = Array.from({ length: count }, (_, i) => layer(inputs + i * growth, growth))
    inputs += count * growth
    return nn.denseBlock(...layers)
  }
  const halved = () => {
    const step = transition(inputs)
    inputs = Math.floor(inputs / 2)
    return step
  }
  return new Stages({
    convolution: nn.sequential(
      convolution(channels, width, 7, 2),
      nn.batchNorm2d(width),
      nn.relu(),
      nn.maxPool2d(3, { stride: 2, padding: 1 }),
    ), // [56, 56, 64]
    denseBlock1: dense(blocks[0]), // [56, 56, 256]
    transition1: halved(), // [28, 28, 128]
    denseBlock2: dense(blocks[1]), // [28, 28, 512]
    transition2: halved(), // [14, 14, 256]
    denseBlock3: dense(blocks[2]), // [14, 14, 1024]
    transition3: halved(), // [7, 7, 512]
    denseBlock4: nn.sequential(dense(blocks[3]), nn.batchNorm2d(inputs), nn.relu()), // [7, 7, 1024]
    head: nn.sequential(nn.globalAvgPool(), nn.linear(inputs, classes as number)),
  })
}
