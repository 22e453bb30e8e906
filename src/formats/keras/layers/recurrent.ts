import { fail } from '../../../core/errors.js'
import { isPlainObject } from '../../../core/tree.js'
import { damaged } from '../../../data/formats/damage.js'
import type { Node } from '../../../graph/node.js'
import { type HiddenState, RecurrentCell } from '../../../nn/layers/recurrent/cell.js'
import { Recurrent } from '../../../nn/layers/recurrent/recurrent.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Config } from '../config.js'
import { type Activation, activationOf } from './activations.js'
import { type Build, shapeOf, type WeightPlace } from './layer.js'

/** A cell with activations of its own, and of what the gates make a new state. */
interface CellKind {
  readonly gates: number
  /** The parts of Keras's weights in our order. */
  readonly order: readonly number[]
  readonly states: readonly string[]
  /** From what inputs and states give for all gates. */
  advance(
    input: Node,
    state: Node,
    before: readonly Node[],
    activation: Activation,
    gate: Activation,
    weight: Node,
  ): readonly Node[]
}

const kinds: Readonly<Record<string, CellKind>> = {
  SimpleRNN: {
    gates: 1,
    order: [0],
    states: ['hidden'],
    advance: (input, state, _, activation) => [activation(ops.add(input, state))],
  },
  LSTM: {
    gates: 4,
    order: [0, 1, 2, 3],
    states: ['hidden', 'cell'],
    advance(input, state, [, cell], activation, gate) {
      const [enter, keep, candidate, output] = ops.split(ops.add(input, state), 4, 1)
      const next = ops.add(ops.mul(gate(keep), cell), ops.mul(gate(enter), activation(candidate)))
      return [ops.mul(gate(output), activation(next)), next]
    },
  },
  GRU: {
    gates: 3,
    // Keras has update, reset, candidate.
    order: [1, 0, 2],
    states: ['hidden'],
    advance(input, state, [hidden], activation, gate) {
      const [resetInput, updateInput, candidateInput] = ops.split(input, 3, 1)
      const [resetState, updateState, candidateState] = ops.split(state, 3, 1)
      const update = gate(ops.add(updateInput, updateState))
      const reset = gate(ops.add(resetInput, resetState))
      const candidate = activation(ops.add(candidateInput, ops.mul(reset, candidateState)))
      return [ops.add(candidate, ops.mul(update, ops.sub(hidden, candidate)))]
    },
  },
}

/** The older kind of GRU, in which the state is reset before it is multiplied. */
const resetBefore: CellKind = {
  ...kinds.GRU,
  advance(input, state, [hidden], activation, gate, weight) {
    const [resetInput, updateInput, candidateInput] = ops.split(input, 3, 1)
    const [resetState, updateState] = ops.split(state, 3, 1)
    const update = gate(ops.add(updateInput, updateState))
    const reset = gate(ops.add(resetInput, resetState))
    const own = ops.split(weight, 3, 1)[2]
    const candidate = activation(ops.add(candidateInput, ops.matmul(ops.mul(reset, hidden), own)))
    return [ops.add(candidate, ops.mul(update, ops.sub(hidden, candidate)))]
  },
}

type Cell = HiddenState & Readonly<Record<string, Tensor>>

class KerasCell extends RecurrentCell<Cell> {
  readonly #kind: CellKind
  readonly #activation: Activation
  readonly #gate: Activation

  constructor(inputs: number, units: number, kind: CellKind, config: Config) {
    super(inputs, units, kind.gates, { bias: config.flag('use_bias', true) })
    this.#kind = kind
    this.#activation = activationOf(config, 'activation', 'tanh')
    this.#gate = activationOf(config, 'recurrent_activation', 'sigmoid')
  }

