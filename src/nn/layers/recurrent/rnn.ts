import { expectChoice } from '../../../core/arguments.js'
import { checkOptions } from '../../../core/options.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Directions } from '../../types/recurrent.js'
import { biased, type CellOptions, type HiddenState, RecurrentCell } from './cell.js'
import { Recurrent, type RecurrentOptions, recurrentOptions } from './recurrent.js'

export interface RnnOptions<Both extends boolean = boolean> extends RecurrentOptions<Both> {
  /** 'tanh' */
  readonly activation?: 'tanh' | 'relu'
}

class RnnCell extends RecurrentCell {
  constructor(
    inputs: number,
    units: number,
    readonly activation: 'tanh' | 'relu',
    options: CellOptions,
  ) {
    super(inputs, units, 1, options)
  }

  advance(contribution: Tensor, { hidden }: HiddenState): HiddenState {
    const sum = biased(contribution.add(hidden.matmul(this.stateWeight.value)), this.stateBias)
    return { hidden: this.activation === 'relu' ? sum.relu() : sum.tanh() }
  }

  filled(hidden: Tensor): HiddenState {
    return { hidden }
  }
}

/**
 * The simple recurrent network (Elman, "Finding structure in time", 1990), from [batch, time, inputs] to [batch, time, units]:
 *
 * hₜ = tanh(xₜ · W + b + hₜ₋₁ · U + c)
 *
 * @throws if a number is not a whole one of at least 1
 * @example rnn(3, 5).forward(zeros([2, 7, 3])) // [2, 7, 3] → [2, 7, 5]
 */
export function rnn<Inputs extends number, Units extends number, Both extends boolean = false>(
  inputs: Inputs,
  units: Units,
  options: RnnOptions<Both> = {},
): Recurrent<'rnn', Inputs, Directions<Units, Both>, HiddenState<Units>> {
  checkOptions('rnn', options, { ...recurrentOptions, activation: true })
  const activation = expectChoice('rnn', 'the activation', options.activation ?? 'tanh', ['tanh', 'relu'])
  return new Recurrent('rnn', inputs, units, options, (size) => new RnnCell(size, units, activation, options))
}
