import { readFileSync } from 'node:fs'
import { seed, type Tensor, tensor } from 'shapewise'
import type { Module } from 'shapewise/nn'
import { describe, expect, test } from 'vitest'

// The benchmarks are JavaScript that nothing checks but these tests.
const load = (path: string) => import(/* @vite-ignore */ new URL(`../../bench/${path}`, import.meta.url).pathname)

interface Workload {
  readonly parameters: number
  readonly model: Module
  readonly inputs: Tensor[]
  step(): Tensor
}

interface Answers {
  readonly model: string
  readonly options: object
  /** Of the whole numbers in each input, 0 for one of other numbers. */
  readonly limits: readonly number[]
  readonly losses: readonly number[]
}

const answers: Answers[] = JSON.parse(readFileSync(new URL('../fixtures/workloads.json', import.meta.url), 'utf8'))

/** Each small, with what PyTorch counts for the same network, and the number of classes. */
const networks = [
  ['perceptron', { sizes: [2, 8, 8, 2], batch: 10, activation: 'tanh', optimizer: 'sgd' }, 114, 2],
  ['perceptron', { sizes: [784, 512, 512, 10], batch: 2, activation: 'relu', optimizer: 'adam' }, 669_706, 10],
  ['lenet', { batch: 4 }, 61_706, 10],
  ['resnet20', { batch: 2 }, 272_282, 10],
  ['lstm', { batch: 2, time: 4, inputs: 64, units: 256 }, 346_176, 64],
  ['transformer', { batch: 2, time: 8, width: 32, heads: 4, depth: 1, classes: 64 }, 14_816, 64],
] as const

describe('workloads of the benchmarks', () => {
  test.each(networks)('%s %j trains', async (model, options, parameters, classes) => {
    seed(1)
    const definition = await load(`workloads/${model}.js`)
    const workload: Workload = definition[model](options)
    expect(workload.parameters).toBe(parameters)
    const losses: number[] = []
    for (let i = 0; i < 6; i++) losses.push(await workload.step().item())
    // A network that knows nothing gives every class the same probability, more or less.
    expect(losses[0]).toBeGreaterThan(0.6 * Math.log(classes))
    expect(losses[0]).toBeLessThan(2 * Math.log(classes))
    expect(losses[5]).toBeLessThan(losses[0])
  })

  // Parameters and inputs by the formula of scripts/fixtures/workloads.py.
  test.each(answers)('$model gives the losses that PyTorch gives', async ({ model, options, limits, losses }) => {
    const places = (shape: readonly number[]) => Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)
    const filled = (shape: readonly number[]) =>
      tensor(
        places(shape).map((i) => 0.3 * Math.cos(1 + i)),
        shape,
      )
    const definition = await load(`workloads/${model}.js`)
    const workload: Workload = definition[model](options)
    for (const parameter of workload.model.parameters()) parameter.assign(filled(parameter.shape))
    for (const [i, limit] of limits.entries()) {
      const { shape } = workload.inputs[i]
      const whole = (at: number) => (7 * at) % limit
      workload.inputs[i] = limit > 0 ? tensor(places(shape).map(whole), shape, 'int32') : filled(shape)
    }
    // The first step tells about the way forward, the others about gradients and updates as well.
    for (const [i, loss] of losses.entries()) {
      expect((await workload.step().item()) / loss, `step ${i}`).toBeCloseTo(1, i === 0 ? 5 : 3)
    }
  })

  test('all that are listed exist', async () => {
    const { workloads, curves } = await load('workloads/index.js')
    const points = curves.flatMap((curve: { values: number[]; workload(value: number): unknown }) =>
      curve.values.map((value) => curve.workload(value)),
    )
    for (const { model } of [...workloads, ...points]) {
      const definition = await load(`workloads/${model}.js`)
      expect(definition[model]).toBeTypeOf('function')
    }
  })

  test('the matrix product and the chain of operations give numbers', async () => {
    const { matmul } = await load('workloads/matmul.js')
    expect(await matmul({ size: 8 }).step().item()).toBeTypeOf('number')
    const { uncompiled } = await load('workloads/uncompiled.js')
    const values = await uncompiled({ size: 4, operations: 10 }).step().data()
    // y ← y · x + 1 five times from y = x, with x in 0 … 1.
    for (const value of values) expect(value).toBeGreaterThanOrEqual(1)
    for (const value of values) expect(value).toBeLessThanOrEqual(6)
  })
})

