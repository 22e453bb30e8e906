import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import * as nn from '../../nn/index.js'
import type { Tensor } from '../../tensor/tensor.js'
import { type PictureOptions, Stages } from '../stages.js'
import { convolution, halving, pool, tower } from './convolution.js'

/** Towers side by side, brought to the channels of the input by 1 × 1, made smaller and added, figure 20. */
function scaled(
  channels: number,
  scale: number,
  towers: readonly nn.Sequential[],
  outputs: number,
): readonly nn.Link[] {
  const smaller = nn.lambda((x: Tensor): Tensor => x.mul(scale), `× ${scale}`)
  const joined = nn.branch(...towers) as nn.Layer<nn.AnyShape>
  const body = nn.sequential(joined, nn.conv2d(outputs, channels, 1), smaller)
  return [nn.residual(body as nn.Link)]
}

const repeated = (count: number, block: () => readonly nn.Link[]): readonly nn.Link[] =>
  Array.from({ length: count }, () => [...block(), nn.relu()]).flat()

const stem = (channels: number) => [
  convolution(channels, 32, 3, { stride: 2, padding: 'valid' }), // [149, 149, 32]
  convolution(32, 32, 3, { padding: 'valid' }), // [147, 147, 32]
  convolution(32, 64, 3), // [147, 147, 64]
  pool(), // [73, 73, 64]
  convolution(64, 80, 1, { padding: 'valid' }),
  convolution(80, 192, 3, { padding: 'valid' }), // [71, 71, 192]
]

/** Figures 10 to 14. */
function version1(channels: number) {
  const a = () =>
    scaled(256, 0.17, [tower([256, 32], 1), tower([256, 32, 32], 1, 3), tower([256, 32, 32, 32], 1, 3, 3)], 96)
  const b = () => scaled(896, 0.1, [tower([896, 128], 1), tower([896, 128, 128, 128], 1, [1, 7], [7, 1])], 256)
  const c = () => scaled(1792, 0.2, [tower([1792, 192], 1), tower([1792, 192, 192, 192], 1, [1, 3], [3, 1])], 384)
  return {
    stem: nn.sequential(...stem(channels), convolution(192, 256, 3, { stride: 2, padding: 'valid' })), // [35, 35, 256]
    inceptionResnetA: nn.sequential(...repeated(5, a)),
    reductionA: nn.branch(halving([256, 384], 3), halving([256, 192, 192, 256], 1, 3, 3), pool()), // [17, 17, 896]
    inceptionResnetB: nn.sequential(...repeated(10, b)),
    reductionB: nn.branch(
      halving([896, 256, 384], 1, 3),
      halving([896, 256, 256], 1, 3),
      halving([896, 256, 256, 256], 1, 3, 3),
      pool(),
    ), // [8, 8, 1792]
    inceptionResnetC: nn.sequential(...repeated(5, c)),
  }
}

/** Figures 16 to 19, with the stem and the channels of the authors' published weights. */
function version2(channels: number) {
  const averaged = nn.sequential(
    nn.avgPool2d(3, { stride: 1, padding: 1, countPadding: false }),
    convolution(192, 64, 1),
  ) as nn.Sequential
  const a = () =>
    scaled(320, 0.17, [tower([320, 32], 1), tower([320, 32, 32], 1, 3), tower([320, 32, 48, 64], 1, 3, 3)], 128)
  const b = () => scaled(1088, 0.1, [tower([1088, 192], 1), tower([1088, 128, 160, 192], 1, [1, 7], [7, 1])], 384)
  const c = (scale: number) =>
    scaled(2080, scale, [tower([2080, 192], 1), tower([2080, 192, 224, 256], 1, [1, 3], [3, 1])], 448)
  return {
    stem: nn.sequential(
      ...stem(channels),
      pool(), // [35, 35, 192]
      nn.branch(tower([192, 96], 1), tower([192, 48, 64], 1, 5), tower([192, 64, 96, 96], 1, 3, 3), averaged),
    ), // [35, 35, 320]
    inceptionResnetA: nn.sequential(...repeated(10, a)),
    reductionA: nn.branch(halving([320, 384], 3), halving([320, 256, 256, 384], 1, 3, 3), pool()), // [17, 17, 1088]
    inceptionResnetB: nn.sequential(...repeated(20, b)),
    reductionB: nn.branch(
      halving([1088, 256, 384], 1, 3),
      halving([1088, 256, 288], 1, 3),
      halving([1088, 256, 288, 320], 1, 3, 3),
      pool(),
    ), // [8, 8, 2080]
    inceptionResnetC: nn.sequential(...repeated(9, () => c(0.2)), ...c(1), convolution(2080, 1536, 1)), // [8, 8, 1536]
  }
}

/**
 * Inception-ResNet, inception modules with shortcuts: pictures [batch, 299, 299, 3] → logits [batch, classes].
 *
 * (Szegedy, Ioffe, Vanhoucke and Alemi, "Inception-v4, Inception-ResNet and the impact of residual connections on learning", 2016.)
 *
 * Version 2 is that of the authors' published weights, whose stem and channels (320, 1088, 2080, 1536) differ from the figures; its
 * 55,843,464 parameters are those of the PyTorch versions. Keras counts 55,873,736: no factor in the normalisation, but means and
 * variances. Of version 1 FaceNet's version has the same 20,963,328 before the last layer, and one module more of 1,600,768.
 *
 * @param version 1 is about as large as Inception-v3, 2 as Inception-v4
 * @throws if there is no such version
 * @example nn.unfilled(() => inceptionResnet(2)).parameterCount() // 55843464
 */
export function inceptionResnet<Channels extends number = 3, Classes extends number = 1000>(
  version: 1 | 2,
  options: PictureOptions<Channels, Classes> = {},
): Stages<Channels, Classes> {
  expectChoice('inceptionResnet', 'the version', `${version}`, ['1', '2'])
  checkOptions('inceptionResnet', options, { channels: true, classes: true })
  const { channels = 3 as Channels, classes = 1000 as Classes } = options
  const head = (inputs: number) =>
    nn.sequential(nn.globalAvgPool(), nn.dropout(0.2), nn.linear(inputs, classes as number))
  return version === 1
    ? new Stages({ ...version1(channels), head: head(1792) })
    : new Stages({ ...version2(channels), head: head(1536) })
}
