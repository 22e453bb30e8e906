import { Parameter, random, scan, zeros } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { training } from './training.js'

/** Long short-term memory (Hochreiter and Schmidhuber, 1997; with forget gates, Gers et al., 2000), two biases as in cuDNN. */
class Lstm extends nn.Module {
  constructor(inputs, units) {
    super()
    const bound = 1 / Math.sqrt(units)
    const parameter = (shape, name) => new Parameter(random.uniform(shape, { low: -bound, high: bound }), name)
    this.units = units
    this.inputWeight = parameter([inputs, 4 * units], 'inputWeight')
    this.inputBias = parameter([4 * units], 'inputBias')
    this.stateWeight = parameter([units, 4 * units], 'stateWeight')
    this.stateBias = parameter([4 * units], 'stateBias')
  }

  /** [time, batch, inputs] → [time, batch, units] */
  forward(x) {
    const { units } = this
    // What the inputs contribute does not wait for the state: one product for all times.
    const contributions = x.matmul(this.inputWeight.value).add(this.inputBias.value)
    const start = zeros([x.shape[1], units])
    const [, states] = scan(
      ([state, cell], contribution) => {
        const gates = contribution.add(state.matmul(this.stateWeight.value)).add(this.stateBias.value)
        const [input, forget, candidate, output] = gates.split(4, 1)
        const nextCell = forget.sigmoid().mul(cell).add(input.sigmoid().mul(candidate.tanh()))
        const nextState = output.sigmoid().mul(nextCell.tanh())
        return [[nextState, nextCell], nextState]
      },
      [start, start],
      contributions,
    )
    return states
  }
}

/** One training step of an LSTM with a linear head that predicts a class at each time, on random sequences. */
export function lstm({ batch, time, inputs, units }) {
  const model = nn.sequential(new Lstm(inputs, units), nn.linear(units, inputs))
  return training({
    model,
    optimizer: adam({ learningRate: 1e-3 }),
    inputs: [random.normal([time, batch, inputs]), random.randint([time, batch], 0, inputs)],
    lossOf: (x, y) => nn.crossEntropy(model.forward(x), y),
  })
}
