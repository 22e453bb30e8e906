import { describe } from '../../../core/describe.js'
import { fail, failShape } from '../../../core/errors.js'
import type { OptionNames } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { scan } from '../../../tensor/control.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless } from '../../../tensor/types/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { RecurrentShape } from '../../types/recurrent.js'
import { Dropout } from '../regularization/dropout.js'
import type { CellOptions, HiddenState, RecurrentCell } from './cell.js'
import { type Lengths, maskOf } from './mask.js'

export interface RecurrentOptions<Both extends boolean = boolean> extends CellOptions {
  /** How many layers lie over each other, each taking what the one below gives; 1. */
  readonly layers?: number
  /** The part of the values between layers that is set to 0 while training; 0. */
  readonly dropout?: number
  /** Whether a second layer goes from the end to the start, and both outputs stand side by side; false. */
  readonly bidirectional?: Both
  /** Whether sequences are [time, batch, inputs] instead of [batch, time, inputs]; false. */
  readonly timeFirst?: boolean
}

/** The names of the options, for checks. */
export const recurrentOptions: OptionNames<RecurrentOptions> = {
  ...{ layers: true, dropout: true, bidirectional: true, timeFirst: true },
  ...{ bias: true, initializer: true, stateInitializer: true, biasInitializer: true, dtype: true },
}

export interface UnrollOptions<State> {
  /** Where to start: a state for each layer and direction, as `unroll` and `step` give them; zeros. */
  readonly state?: readonly State[]
  /**
   * How many steps of each sequence count, [batch]; all. Behind the end outputs are 0 and the state stays; the way
   * back starts at the end.
   */
  readonly lengths?: Lengths
  /** Which steps count, bool [batch, time]; the others are skipped. */
  readonly mask?: Tensor
}

/** The outputs of all steps and the states after the last. */
export interface Unrolled<Outputs extends Shape, State> {
  readonly outputs: Tensor<Outputs>
  /** A state for each layer and direction: of the first layer, of its way back, of the second … */
  readonly state: readonly State[]
}

/** Layers that go through sequences step by step and carry a state: {@link rnn}, {@link lstm}, {@link gru}. */
export class Recurrent<
  Name extends string = string,
  Inputs extends number = number,
  Outputs extends number = number,
  State extends HiddenState = HiddenState,
