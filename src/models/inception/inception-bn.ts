import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import { type PictureOptions, Stages } from '../stages.js'
import { convolution } from './convolution.js'

/** The columns of figure 5: #1×1, #3×3 reduce, #3×3, double #3×3 reduce, double #3×3, pool and its projection. */
type Columns = readonly [number, number, number, number, number, 'avg' | 'max', number]

const box = (inputs: number, outputs: number, kernel: number, stride = 1) =>
  convolution(inputs, outputs, kernel, { stride, padding: (kernel - 1) / 2, bias: true, epsilon: 1e-5 })

/** Two windows of 3 × 3 where GoogLeNet has one of 5 × 5. */
function inception(inputs: number, [one, reduce, three, double, twice, kind, projected]: Columns) {
  const pool = kind === 'avg' ? nn.avgPool2d : nn.maxPool2d
  return nn.branch(
    box(inputs, one, 1),
    nn.sequential(box(inputs, reduce, 1), box(reduce, three, 3)),
    nn.sequential(box(inputs, double, 1), box(double, twice, 3), box(twice, twice, 3)),
    nn.sequential(pool(3, { stride: 1, padding: 1 }) as nn.Link, box(inputs, projected, 1)),
  ) as nn.Layer<nn.AnyShape>
}

/** The modules that halve the picture, 3c and 4e: the largest of each window passes through. */
const reduction = (inputs: number, [reduce, three, double, twice]: readonly [number, number, number, number]) =>
  nn.branch(
    nn.sequential(box(inputs, reduce, 1), box(reduce, three, 3, 2)),
    nn.sequential(box(inputs, double, 1), box(double, twice, 3), box(twice, twice, 3, 2)),
    nn.maxPool2d(3, { stride: 2, ceilMode: true }),
  ) as nn.Layer<nn.AnyShape>

const pool = () => nn.maxPool2d(3, { stride: 2, ceilMode: true })

/**
 * Inception with batch normalisation: pictures [batch, 224, 224, 3] → logits [batch, classes].
 *
 * (Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal covariate shift", 2015, figure 5.)
 *
 * As in the Caffe and PyTorch versions with 11,295,240 parameters, the first convolution is an ordinary one (in the paper one by
 * channels, eight for each), convolutions have a bias, and the modules 4c and 4d give 608 channels, which is what their columns add up to.
 *
 * @example nn.unfilled(() => inceptionBn()).parameterCount() // 11295240
 */
export function inceptionBn<Channels extends number = 3, Classes extends number = 1000>(
  options: PictureOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  checkOptions('inceptionBn', options, { channels: true, classes: true })
  const { channels = 3 as Channels, classes = 1000 as Classes } = options
  return new Stages({
    conv1: nn.sequential(box(channels, 64, 7, 2), pool()), // [56, 56, 64]
    conv2: nn.sequential(box(64, 64, 1), box(64, 192, 3), pool()), // [28, 28, 192]
    inception3a: inception(192, [64, 64, 64, 64, 96, 'avg', 32]),
    inception3b: inception(256, [64, 64, 96, 64, 96, 'avg', 64]),
    inception3c: reduction(320, [128, 160, 64, 96]), // [14, 14, 576]
    inception4a: inception(576, [224, 64, 96, 96, 128, 'avg', 128]),
    inception4b: inception(576, [192, 96, 128, 96, 128, 'avg', 128]),
    inception4c: inception(576, [160, 128, 160, 128, 160, 'avg', 128]),
    inception4d: inception(608, [96, 128, 192, 160, 192, 'avg', 128]),
    inception4e: reduction(608, [128, 192, 192, 256]), // [7, 7, 1056]
    inception5a: inception(1056, [352, 192, 320, 160, 224, 'avg', 128]),
    inception5b: inception(1024, [352, 192, 320, 192, 224, 'max', 128]),
    head: nn.sequential(nn.globalAvgPool(), nn.linear(1024, classes as number)),
  })
}
