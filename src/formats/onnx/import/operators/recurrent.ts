import { range } from '../../../../core/shape.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import type { Call, Row } from '../call.js'
import { type Step, scanNodes } from '../steps.js'
import { cellActivations } from './activations.js'

type Activate = (x: Node) => Node

/** One direction of a recurrent layer. */
interface Direction {
  /** [gates · units, inputs], [gates · units, units], and the two biases [gates · units] */
  readonly weights: Node
  readonly recurrent: Node
  readonly inputBias: Node | undefined
  readonly recurrentBias: Node | undefined
  readonly peepholes: Node | undefined
  readonly activations: readonly Activate[]
  readonly units: number
  readonly call: Call
}

/** The next states from what the inputs contribute, [batch, gates · units], and the states. */
type Cell = (direction: Direction, contribution: Node, states: readonly Node[]) => Node[]

const gate = (x: Node, index: number, units: number): Node => ops.slice(x, '...', [index * units, (index + 1) * units])

/** x · Wᵀ */
const times = (x: Node, weights: Node): Node => ops.matmul(x, ops.transpose(weights))

const plus = (x: Node, term: Node | undefined): Node => (term === undefined ? x : ops.add(x, term))

const rnnCell: Cell = ({ recurrent, recurrentBias, activations }, contribution, [hidden]) => [
  activations[0](plus(ops.add(contribution, times(hidden, recurrent)), recurrentBias)),
]

/** Gates in the order z, r, h. */
const gruCell: Cell = ({ recurrent, recurrentBias, activations: [f, g], units, call }, contribution, [hidden]) => {
  const part = (x: Node, from: number, to: number): Node => ops.slice(x, '...', [from * units, to * units])
  const rows = (from: number, to: number): Node =>
    build.slice(recurrent, [from * units, 0], [(to - from) * units, units])
  const bias = (from: number, to: number): Node | undefined => recurrentBias && part(recurrentBias, from, to)
  const gates = f(plus(ops.add(part(contribution, 0, 2), times(hidden, rows(0, 2))), bias(0, 2)))
  const [update, reset] = [gate(gates, 0, units), gate(gates, 1, units)]
  const isLinear = call.attributes.int('linear_before_reset', 0) !== 0
  const inner = isLinear
    ? ops.mul(reset, plus(times(hidden, rows(2, 3)), bias(2, 3)))
    : plus(times(ops.mul(reset, hidden), rows(2, 3)), bias(2, 3))
  const proposed = g(ops.add(part(contribution, 2, 3), inner))
  return [ops.add(ops.mul(ops.sub(1, update), proposed), ops.mul(update, hidden))]
}

/** Gates in the order i, o, f, c; peepholes i, o, f. */
const lstmCell: Cell = (direction, contribution, [hidden, cell]) => {
  const {
    recurrent,
    recurrentBias,
    peepholes,
    activations: [f, g, h],
    units,
    call,
  } = direction
  const all = plus(ops.add(contribution, times(hidden, recurrent)), recurrentBias)
  const peep = (index: number, state: Node): Node | undefined =>
    peepholes && ops.mul(gate(peepholes, index, units), state)
  const input = f(plus(gate(all, 0, units), peep(0, cell)))
  const isCoupled = call.attributes.int('input_forget', 0) !== 0
  const forget = isCoupled ? ops.sub(1, input) : f(plus(gate(all, 2, units), peep(2, cell)))
  const next = ops.add(ops.mul(forget, cell), ops.mul(input, g(gate(all, 3, units))))
  const output = f(plus(gate(all, 1, units), peep(1, next)))
  return [ops.mul(output, h(next)), next]
}

function activationsOf(call: Call, names: readonly string[], direction: number, perDirection: number): Activate[] {
  const [alphas, betas] = [
    call.attributes.floats('activation_alpha') ?? [],
    call.attributes.floats('activation_beta') ?? [],
  ]
  const clip = call.attributes.has('clip') ? call.attributes.float('clip') : undefined
  // Values of alpha and beta are listed only for activations that have them.
  let [nextAlpha, nextBeta] = [0, 0]
  const all = names.map((name): Activate => {
    const found = Object.entries(cellActivations).find(([known]) => known.toLowerCase() === name.toLowerCase())
    if (found === undefined) return call.refuse(`there is no activation '${name}'`, 'Use one that the standard names.')
    const [, { run, alpha, beta }] = found
    const a = alpha === undefined ? 0 : (alphas[nextAlpha++] ?? alpha)
    const b = beta === undefined ? 0 : (betas[nextBeta++] ?? beta)
    return (x) => run(clip === undefined ? x : ops.clip(x, -clip, clip), a, b)
  })
  return all.slice(direction * perDirection, (direction + 1) * perDirection)
}

