import { expect } from 'vitest'
import type { DType } from '../../src/core/dtype.js'
import { linearDecay, type Optimizer } from '../../src/optim/index.js'
import { backend, backendNames, setBackend } from '../../src/tensor/backends.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { Parameter } from '../../src/tensor/variable.js'
import { expectValues, type Stored } from './runLayerTest.js'

/** The parameters after some of the steps on {@link objective}, known from elsewhere. */
export interface OptimizerTruth {
  readonly start: readonly Stored[]
  readonly at: readonly number[]
  readonly steps: readonly (readonly (readonly number[])[])[]
}

/** What makes the optimizer; the options that are given go before its own. */
export type MakeOptimizer = (options?: object) => Optimizer

/** The `objective` of scripts/fixtures/optim.py. */
export function objective([a, w, k]: readonly Tensor[]): Tensor {
  const bowl = a
    .sub(0.5)
    .square()
    .mul(tensor([1, 10, 0.1], [3], 'float64'))
    .sum()
  const ends = k.square().sum().mul(w.sum().square().add(1)).div(4).add(k.sum())
  return bowl.add(w.sin().sum()).add(a.sum().mul(w.square().sum()).div(10)).add(ends)
}

const names = ['a', 'w', 'k']

export const parametersOf = (start: readonly Stored[], dtype: DType = 'float64'): Parameter[] =>
  start.map(({ values, shape }, i) => new Parameter(tensor([...values], [...shape], dtype), names[i]))

const lossOf = (parameters: readonly Parameter[]): Tensor => objective(parameters.map(({ value }) => value))

const valuesOf = (parameters: readonly Parameter[]): number[][] => parameters.map(({ value }) => [...value.dataSync()])

interface Walk {
  readonly parameters: readonly Parameter[]
  readonly optimizer: Optimizer
  step(): unknown
}

function walk(make: MakeOptimizer, start: readonly Stored[], dtype: DType, compiled = true): Walk {
  const parameters = parametersOf(start, dtype)
  const optimizer = make()
  const plain = (): void => optimizer.minimize(lossOf(parameters), parameters)
  return { parameters, optimizer, step: compiled ? compile(plain) : plain }
}

function repeat(times: number, step: () => unknown): void {
  for (let i = 0; i < times; i++) step()
}

/** An optimizer walks the known way in both precisions. */
export function expectWay(make: MakeOptimizer, truth: OptimizerTruth): void {
  expectKnownWay('float64', walk(make, truth.start, 'float64'), truth, 1e-9)
  expectKnownWay('float32', walk(make, truth.start, 'float32'), truth, 2e-4)
}

/** Everything that is expected of an optimizer without randomness. `ravineRate` is one that leads out of {@link expectLeavesRavine}. */
export async function runOptimizerTest(make: MakeOptimizer, truth: OptimizerTruth, ravineRate: number): Promise<void> {
  expectKnownWay('float64, compiled', walk(make, truth.start, 'float64'), truth, 1e-9)
  expectKnownWay('float64, uncompiled', walk(make, truth.start, 'float64', false), truth, 1e-9)
  const single = walk(make, truth.start, 'float32')
  expectKnownWay('float32', single, truth, 2e-4)
  expectOnReference(make, truth.start, valuesOf(single.parameters))
  await expectSixteenBits(make, truth)
  await expectContinues(make, truth.start)
  expectAccumulates(make, truth.start)
  expectLeavesRavine(make, ravineRate)
  expect(() => make({ learningRat: 0.1 })).toThrow(/there is no option 'learningRat'. Did you mean 'learningRate'\?/)
}

function expectKnownWay(
  what: string,
  { parameters, step }: Walk,
  { at, steps }: OptimizerTruth,
  tolerance: number,
): void {
  let done = 0
  for (const [i, count] of at.entries()) {
    repeat(count - done, step)
    done = count
    for (const [k, values] of valuesOf(parameters).entries()) {
      expectValues(`${what}: ${names[k]} after step ${count}`, values, steps[i][k], tolerance)
    }
  }
  if (typeof step === 'function' && 'traces' in step) expect(step.traces).toHaveLength(1)
}

