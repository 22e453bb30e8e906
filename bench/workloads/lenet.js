import { random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

/** One training step of LeNet-5 (LeCun et al., 1998, with relu and max pooling) on random pictures. */
export function lenet({ batch }) {
  const model = nn.sequential(
    nn.conv2d(1, 6, 5, { padding: 'same' }),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d(6, 16, 5),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.linear(400, 120),
    nn.relu(),
    nn.linear(120, 84),
    nn.relu(),
    nn.linear(84, 10),
  )
  return training({
    model,
    optimizer: adam({ learningRate: 1e-3 }),
    inputs: [random.normal([batch, 28, 28, 1]), random.randint([batch], 0, 10)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
