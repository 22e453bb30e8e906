import { checkOptions } from '../../../core/options.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Directions } from '../../types/recurrent.js'
import { biased, type CellOptions, type HiddenState, RecurrentCell } from './cell.js'
import { Recurrent, type RecurrentOptions, recurrentOptions } from './recurrent.js'

class GruCell extends RecurrentCell {
  constructor(inputs: number, units: number, options: CellOptions) {
    super(inputs, units, 3, options)
  }

  advance(contribution: Tensor, { hidden }: HiddenState): HiddenState {
    const products: Tensor = biased(hidden.matmul(this.stateWeight.value), this.stateBias)
    const [resetInput, updateInput, candidateInput] = contribution.split(3, 1)
    const [resetState, updateState, candidateState] = products.split(3, 1)
    const reset = resetInput.add(resetState).sigmoid()
    const update = updateInput.add(updateState).sigmoid()
    const candidate = candidateInput.add(reset.mul(candidateState)).tanh()
    return { hidden: candidate.add(update.mul(hidden.sub(candidate))) }
  }

  filled(hidden: Tensor): HiddenState {
    return { hidden }
  }
}

/**
 * Gated recurrent units, from [batch, time, inputs] to [batch, time, units]:
 *
 * r = sigmoid(xₜ · Wᵣ + bᵣ + hₜ₋₁ · Uᵣ + cᵣ),
 * z = sigmoid(xₜ · W_z + b_z + hₜ₋₁ · U_z + c_z),
 * n = tanh(xₜ · Wₙ + bₙ + r · (hₜ₋₁ · Uₙ + cₙ)),
 * hₜ = (1 − z) · n + z · hₜ₋₁
 *
 * (Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014, with r behind the product as in cuDNN.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example gru(3, 5).forward(zeros([2, 7, 3])) // [2, 7, 3] → [2, 7, 5]
 */
export function gru<Inputs extends number, Units extends number, Both extends boolean = false>(
  inputs: Inputs,
  units: Units,
  options: RecurrentOptions<Both> = {},
): Recurrent<'gru', Inputs, Directions<Units, Both>, HiddenState<Units>> {
  checkOptions('gru', options, recurrentOptions)
  return new Recurrent('gru', inputs, units, options, (size) => new GruCell(size, units, options))
}
