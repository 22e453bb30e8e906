import { expectChoice, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import type { Tensor } from '../../tensor/tensor.js'
import { type PictureOptions, Stages } from '../stages.js'
import { convolution } from './convolution.js'

export interface CifarResnetOptions<Channels extends number, Classes extends number>
  extends PictureOptions<Channels, Classes> {
  /** Channels of the first stage; 16. */
  readonly width?: number
  /**
   * What is added to each block: the input, with zeros for new channels ('zeros', option A of the paper), or made by a convolution of
   * 1 × 1 where the shape changes ('convolution', option B), or nothing: a plain network ('none'); 'zeros'. With 'gates' the network is a
   * highway: a convolution of 1 × 1 decides for each place and channel how much of the block passes, and how much of the input (or zeros).
   */
  readonly shortcuts?: 'zeros' | 'convolution' | 'none' | 'gates'
  /** Of highways the first bias of the gates: the lower, the more of the input passes; −3. */
  readonly gateBias?: number
}

/**
 * t · body(x) + (1 − t) · shortcut(x) with t = sigmoid(gate(x)).
 * (Srivastava, Greff and Schmidhuber, "Highway networks", 2015; the "exclusive gating" of He et al., "Identity mappings in deep residual networks", 2016.)
 */
class Gated extends nn.Module {
  constructor(
    readonly gate: nn.Layer,
    readonly body: nn.Layer,
    readonly shortcut: nn.Layer,
  ) {
    super()
  }

  forward(x: Tensor): Tensor {
    const kept = this.shortcut.forward(x) as Tensor
    const open = this.gate.forward(x).sigmoid() as Tensor
    return kept.add(open.mul((this.body.forward(x) as Tensor).sub(kept))) as Tensor
  }
}

/** Every second place, with zeros for new channels on both sides. */
const thinned = (more: number): nn.Lambda<(x: Tensor) => Tensor> => {
  const [before, after] = [Math.floor(more / 2), Math.ceil(more / 2)]
  const of = (x: Tensor): Tensor => {
    const places: Tensor = x.slice(':', [null, null, 2], [null, null, 2])
    return places.pad([0, 0, 0, [before, after]])
  }
  return nn.lambda(of, `every second place, ${more} channels of zeros`)
}

/**
 * A residual network for small pictures: [batch, 32, 32, 3] → logits [batch, classes].
 *
 * (He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2015, section 4.2.)
 *
 * @param depth 6 n + 2 layers with weights; in the paper 20, 32, 44, 56, 110 and 1202
 * @throws if the depth is not 6 n + 2
 * @example nn.unfilled(() => cifarResnet(20)).parameterCount() // 269722
 */
export function cifarResnet<Channels extends number = 3, Classes extends number = 10>(
  depth: number,
  options: CifarResnetOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  const n = (expectInteger('cifarResnet', 'the depth', depth) - 2) / 6
  if (n < 1 || !Number.isInteger(n)) {
    fail(`cifarResnet: a depth of ${depth}`, 'Give 6 n + 2 for n blocks in each stage: 20, 32, 44, 56, 110.')
  }
  checkOptions('cifarResnet', options, {
    ...{ channels: true, classes: true, width: true, shortcuts: true, gateBias: true },
  })
  const { channels = 3 as Channels, classes = 10 as Classes, width = 16, shortcuts = 'zeros', gateBias = -3 } = options
  expectChoice('cifarResnet', 'shortcuts', shortcuts, ['zeros', 'convolution', 'none', 'gates'])

  const block = (inputs: number, outputs: number, stride: number): readonly nn.Link[] => {
    const body = [
      ...[convolution(inputs, outputs, 3, stride), nn.batchNorm2d(outputs), nn.relu()],
      ...[convolution(outputs, outputs, 3, 1), nn.batchNorm2d(outputs)],
    ]
    if (shortcuts === 'none') return [...body, nn.relu()]
    const changed =
      shortcuts === 'convolution'
        ? nn.sequential(convolution(inputs, outputs, 1, stride), nn.batchNorm2d(outputs))
        : thinned(outputs - inputs)
    const shortcut: nn.Link = stride === 1 ? nn.identity() : changed
    if (shortcuts === 'gates') {
      const biasInitializer = nn.initializers.constant(gateBias)
      const gate = nn.conv2d(inputs, outputs, 1, { stride, biasInitializer })
      return [new Gated(gate as nn.Layer, nn.sequential(...body) as nn.Layer, shortcut as nn.Layer), nn.relu()]
    }
    return [nn.residual(nn.sequential(...body) as nn.Link, shortcut), nn.relu()]
  }
  const stage = (inputs: number, outputs: number, stride: number) =>
    Array.from({ length: n }, (_, i) => block(i === 0 ? inputs : outputs, outputs, i === 0 ? stride : 1)).flat()
  return new Stages({
    conv1: nn.sequential(convolution(channels, width, 3, 1), nn.batchNorm2d(width), nn.relu()), // [32, 32, 16]
    conv2_x: nn.sequential(...stage(width, width, 1)),
    conv3_x: nn.sequential(...stage(width, 2 * width, 2)), // [16, 16, 32]
    conv4_x: nn.sequential(...stage(2 * width, 4 * width, 2)), // [8, 8, 64]
    head: nn.sequential(nn.globalAvgPool(), nn.linear(4 * width, classes as number)),
  })
}
