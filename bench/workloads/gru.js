import { random } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

/** One training step of gated recurrent units (Cho et al., 2014) with a linear head that predicts a class at each time, on random sequences. */
export function gru({ batch, time, inputs, units }) {
  const model = nn.sequential(nn.gru(inputs, units), nn.linear(units, inputs))
  return training({
    model,
    optimizer: adam({ learningRate: 1e-3 }),
    inputs: [random.normal([batch, time, inputs]), random.randint([batch, time], 0, inputs)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