> extends Layer<RecurrentShape<Name, Inputs, Outputs>> {
  /** For each layer one, or two with the way back as the second. */
  readonly cells: readonly RecurrentCell<State>[]
  readonly dropout: Dropout | undefined
  readonly bidirectional: boolean
  readonly timeFirst: boolean

  constructor(
    readonly kind: Name,
    readonly inputs: Inputs,
    readonly units: number,
    options: RecurrentOptions,
    cell: (inputs: number) => RecurrentCell<State>,
  ) {
    super()
    const { layers = 1, dropout = 0, bidirectional = false, timeFirst = false } = options
    expectCount(kind, 'inputs', inputs)
    expectCount(kind, 'units', units)
    expectCount(kind, 'layers', layers)
    if (dropout !== 0 && layers === 1) {
      fail(`${kind}: dropout ${dropout} between layers, but there is one`, 'Add nn.dropout after it, or more layers.')
    }
    const directions = bidirectional ? 2 : 1
    const sizes = Array.from({ length: layers * directions }, (_, i) => (i < directions ? inputs : units * directions))
    this.cells = sizes.map(cell)
    this.dropout = dropout === 0 ? undefined : new Dropout(dropout)
    this.bidirectional = bidirectional
    this.timeFirst = timeFirst
  }

  protected run(x: Node): Node {
    return this.#unrolled(new Tensor(x), {}).outputs.node
  }

  /**
   * The outputs of all steps with the states after the last, from a given state or zeros.
   *
   * @throws ShapeError if states, lengths or the mask do not fit the sequences; a length outside 0 … time is an error when the
   * value is computed
   * @example const { outputs, state } = lstm(3, 5).unroll(zeros([2, 7, 3]), { lengths: [7, 4] })
   */
  unroll<S extends Shape>(
    x: Unless<ApplyProblem<RecurrentShape<Name, Inputs, Outputs>, S>, Tensor<S>>,
    options: UnrollOptions<State> = {},
  ): Unrolled<Apply<RecurrentShape<Name, Inputs, Outputs>, S>, State> {
    return this.#unrolled(new Tensor(expectTensor(this.kind, 'the sequence', x)), options) as Unrolled<
      Apply<RecurrentShape<Name, Inputs, Outputs>, S>,
      State
    >
  }

  /**
   * One step: from [batch, inputs] and the states before it, zeros if there are none, to the output [batch, units] and the states
   * after it. For sampling, and for sequences that come as they go.
   *
   * @throws if the layer is bidirectional: the way back needs the whole sequence
   * @example const [output, state] = gru(3, 5).step(zeros([2, 3]))
   */
  step<Batch extends number>(
    x: Tensor<[Batch, Inputs]>,
    state?: readonly State[],
  ): [output: Tensor<[Batch, Outputs]>, state: readonly State[]] {
    const given = new Tensor(expectTensor(this.kind, 'the input of a step', x))
    if (this.bidirectional) {
      fail(
        `${this.kind}: ${this.label} goes both ways and cannot take single steps`,
        'Use unroll with the whole sequence.',
      )
    }
    if (given.rank !== 2 || given.shape[1] !== this.inputs) {
      failShape(
        this.kind,
        `a step of ${this.label} takes [batch, ${this.inputs}], it is given ${formatShape(given.shape)}`,
        'It takes one element of each sequence; whole sequences go through forward or unroll.',
      )
    }
    const before = this.#statesFor(state, given.shape[0])
    const after: State[] = []
    let input: Tensor = given
    for (const [i, cell] of this.cells.entries()) {
      if (i > 0) input = this.#between(input)
      const contribution = cell.contribution(input)
      after.push(cell.advance(contribution, before(i, contribution)))
      input = after[i].hidden
    }
    return [input, after]
  }

  #unrolled(x: Tensor, options: UnrollOptions<State>): Unrolled<Shape, State> {
    const { kind, inputs, timeFirst } = this
    if (x.rank !== 3 || x.shape[2] !== inputs) {
      failShape(
        kind,
        `${this.label} takes [${timeFirst ? 'time, batch' : 'batch, time'}, ${inputs}], it is given ${formatShape(x.shape)}`,
        'Sequences have three axes; add a missing batch with unsqueeze(0).',
      )
    }
    const steps = timeFirst ? x : x.transpose(0, 1)
    const [time, batch] = steps.shape
    const mask = maskOf(kind, options.lengths, options.mask, batch, time)
    const before = this.#statesFor(options.state, batch)
    const directions = this.bidirectional ? 2 : 1
    const after: State[] = []
    let layer: Tensor = steps
    for (let i = 0; i < this.cells.length; i += directions) {
      if (i > 0) layer = this.#between(layer)
      const ways = this.cells.slice(i, i + directions).map((cell, way) => {
        const contribution = cell.contribution(layer)
        const [last, outputs] = through(cell, contribution, before(i + way, contribution), mask, way === 1)
        after.push(last)
        return outputs
      })
      layer =
        ways.length === 1
          ? ways[0]
          : new Tensor(
              ops.concat(
                ways.map(({ node }) => node),
                -1,
              ),
            )
    }
    return { outputs: timeFirst ? layer : layer.transpose(0, 1), state: after }
  }

  #between(x: Tensor): Tensor {
    return this.dropout === undefined ? x : this.dropout.forward(x)
  }

  /** The state of each cell before the first step, in the dtype of what it meets. */
  #statesFor(given: readonly State[] | undefined, batch: number): (i: number, contribution: Tensor) => State {
    const { kind, cells, units } = this
    if (given !== undefined && (!Array.isArray(given) || given.length !== cells.length)) {
      fail(
        `${kind}: the state is ${Array.isArray(given) ? `a list of ${given.length}` : describe(given)}, there are ${cells.length} layers and directions`,
        'Pass the list that unroll or step gave.',
      )
    }
    return (i, { dtype }) => {
      const wanted = cells[i].filled(new Tensor(build.fill(0, [batch, units], dtype)))
      if (given === undefined) return wanted
      const parts = Object.keys(wanted).map((name) => {
        const part = (given[i] as { readonly [name: string]: Tensor } | undefined)?.[name]
        const node = expectTensor(kind, `'${name}' of state ${i}`, part as Tensor)
        if (node.rank !== 2 || node.shape[0] !== batch || node.shape[1] !== units) {
          failShape(
            kind,
            `'${name}' of state ${i} is ${formatShape(node.shape)}, the batch needs [${batch}, ${units}]`,
            'Each sequence of the batch has its own state; expand one that is meant for all.',
          )
        }
        return [name, new Tensor(ops.cast(node, dtype))]
      })
      return Object.fromEntries(parts) as State
    }
  }

  protected override describe(): string {
    const layers = this.cells.length / (this.bidirectional ? 2 : 1)
    const options = [
      layers > 1 && `${layers} layers`,
      this.bidirectional && 'bidirectional',
      this.dropout !== undefined && `dropout ${this.dropout.rate}`,
      this.timeFirst && 'time first',
    ]
    return [`${this.kind} ${this.inputs} → ${this.units}`, ...options].filter(Boolean).join(', ')
  }
}

/** One cell over all steps [time, batch, …]: the last state and the outputs. Steps that do not count leave the state as it is. */
function through<State extends HiddenState>(
  cell: RecurrentCell<State>,
  contributions: Tensor,
  start: State,
  mask: Tensor | undefined,
  reverse: boolean,
): [State, Tensor] {
  if (mask === undefined) {
    const step = (state: State, contribution: Tensor): [State, Tensor] => {
      const next = cell.advance(contribution, state)
      return [next, next.hidden]
    }
    return scan(step, start, contributions, { reverse })
  }
  const step = (state: State, { contribution, counts }: { contribution: Tensor; counts: Tensor }): [State, Tensor] => {
    const next = cell.advance(contribution, state)
    const names = Object.keys(next) as (keyof State)[]
    const kept = names.map((name) => [name, counts.where(next[name] as Tensor, state[name] as Tensor)])
    return [Object.fromEntries(kept) as State, counts.where(next.hidden, 0)]
  }
  return scan(step, start, { contribution: contributions, counts: mask }, { reverse })
}
