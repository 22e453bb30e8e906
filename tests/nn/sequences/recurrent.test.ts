import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../../src/core/dtype.js'
import * as build from '../../../src/graph/build.js'
import { compile, concat, Parameter, random, Tensor, tensor, zeros } from '../../../src/index.js'
import * as nn from '../../../src/nn/index.js'
import * as ops from '../../../src/operations/index.js'
import { adam } from '../../../src/optim/index.js'
import { expectValues, type LayerTruth, runLayerTest, type Stored, toTensor } from '../../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/nn_sequences.py.

type StoredState = Readonly<Record<string, Stored>>

interface Case extends LayerTruth {
  readonly call: readonly [name: 'rnn' | 'lstm' | 'gru', inputs: number, units: number, options?: object]
  readonly lengths?: readonly number[]
  readonly state?: readonly StoredState[]
}

const file = new URL('../../fixtures/nn-sequences.json', import.meta.url)
const cases: readonly Case[] = JSON.parse(readFileSync(file, 'utf8')).recurrent

type AnyRecurrent = nn.Recurrent<string, number, number, nn.HiddenState>

const kinds = { rnn: nn.rnn, lstm: nn.lstm, gru: nn.gru }
const make = (name: keyof typeof kinds, inputs: number, units: number, options: object = {}): AnyRecurrent =>
  kinds[name](inputs, units, options) as AnyRecurrent

type AnyState = nn.HiddenState & { readonly cell?: Tensor }

/** Outputs and last states in one row; the first states are parameters, so that their gradients are compared too. */
class Everything extends nn.Module {
  readonly start: readonly Readonly<Record<string, Parameter>>[] | undefined

  constructor(
    readonly layer: AnyRecurrent,
    readonly lengths: readonly number[] | undefined,
    start: readonly StoredState[] | undefined,
    dtype: DType,
  ) {
    super()
    this.start = start?.map((parts) =>
      Object.fromEntries(
        Object.entries(parts).map(([name, part]) => [name, new Parameter(toTensor(part).cast(dtype), name)]),
      ),
    )
  }

  options(): nn.UnrollOptions<nn.HiddenState> {
    const { start, lengths } = this
    // Constants, since the test looks at gradients of graphs that have no other inputs.
    const counts = lengths && new Tensor(ops.stack(lengths.map((length) => build.constant(length, 'int32'))))
    const state = start?.map((parts) =>
      Object.fromEntries(Object.entries(parts).map(([name, { value }]) => [name, value])),
    )
    return { ...(counts && { lengths: counts }), ...(state && { state: state as unknown as nn.HiddenState[] }) }
  }

  forward(x: Tensor): Tensor {
    const { outputs, state } = this.layer.unroll(x, this.options())
    const parts = state.flatMap(({ hidden, cell }: AnyState) => (cell === undefined ? [hidden] : [hidden, cell]))
    return concat([outputs, ...parts].map((part: Tensor) => part.flatten())) as Tensor
  }
}

const prefixed = (entries: Readonly<Record<string, Stored>>): Readonly<Record<string, Stored>> =>
  Object.fromEntries(
    Object.entries(entries).map(([name, value]) => [/^(input|start.*)$/.test(name) ? name : `layer.${name}`, value]),
  )

describe('recurrent layers are those of PyTorch', () => {
  for (const { call, lengths, state, ...truth } of cases) {
    const [name, inputs, units, options] = call
    it(`${JSON.stringify(call)}, lengths ${lengths}, ${state ? 'given state' : 'zeros'}`, () => {
      const everything = (dtype: DType): Everything =>
        new Everything(make(name, inputs, units, { ...options, dtype }), lengths, state, dtype)
      runLayerTest(everything, {
        ...truth,
        parameters: prefixed(truth.parameters),
        gradients: prefixed(truth.gradients),
      })

      // The other layout, lengths as a tensor, and a mask are the same.
      const x = toTensor(truth.input)
      const whole = everything('float64')
      const { layer } = whole
      const given = whole.options()
      const wanted = layer.unroll(x, given)
      const turned = make(name, inputs, units, { ...options, dtype: 'float64', timeFirst: true })
      nn.assignValues(turned, nn.parametersOf(layer))
      const other = turned.unroll(x.transpose(0, 1), given).outputs.transpose(0, 1)
      expectValues('time first', other.dataSync(), wanted.outputs.dataSync(), 1e-14)
      if (lengths === undefined) return
      const asTensor = tensor([...lengths], [lengths.length], 'int32')
      const mask = tensor(lengths.map((length) => Array.from({ length: x.shape[1] }, (_, t) => t < length))) as Tensor
      for (const way of [{ lengths }, { lengths: asTensor }, { mask }]) {
        const again = layer.unroll(x, { ...(given.state && { state: given.state }), ...way })
        expectValues(Object.keys(way)[0], again.outputs.dataSync(), wanted.outputs.dataSync(), 0)
      }
    })
  }
})

