import { checkOptions } from '../../../core/options.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Directions } from '../../types/recurrent.js'
import { biased, type CellOptions, RecurrentCell } from './cell.js'
import { Recurrent, type RecurrentOptions, recurrentOptions } from './recurrent.js'

/** What an {@link lstm} carries from step to step: its last output, and the cells behind it. */
export type LstmState<Units extends number = number> = {
  readonly hidden: Tensor<[number, Units]>
  readonly cell: Tensor<[number, Units]>
}

class LstmCell extends RecurrentCell<LstmState> {
  constructor(inputs: number, units: number, options: CellOptions) {
    super(inputs, units, 4, options)
  }

  advance(contribution: Tensor, { hidden, cell }: LstmState): LstmState {
    const gates: Tensor = biased(contribution.add(hidden.matmul(this.stateWeight.value)), this.stateBias)
    const [input, forget, candidate, output] = gates.split(4, 1)
    const next = forget.sigmoid().mul(cell).add(input.sigmoid().mul(candidate.tanh()))
    return { hidden: output.sigmoid().mul(next.tanh()), cell: next }
  }

  filled(part: Tensor): LstmState {
    return { hidden: part, cell: part }
  }
}

/**
 * Long short-term memory, from [batch, time, inputs] to [batch, time, units]:
 *
 * (i, f, g, o) = xₜ · W + b + hₜ₋₁ · U + c,
 * cₜ = sigmoid(f) · cₜ₋₁ + sigmoid(i) · tanh(g),
 * hₜ = sigmoid(o) · tanh(cₜ)
 *
 * (Hochreiter and Schmidhuber, "Long short-term memory", 1997; with forget gates, Gers et al., 2000.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example
 * const layer = lstm(3, 5, { layers: 2, bidirectional: true })
 * layer.forward(zeros([2, 7, 3])) // [2, 7, 3] → [2, 7, 10]
 */
export function lstm<Inputs extends number, Units extends number, Both extends boolean = false>(
  inputs: Inputs,
  units: Units,
  options: RecurrentOptions<Both> = {},
): Recurrent<'lstm', Inputs, Directions<Units, Both>, LstmState<Units>> {
  checkOptions('lstm', options, recurrentOptions)
  return new Recurrent('lstm', inputs, units, options, (size) => new LstmCell(size, units, options))
}
