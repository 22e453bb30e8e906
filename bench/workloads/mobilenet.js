import { random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { training } from './training.js'

const normalized = (channels) => [nn.batchNorm2d(channels), nn.relu()]

/** A filter for each channel, then one over channels (Howard et al., "MobileNets", 2017). */
const separable = (inputs, outputs, stride) => [
  nn.depthwiseConv2d(inputs, 3, { stride, padding: 1, bias: false }),
  ...normalized(inputs),
  nn.conv2d(inputs, outputs, 1, { bias: false }),
  ...normalized(outputs),
]

/**
 * One training step of a MobileNet on random pictures.
 *
 * @param blocks pairs of output channels and strides, after a first convolution to `width` channels with stride 2
 */
export function mobilenet({ batch, size, width, blocks, classes }) {
  const inputs = [width, ...blocks.map(([channels]) => channels)]
  const model = nn.sequential(
    nn.conv2d(3, width, 3, { stride: 2, padding: 1, bias: false }),
    ...normalized(width),
    ...blocks.flatMap(([outputs, stride], i) => separable(inputs[i], outputs, stride)),
    nn.globalAvgPool(),
    nn.linear(inputs.at(-1), classes),
  )
  return training({
    model,
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
    inputs: [random.normal([batch, size, size, 3]), random.randint([batch], 0, classes)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