describe('steps', () => {
  for (const name of ['rnn', 'lstm', 'gru'] as const) {
    it(`of ${name} one by one are the whole sequence, compiled and not`, () => {
      random.seed(2)
      const layer = make(name, 3, 4, { layers: 2 })
      const x = random.normal([2, 5, 3])
      const whole = layer.unroll(x)
      const plain = (input: Tensor, state?: readonly nn.HiddenState[]) => layer.step(input, state)
      for (const step of [plain, compile(plain)]) {
        let state: readonly nn.HiddenState[] | undefined
        for (let t = 0; t < 5; t++) {
          const [output, next] = state === undefined ? step(x.at(t, 1)) : step(x.at(t, 1), state)
          expectValues(`step ${t}`, output.dataSync(), whole.outputs.at(t, 1).dataSync(), 1e-6)
          state = next
        }
        state?.forEach((part, i) => {
          expectValues('state', part.hidden.dataSync(), whole.state[i].hidden.dataSync(), 1e-6)
        })
      }
    })
  }
})

describe('sequences', () => {
  it('of no steps, no examples, and of length 0', () => {
    const layer = nn.lstm(3, 4, { bidirectional: true })
    expect(layer.forward(zeros([2, 0, 3])).shape).toEqual([2, 0, 8])
    expect(layer.forward(zeros([0, 5, 3])).shape).toEqual([0, 5, 8])
    const { outputs, state } = layer.unroll(random.normal([2, 5, 3]), { lengths: [0, 5] })
    expect(outputs.at(0).abs().sum().itemSync()).toBe(0)
    expect(state[0].cell.at(0).abs().sum().itemSync()).toBe(0)
    expect(outputs.at(1).abs().sum().itemSync()).toBeGreaterThan(0)
  })

  it('are not changed by what lies behind their end', () => {
    const layer = nn.gru(2, 3, { bidirectional: true, layers: 2 })
    const x = random.normal([1, 4, 2])
    const padded = concat([x, zeros([1, 3, 2]).add(1e3)], 1)
    const long = layer.unroll(padded, { lengths: [4] })
    const short = layer.unroll(x)
    expectValues('outputs', long.outputs.split([4, 3], 1)[0].dataSync(), short.outputs.dataSync(), 1e-6)
    expectValues('state', long.state[3].hidden.dataSync(), short.state[3].hidden.dataSync(), 1e-6)
  })

  it('drop values between layers while training only', () => {
    const layer = nn.lstm(3, 4, { layers: 2, dropout: 0.5 })
    const x = random.normal([2, 5, 3])
    expect(layer.forward(x).dataSync()).not.toEqual(layer.forward(x).dataSync())
    layer.eval()
    expect(layer.forward(x).dataSync()).toEqual(layer.forward(x).dataSync())
  })
})

