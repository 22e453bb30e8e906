import { random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { training } from './training.js'

const convolutions = [nn.conv1d, nn.conv2d, nn.conv3d]
const transposed = [nn.convTranspose1d, nn.convTranspose2d, nn.convTranspose3d]

/**
 * One training step of two convolutions of one kind, below them one of 1 element a window, on random data of one to three axes. With `stride` the
 * second one is transposed and makes its pictures as large again as they were.
 */
export function windows({ axes, batch, size, channels, kernel, groups, dilation, stride }) {
  const convolution = convolutions[axes - 1]
  const options = { groups, padding: Math.floor((dilation * (kernel - 1)) / 2) }
  const narrow = () => convolution(channels, channels, kernel, { ...options, dilation, stride })
  const back = { ...options, stride, outputPadding: (stride - kernel) % 2 === 0 ? 0 : 1 }
  const second = stride > 1 ? transposed[axes - 1](channels, channels, kernel, back) : narrow()
  const links = [convolution(3, channels, 1), nn.relu(), narrow(), nn.relu(), second, nn.relu()]
  const places = Array.from({ length: axes }, (_, i) => i + 1)
  const model = nn.sequential(...links, (x) => x.mean(places), nn.linear(channels, 10))
  return training({
    model,
    optimizer: sgd({ learningRate: 0.1 }),
    inputs: [random.normal([batch, ...Array(axes).fill(size), 3]), random.randint([batch], 0, 10)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
