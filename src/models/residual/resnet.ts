import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { expectDepth, type PictureOptions, Stages } from '../stages.js'
import { convolution } from './convolution.js'

export interface ResnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** How many blocks conv2_x to conv5_x have; those of the depth. */
  readonly blocks?: readonly [number, number, number, number]
  /** Channels of the first stage; 64. */
  readonly width?: number
  /**
   * Where a bottleneck halves the picture: in its first convolution, as in the paper, or in that of 3 × 3, as torchvision does it,
   * which takes 8 % more multiplications and gives better results; '1×1'.
   */
  readonly stride?: '1×1' | '3×3'
  /** Whether convolutions have a bias, which the normalisation behind takes away again, as in Keras; false. */
  readonly bias?: boolean
}

export type ResnetDepth = 18 | 34 | 50 | 101 | 152

/** Table 1: the kind of blocks, and how many conv2_x to conv5_x have. */
const table = {
  18: ['basic', [2, 2, 2, 2]],
  34: ['basic', [3, 4, 6, 3]],
  50: ['bottleneck', [3, 4, 6, 3]],
  101: ['bottleneck', [3, 4, 23, 3]],
  152: ['bottleneck', [3, 8, 36, 3]],
} as const

/** A convolution with its normalisation. */
function normalized(inputs: number, outputs: number, kernel: number, stride: number, bias: boolean) {
  return [convolution(inputs, outputs, kernel, stride, bias), nn.batchNorm2d(outputs)] as const
}

/** Figure 5, left: two convolutions of 3 × 3. */
const basic = (inputs: number, width: number, stride: number, bias: boolean) =>
  nn.sequential(
    ...normalized(inputs, width, 3, stride, bias),
    nn.relu(),
    ...normalized(width, width, 3, 1, bias), //
  )

/** Figure 5, right: a convolution of 3 × 3 between two of 1 × 1, which make channels fewer and four times as many. */
const bottleneck = (inputs: number, width: number, [first, second]: readonly [number, number], bias: boolean) =>
  nn.sequential(
    ...normalized(inputs, width, 1, first, bias),
    nn.relu(),
    ...normalized(width, width, 3, second, bias),
    nn.relu(),
    ...normalized(width, 4 * width, 1, 1, bias),
  )

/** The stages conv1 to conv5_x of a residual network, and how many channels each of the last four gives. */
export function residualStages(operation: string, depth: ResnetDepth, options: ResnetOptions<number, number>) {
  expectDepth(operation, depth, table)
  const [kind, ofDepth] = table[depth]
  const { channels = 3, width = 64, blocks = ofDepth, bias = false } = options
  const place = expectChoice(operation, 'the place of the stride', options.stride ?? '1×1', ['1×1', '3×3'])
  const factor = kind === 'basic' ? 1 : 4
  let inputs = width
  const stage = (count: number, inner: number, firstStride: number): readonly nn.Link[] => {
    const outputs = factor * inner
    return Array.from({ length: count }, (_, i) => {
      const stride = i === 0 ? firstStride : 1
      const strides = place === '1×1' ? ([stride, 1] as const) : ([1, stride] as const)
      const body = kind === 'basic' ? basic(inputs, inner, stride, bias) : bottleneck(inputs, inner, strides, bias)
      const isChanged = stride > 1 || inputs !== outputs
      const shortcut = isChanged ? nn.sequential(...normalized(inputs, outputs, 1, stride, bias)) : nn.identity()
      inputs = outputs
      return [nn.residual(body as nn.Link, shortcut as nn.Link), nn.relu()]
    }).flat()
  }
  const stages = {
    conv1: nn.sequential(...normalized(channels, width, 7, 2, bias), nn.relu()), // [112, 112, 64]
    conv2_x: nn.sequential(nn.maxPool2d(3, { stride: 2, padding: 1 }), ...stage(blocks[0], width, 1)), // [56, 56, 256]
    conv3_x: nn.sequential(...stage(blocks[1], 2 * width, 2)), // [28, 28, 512]
    conv4_x: nn.sequential(...stage(blocks[2], 4 * width, 2)), // [14, 14, 1024]
    conv5_x: nn.sequential(...stage(blocks[3], 8 * width, 2)), // [7, 7, 2048]
  }
  return { stages, outputs: [1, 2, 4, 8].map((times) => times * factor * width) }
}

/**
 * A residual network: each block adds to what comes in: pictures [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015, table 1.)
 *
 * Where the shape changes, a convolution of 1 × 1 is the shortcut (option B of the paper). `{ stride: '3×3' }` is the network of
 * torchvision. Keras counts 25,636,712 for 50 layers: there each convolution has a bias (26,560), and means and variances count
 * (53,120).
 *
 * @param depth 18, 34, 50, 101 or 152 layers with weights
 * @throws if there is no such depth
 * @example nn.unfilled(() => resnet(50)).parameterCount() // 25557032
 */
export function resnet<Channels extends number = 3, Classes extends number = 1000>(
  depth: ResnetDepth,
  options: ResnetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions<ResnetOptions<Channels, Classes>>('resnet', options, {
    ...{ channels: true, classes: true, blocks: true, width: true, stride: true, bias: true },
  })
  const { stages, outputs } = residualStages('resnet', depth, options)
  const head = nn.sequential(nn.globalAvgPool(), nn.linear(outputs[3], (options.classes ?? 1000) as number))
  return new Stages({ ...stages, head })
}
