import { random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam, sgd } from 'shapewise/optim'
import { training } from './training.js'

const activations = { relu: nn.relu, tanh: nn.tanh }
const optimizers = { adam: () => adam({ learningRate: 1e-3 }), sgd: () => sgd({ learningRate: 0.03 }) }

/**
 * One training step of a multilayer perceptron on random data.
 *
 * @param sizes of the layers, inputs first
 */
export function perceptron({ sizes, batch, activation, optimizer }) {
  const [inputs, ...outputs] = sizes
  const layers = outputs.flatMap((size, i) => [nn.linear(sizes[i], size), activations[activation]()])
  // The last layer gives logits.
  const model = nn.sequential(...layers.slice(0, -1))
  return training({
    model,
    optimizer: optimizers[optimizer](),
    inputs: [random.normal([batch, inputs]), random.randint([batch], 0, outputs.at(-1))],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