describe('kernels', () => {
  const benchmark = new URL('../../../bench/workloads/lstm.js', import.meta.url)
  /** Kinds of kernels and the work in them. */
  const kernels = (text: string): string[] => text.split('\n').filter((line) => /kernel|flop|bytes/i.test(line))

  it('of a training step of the layer are those of the LSTM written by hand', async () => {
    const { lstm: handWritten } = await import(/* @vite-ignore */ benchmark.pathname)
    const sizes = { batch: 8, time: 6, inputs: 16, units: 32 }
    const byHand = handWritten(sizes)
    byHand.step()
    const layer = nn.lstm(sizes.inputs, sizes.units, { timeFirst: true })
    const head = nn.linear(sizes.units, sizes.inputs)
    const optimizer = adam({ learningRate: 1e-3 })
    const parameters = [...layer.parameters(), ...head.parameters()]
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = nn.crossEntropy(head.forward(layer.forward(x)), y)
      optimizer.minimize(loss, parameters)
      return loss
    })
    const x = random.normal([6, 8, 16])
    const y = random.randint([6, 8], 0, 16)
    expect(Number.isFinite(step(x, y).itemSync())).toBe(true)
    expect(kernels(String(step.explain()))).toEqual(kernels(String(byHand.explain())))
  })
})

describe('mistakes are named with their cure', () => {
  const x = zeros([2, 5, 3])
  const layer = nn.lstm(3, 4) as AnyRecurrent
  const broken: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => nn.lstm(0, 4), /lstm: the number of inputs is 0/],
    [() => nn.gru(3, 4, { layers: 0 }), /gru: the number of layers is 0/],
    [() => nn.rnn(3, 4, { dropout: 0.5 }), /rnn: dropout 0.5 between layers, but there is one/],
    [() => nn.rnn(3, 4, { activation: 'relv' as 'relu' }), /rnn: the activation is 'relv'. Did you mean 'relu'/],
    [() => nn.lstm(3, 4, { bidirektional: true } as object), /there is no option 'bidirektional'.*bidirectional/],
    [() => layer.forward(zeros([5, 3]) as Tensor), /lstm: .*takes \[batch, time, 3\], it is given \[5, 3\]/],
    [() => layer.forward(zeros([2, 5, 4]) as Tensor), /takes \[batch, time, 3\]/],
    [() => layer.step(x as Tensor), /a step of .* takes \[batch, 3\], it is given \[2, 5, 3\]/],
    [() => nn.gru(3, 4, { bidirectional: true }).step(zeros([2, 3])), /goes both ways/],
    [() => layer.unroll(x, { lengths: [5, 6] }), /lstm: length 1 is 6, but the sequences have 5 steps/],
    [() => layer.unroll(x, { lengths: [5] }), /the lengths are \[1\]/],
    [() => layer.unroll(x, { lengths: [5, 5], mask: zeros([2, 5]) }), /lengths and a mask/],
    [() => layer.unroll(x, { mask: zeros([2, 5]) }), /the mask is float32/],
    [() => layer.unroll(x, { state: [] }), /the state is a list of 0, there are 1/],
    [() => layer.unroll(x, { state: [{ hidden: zeros([2, 4]) }] }), /'cell' of state 0 is undefined/],
    [
      () => layer.unroll(x, { state: [{ hidden: zeros([1, 4]), cell: zeros([1, 4]) } as nn.LstmState] }),
      /'hidden' of state 0 is \[1, 4\], the batch needs \[2, 4\]/,
    ],
    [
      () => layer.unroll(x, { lengths: tensor([5, 6], [2], 'int32') }).outputs.dataSync(),
      /lstm lengths: length 6 is outside 0 … 5: the sequences have 5 steps/,
    ],
  ]
  for (const [make, message] of broken) it(String(message), () => expect(make).toThrow(message))
})

it('a training step lowers the loss: the sum of what came is remembered', () => {
  random.seed(5)
  for (const name of ['rnn', 'lstm', 'gru'] as const) {
    const model = nn.sequential(make(name, 1, 8), nn.linear(8, 1))
    const optimizer = adam({ learningRate: 0.02 })
    const x = random.uniform([16, 6, 1])
    const y = x.cumSum(1) as Tensor
    const step = compile(() => {
      const loss = nn.meanSquaredError(model.forward(x), y)
      optimizer.minimize(loss, model)
      return loss
    })
    const first = step().itemSync()
    let last = first
    for (let i = 0; i < 60; i++) last = step().itemSync()
    expect(last).toBeLessThan(first / 4)
  }
})