interface Kind {
  readonly gates: number
  /** Hidden state, and what else is carried from step to step. */
  readonly states: 1 | 2
  readonly activations: readonly string[]
  readonly cell: Cell
}

const kinds = {
  RNN: { gates: 1, states: 1, activations: ['Tanh'], cell: rnnCell },
  GRU: { gates: 3, states: 1, activations: ['Sigmoid', 'Tanh'], cell: gruCell },
  LSTM: { gates: 4, states: 2, activations: ['Sigmoid', 'Tanh', 'Tanh'], cell: lstmCell },
} as const satisfies { readonly [kind: string]: Kind }

const row = (x: Node | undefined, index: number): Node | undefined => (x === undefined ? undefined : ops.at(x, index))

const recurrent =
  ({ gates, states, activations, cell }: Kind): Row =>
  (call) => {
    const { attributes, inputs } = call
    const isBatchFirst = attributes.int('layout', 0) !== 0
    const x = isBatchFirst ? ops.moveAxis(call.x, 0, 1) : call.x
    const [time, batch] = x.shape
    const way = attributes.choice('direction', ['forward', 'reverse', 'bidirectional'], 'forward')
    const count = way === 'bidirectional' ? 2 : 1
    const units = call.input(2).shape[2]
    const names = attributes.texts('activations') ?? range(count).flatMap(() => activations)
    const isCounted = inputs[4] === undefined ? undefined : mask(inputs[4], time, batch)
    const ends: Node[][] = []
    const outputs = range(count).map((i) => {
      const bias = row(inputs[3], i)
      const direction: Direction = {
        weights: ops.at(call.input(1), i),
        recurrent: ops.at(call.input(2), i),
        inputBias: bias && ops.slice(bias, [0, gates * units]),
        recurrentBias: bias && ops.slice(bias, [gates * units, null]),
        peepholes: row(inputs[7], i),
        activations: activationsOf(call, names, i, activations.length),
        units,
        call,
      }
      const contributions = plus(times(x, direction.weights), direction.inputBias)
      const start = range(states).map((state) => {
        const given = inputs[5 + state]
        if (given === undefined) return build.fill(0, [batch, units], x.dtype)
        return isBatchFirst ? ops.at(given, i, 1) : ops.at(given, i)
      })
      const isReverse = way === 'reverse' || i === 1
      const [last, all] = through(direction, cell, contributions, start, isCounted, isReverse)
      ends.push(last)
      return all
    })
    const axis = isBatchFirst ? 1 : 0
    const y = isBatchFirst ? ops.moveAxis(ops.stack(outputs, 1), 2, 0) : ops.stack(outputs, 1)
    return [
      y,
      ...range(states).map((state) =>
        ops.stack(
          ends.map((end) => end[state]),
          axis,
        ),
      ),
    ]
  }

/** Which steps count, bool [time, batch, 1]. */
function mask(lengths: Node, time: number, batch: number): Node {
  const step = build.iota('int32', [time, batch, 1], 0)
  return build.less(step, ops.expand(build.reshape(build.cast(lengths, 'int32'), [1, batch, 1]), step.shape))
}

/** One direction over all steps: the last states, and the hidden state of each step, 0 where none counts. */
function through(
  direction: Direction,
  cell: Cell,
  contributions: Node,
  start: readonly Node[],
  isCounted: Node | undefined,
  reverse: boolean,
): [Node[], Node] {
  const step: Step = (before, [contribution, counts]) => {
    const after = cell(direction, contribution, before)
    if (counts === undefined) return [after, [after[0]]]
    const kept = after.map((node, i) => ops.where(counts, node, before[i]))
    return [kept, [ops.where(counts, after[0], 0)]]
  }
  const sequences = isCounted === undefined ? [contributions] : [contributions, isCounted]
  const [last, [all]] = scanNodes(step, start, sequences, reverse)
  return [last, all]
}

export const recurrentOperators = {
  GRU: recurrent(kinds.GRU),
  LSTM: recurrent(kinds.LSTM),
  RNN: recurrent(kinds.RNN),
} as const satisfies { readonly [operator: string]: Row }
