import { concat, type Tensor, tensor } from 'shapewise'
import type { ColourDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { pca } from 'shapewise/projections'
import { standard, standardized } from './cifar.js'

const LOOKED_AT = 1000
/** Of 2 × 2 pixels in three colours. */
const NUMBERS = 12
/** Added to the variances, so that directions of almost none are not blown up. */
const FLOOR = 5e-4

/**
 * A network for photographs of 32 × 32 pixels that is shaped for speed: a first layer that is calculated and not learned, three blocks of two
 * convolutions each, of which the first is pooled at once, few channels where pictures are large. (After Jordan 2024; narrower.)
 *
 * @param widths channels of the blocks
 */
export async function whitenedNet(train: ColourDataset, widths: readonly [number, number, number]): Promise<nn.Layer> {
  const convolution = (from: number, to: number) => nn.conv2d(from, to, 3, { padding: 'same', bias: false })
  const activated = (channels: number) => [nn.batchNorm2d(channels), nn.relu()]
  const block = (from: number, to: number) => [
    ...[convolution(from, to), nn.maxPool2d(2), ...activated(to)],
    ...[convolution(to, to), ...activated(to)],
  ]
  const [first, second, third] = widths
  return new nn.Sequential<readonly nn.Link[]>([
    ...[standardized(), await whitening(train), nn.relu()], // [31, 31, 24]
    ...block(2 * NUMBERS, first), // [15, 15, first]
    ...block(first, second), // [7, 7, second]
    ...block(second, third), // [3, 3, third]
    ...[nn.maxPool2d(3), nn.flatten(), nn.linear(third, 10, { bias: false })],
  ])
}

/** Windows of 2 × 2 along their principal axes, each divided by its deviation, and the same with the other sign; frozen. */
async function whitening(train: ColourDataset): Promise<nn.Link> {
  const some = Array.from({ length: Math.min(LOOKED_AT, train.length) }, (_, i) => i)
  const pictures = standard(train.gather(some).tensors().inputs as Tensor)
  const corners = [0, 1].flatMap((row) =>
    [0, 1].map((column) => pictures.slice(':', [row, row + 31, 3], [column, column + 31, 3])),
  )
  const windows = concat(corners as [Tensor, ...Tensor[]], -1).reshape([-1, NUMBERS]) as Tensor<[number, number]>
  const { axes, variances } = await pca(windows, { components: NUMBERS })
  const scaled = axes.map((axis, i) => Array.from(axis, (value) => value / Math.sqrt(variances[i]! + FLOOR)))
  const filters = tensor([...scaled, ...scaled.map((axis) => axis.map((value) => -value))]).transpose()
  const convolution = nn.conv2d(3, 2 * NUMBERS, 2, { bias: false })
  convolution.weight.assign(filters.reshape([2, 2, 3, 2 * NUMBERS]))
  return convolution.freeze()
}