  advance(contribution: Tensor, state: Cell): Cell {
    const { states } = this.#kind
    const product = ops.matmul(state.hidden.node, this.stateWeight.node)
    const given = this.stateBias === undefined ? product : ops.add(product, this.stateBias.node)
    const before = states.map((name) => state[name].node)
    const after = this.#kind.advance(
      ...([contribution.node, given, before, this.#activation, this.#gate, this.stateWeight.node] as const),
    )
    return this.#named((i) => new Tensor(after[i]))
  }

  filled(part: Tensor): Cell {
    return this.#named(() => part)
  }

  #named(part: (i: number) => Tensor): Cell {
    return Object.fromEntries(this.#kind.states.map((name, i) => [name, part(i)])) as Cell
  }
}

/** Where kernel, kernel of the state and bias of a cell go; `first` is the number of the kernel. */
function placesOf(
  cell: KerasCell,
  { order, gates }: CellKind,
  shapes: readonly (readonly number[])[],
  first: number,
): WeightPlace[] {
  const parts = gates > 1 ? order : undefined
  const at = { ...(parts && { parts }) }
  const places: WeightPlace[] = [
    { variable: cell.inputWeight, weight: first, ...at },
    { variable: cell.stateWeight, weight: first + 1, ...at },
  ]
  if (cell.inputBias === undefined || cell.stateBias === undefined) return places
  // Both biases in one, or only that of the inputs.
  const isPair = shapes[first + 2]?.length === 2
  places.push({ variable: cell.inputBias, weight: first + 2, ...at, ...(isPair && { rows: [0, 1] }) })
  places.push(
    isPair
      ? { variable: cell.stateBias, weight: first + 2, ...at, rows: [1, 2] }
      : { variable: cell.stateBias, weight: 'zeros' },
  )
  return places
}

function recurrent(
  className: string,
  config: Config,
  shapes: readonly (readonly number[])[],
  merge?: string,
): ReturnType<Build> {
  const kind =
    className === 'GRU' && !config.flag('reset_after', shapes[2]?.length === 2) ? resetBefore : kinds[className]
  config.expect('return_state', false, undefined)
  config.expect('stateful', false, undefined)
  config.expect('time_major', false, undefined)
  const bidirectional = merge !== undefined
  const [inputs] = shapeOf(config, shapes, 0, 2)
  const units = config.number('units')
  const module = new Recurrent<'rnn', number, number, Cell>(
    'rnn',
    inputs,
    units,
    { bidirectional },
    (size) => new KerasCell(size, units, kind, config),
  )
  const cells = module.cells as readonly KerasCell[]
  const each = shapes.length / cells.length
  if (!Number.isInteger(each)) damaged(config.label, `there are ${shapes.length} weights for two directions`)
  const places = cells.flatMap((cell, i) => placesOf(cell, kind, shapes, i * each))
  const isBackward = config.flag('go_backwards', false)
  if (isBackward && bidirectional) fail(`${config.label}: go_backwards in a bidirectional layer is not supported.`)
  const sequences = config.flag('return_sequences', false)
  const run = ([x]: readonly Node[]): Node => {
    const { outputs, state } = module.unroll(new Tensor(isBackward ? ops.flip(x, 1) : x) as Tensor)
    if (merge === undefined) return sequences ? outputs.node : state[0].hidden.node
    const ways = sequences ? ops.split(outputs.node, 2, -1) : state.map(({ hidden }) => hidden.node)
    return merged(merge, ways, config)
  }
  return { module, places, run }
}

function merged(mode: string, [forward, backward]: readonly Node[], config: Config): Node {
  if (mode === 'concat') return ops.concat([forward, backward], -1)
  if (mode === 'sum') return ops.add(forward, backward)
  if (mode === 'mul') return ops.mul(forward, backward)
  if (mode === 'ave') return ops.div(ops.add(forward, backward), 2)
  return config.wrong('merge_mode', mode)
}

export const recurrentLayers: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(
    Object.keys(kinds).map((name): [string, Build] => [name, (config, shapes) => recurrent(name, config, shapes)]),
  ),
  Bidirectional(config, shapes) {
    const layer = config.get('layer')
    const name = isPlainObject(layer) ? String(layer.class_name) : ''
    if (!isPlainObject(layer) || !Object.hasOwn(kinds, name)) {
      return fail(
        `${config.label}: a bidirectional layer of '${name}' is not supported.`,
        `Only ${Object.keys(kinds).join(', ')}.`,
      )
    }
    const inner = new Config(layer.config, config.label, config.isKeras3)
    return recurrent(name, inner, shapes, config.text('merge_mode', 'concat'))
  },
}