/** Other backends make the same steps. */
function expectOnReference(make: MakeOptimizer, start: readonly Stored[], wanted: readonly number[][]): void {
  const before = backend().name
  if (!backendNames().includes('reference') || before === 'reference') return
  setBackend('reference')
  try {
    const { parameters, step } = walk(make, start, 'float32')
    repeat(20, step)
    for (const [k, values] of valuesOf(parameters).entries())
      expectValues(`reference: ${names[k]}`, values, wanted[k], 1e-4)
  } finally {
    setBackend(before)
  }
}

/** Parameters of 16 bits have a state of 32: the first step is the known one, rounded, and the loss falls. */
async function expectSixteenBits(make: MakeOptimizer, { start, steps }: OptimizerTruth): Promise<void> {
  const { parameters, optimizer, step } = walk(make, start, 'bfloat16')
  const loss = (): number => lossOf(parameters).itemSync()
  const first = loss()
  step()
  for (const [k, values] of valuesOf(parameters).entries()) {
    expectValues(`bfloat16: ${names[k]}`, values, steps[0][k], 2 ** -4)
  }
  for (const [path, { dtype }] of Object.entries(await optimizer.state())) {
    if (/^[awk]\./.test(path)) expect([path, dtype]).toEqual([path, 'float32'])
  }
  repeat(19, step)
  expect(loss()).toBeLessThanOrEqual(first)
}

/** Stopped in the middle and continued from what was stored, nothing is different. */
async function expectContinues(make: MakeOptimizer, start: readonly Stored[]): Promise<void> {
  const whole = walk(make, start, 'float32')
  repeat(7, whole.step)
  const part = walk(make, start, 'float32')
  repeat(4, part.step)
  const state = await part.optimizer.state()
  for (const path of Object.keys(state)) expect(path).toMatch(/^(step|learningRate|[awk]\.[a-zA-Z]+)$/)
  expect(state.step.data[0]).toBe(4)
  const again = make()
  again.loadState(state, part.parameters)
  repeat(3, () => again.minimize(lossOf(part.parameters), part.parameters))
  for (const [k, values] of valuesOf(part.parameters).entries()) {
    expectValues(`continued: ${names[k]}`, values, valuesOf(whole.parameters)[k], 1e-6)
  }
}

/** Four calls with parts of the loss are one with its mean. */
function expectAccumulates(make: MakeOptimizer, start: readonly Stored[]): void {
  const whole = walk(make, start, 'float64')
  repeat(3, whole.step)
  const parameters = parametersOf(start)
  const optimizer = make({ accumulate: 4 })
  // The mean of the factors is 1.
  const step = compile((factor: Tensor<[]>) => optimizer.minimize(lossOf(parameters).mul(factor), parameters))
  for (let i = 0; i < 12; i++) step(tensor([0.5, 1, 2, 0.5][i % 4], [], 'float64'))
  expect(step.traces).toHaveLength(1)
  for (const [k, values] of valuesOf(parameters).entries()) {
    expectValues(`accumulated: ${names[k]}`, values, valuesOf(whole.parameters)[k], 1e-9)
  }
}

/** ½ (x² + 20 y²) is as good as 0 after 200 steps whose rate falls to 0. */
function expectLeavesRavine(make: MakeOptimizer, rate: number): void {
  const steps = 200
  const p = new Parameter(tensor([1, 1, -1, 1], [2, 2]), 'p')
  const optimizer = make({ learningRate: linearDecay(rate, { steps }), weightDecay: 0, l1Decay: 0, groups: [] })
  const loss = (): Tensor =>
    p.value
      .square()
      .mul(tensor([1, 20, 20, 1], [2, 2]))
      .sum()
      .div(2)
  const first = loss().itemSync()
  const step = compile(() => optimizer.minimize(loss(), [p]))
  repeat(steps, step)
  expect(loss().itemSync() / first).toBeLessThan(0.01)
  expect(step.traces).toHaveLength(1)
}