describe('arithmetic of the workloads', () => {
  test('one input, one unit: a product forward and one for the weight', async () => {
    const { perceptronFlops } = await load('workloads/index.js')
    expect(perceptronFlops([1, 1], 1)).toBe(4)
    expect(perceptronFlops([2, 3, 5], 7)).toBe(2 * 7 * (2 * 6 + 3 * 15))
  })

  test('ResNet-20 takes 41 million multiply-adds a picture forward (He et al., 2016)', async () => {
    const { resnet20Flops } = await load('workloads/index.js')
    // Forward and two gradients, each a multiplication and an addition; their shortcuts are free, ours take 2 · 2 · 131,072.
    const perPicture = resnet20Flops(1) / 6
    expect(perPicture / 41e6).toBeGreaterThan(0.98)
    expect(perPicture / 41e6).toBeLessThan(1.02)
  })

  test('MobileNet takes 569 million multiply-adds a picture of 224 × 224 (Howard et al., 2017, table 4)', async () => {
    const { mobilenetFlops } = await load('workloads/index.js')
    const repeated = Array(5).fill([512, 1])
    const blocks = [[64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2], ...repeated, [1024, 2], [1024, 1]]
    const perPicture = mobilenetFlops({ batch: 1, size: 224, width: 32, classes: 1000, blocks }) / 6
    expect(perPicture / 569e6).toBeGreaterThan(0.98)
    expect(perPicture / 569e6).toBeLessThan(1.02)
  })

  test('the smallest of each: products by hand', async () => {
    const { graphFlops, recurrentFlops, unetFlops, vaeFlops } = await load('workloads/index.js')
    // Inputs · weight forward and for the weight, state · weight and the head thrice.
    expect(recurrentFlops({ batch: 1, time: 1, inputs: 2, units: 3, gates: 3 })).toBe(2 * (2 * 18 + 3 * 27 + 3 * 6))
    expect(graphFlops({ nodes: 2, features: 3, units: 5, classes: 7 })).toBe(2 * (2 * 2 * 15 + 3 * 2 * 35))
    // 3 → 1 → 1 on 4 pixels, 1 → 2 → 2 on one, 2 → 1 back to 4, where 2 → 1 → 1 and 1 → 1 follow.
    expect(unetFlops({ batch: 1, size: 2, width: 1, depth: 1, classes: 1 })).toBe(
      2 * (2 * 4 * 27 + 3 * (4 * 9 + 9 * (2 + 4) + 4 * 2 + 4 * 9 * (2 + 1) + 4)),
    )
    // 196 and 49 places of 16 taps both ways; 98 · 2 and 1 · 98 for a code of 1.
    expect(vaeFlops({ batch: 1, width: 1, codes: 1 })).toBe(
      2 * (2 * 196 * 16 + 3 * (2 * 49 * 2 * 16 + 98 * 3 + 196 * 16)),
    )
  })
})

test('quantiles agree with NumPy', async () => {
  const { quantile, spread } = await load('measurement/statistics.js')
  // numpy.quantile([7, 1, 3, 20], [0.25, 0.5, 0.75])
  expect([0.25, 0.5, 0.75].map((part) => quantile([7, 1, 3, 20], part))).toEqual([2.5, 5, 10.25])
  expect(spread([10])).toEqual({ median: 10, lower: 10, upper: 10, least: 10 })
  expect(quantile([10, 9, 100], 0.5)).toBe(10)
})

describe('what is reported', () => {
  const result = (key: string, label: string, median: number) => {
    return {
      key,
      label,
      isOurs: false,
      median,
      lower: median,
      upper: median,
      parameters: 5,
      cold: 250,
      stepMemory: 100,
    }
  }
  const measured = {
    workload: { name: 'lenet', flops: 6e9, goals: { native: { pytorch: 3 }, wasm: { 'jax-js': 2 } }, coldGoal: 300 },
    results: [
      { ...result('native', 'shapewise native', 2), isOurs: true, stepMemory: 110 },
      { ...result('wasm', 'shapewise wasm', 4), isOurs: true },
      result('pytorch', 'pytorch, 1 thread', 10),
      result('pytorch', 'pytorch, 2 threads', 5),
      { key: 'jax-js', label: 'jax-js', isOurs: false, error: 'no' },
    ],
  }

  test('one object for each workload: medians by backend and by peer, of which the fastest variant counts', async () => {
    const { asJson, summarize } = await load('report/summary.js')
    const { workload, ours, peers, details } = asJson(summarize(measured), { flops: 30e12 })
    expect({ workload, ours, peers }).toEqual({
      workload: 'lenet',
      ours: { native: 2, wasm: 4 },
      peers: { pytorch: 5 },
    })
    // 6 GFLOP in 2 ms are 3 TFLOP/s.
    expect(details[0].shareOfPeak).toBeCloseTo(0.1, 12)
  })

  test('goals are those with both sides measured', async () => {
    const { goalsOf, summarize } = await load('report/summary.js')
    const goals = goalsOf(summarize(measured)).map((goal: { what: string; measured: string; isReached: boolean }) => {
      return [goal.what, goal.measured, goal.isReached]
    })
    expect(goals).toEqual([
      ['native, speed against pytorch', '2.5 ×', false],
      ['native, memory against pytorch', '1.1 ×', false],
      ['native, import to first step', '250 ms', true],
    ])
  })
})
