import type { DType } from '../../../core/dtype.js'
import type { Tensor } from '../../../tensor/tensor.js'
import { Parameter } from '../../../tensor/variable.js'
import { fanInUniform, type Initializer } from '../../initializers.js'
import { Module } from '../../module.js'

/** What a recurrent layer carries from step to step: its last output. One for each sequence of the batch. */
export type HiddenState<Units extends number = number> = {
  readonly hidden: Tensor<[number, Units]>
}

export interface CellOptions {
  /** Whether something is added to the products; true. */
  readonly bias?: boolean
  /** The first weights of the inputs; uniform in ±1/√units. */
  readonly initializer?: Initializer
  /** The first weights of the state; uniform in ±1/√units. */
  readonly stateInitializer?: Initializer
  /** The first biases; uniform in ±1/√units. */
  readonly biasInitializer?: Initializer
  /** float32 */
  readonly dtype?: DType
}

/**
 * The weights of one layer in one direction, and what it does in one step. The products of all gates lie side by side, in the
 * order of PyTorch.
 */
export abstract class RecurrentCell<State extends HiddenState = HiddenState> extends Module {
  /** [inputs, gates · units] */
  readonly inputWeight: Parameter
  /** [gates · units] */
  readonly inputBias: Parameter | undefined
  /** [units, gates · units] */
  readonly stateWeight: Parameter
  /** [gates · units]; redundant beside the other one in most gates, but everybody has it. */
  readonly stateBias: Parameter | undefined

  constructor(
    readonly inputs: number,
    readonly units: number,
    gates: number,
    options: CellOptions,
  ) {
    super()
    const spread = fanInUniform(units)
    const { bias = true, initializer = spread, stateInitializer = spread, biasInitializer = spread } = options
    const { dtype = 'float32' } = options
    const width = gates * units
    const biasOf = (name: string): Parameter | undefined =>
      bias ? new Parameter(biasInitializer([width], dtype), name) : undefined
    this.inputWeight = new Parameter(initializer([inputs, width], dtype), 'inputWeight')
    this.inputBias = biasOf('inputBias')
    this.stateWeight = new Parameter(stateInitializer([units, width], dtype), 'stateWeight')
    this.stateBias = biasOf('stateBias')
  }

  /** What inputs contribute to all gates. It does not wait for the state: one product for all times. */
  contribution(x: Tensor): Tensor {
    return biased(x.matmul(this.inputWeight.value), this.inputBias)
  }

  /** The state after one more step. */
  abstract advance(contribution: Tensor, state: State): State

  /** A state of which all parts are the given one. */
  abstract filled(part: Tensor): State

  protected override describe(): string {
    return `${this.inputs} → ${this.units}`
  }
}

/** Products and what is added to them. */
export const biased = (products: Tensor, bias: Parameter | undefined): Tensor =>
  bias === undefined ? products : products.add(bias.value)
