import { compile, random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam, sgd } from 'shapewise/optim'

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
  const improve = optimizers[optimizer]()
  const x = random.normal([batch, inputs])
  const y = random.randint([batch], 0, sizes[sizes.length - 1])
  const step = compile((x, y) => {
    const loss = nn.crossEntropy(model.forward(x), y)
    improve.minimize(loss, model)
    return loss
  })
  return { parameters: model.parameterCount(), step: () => step(x, y) }
}
