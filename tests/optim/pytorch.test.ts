import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as optim from '../../src/optim/index.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import type { Tensor } from '../../src/tensor/tensor.js'
import { Parameter } from '../../src/tensor/variable.js'
import { expectValues, type Stored, toTensor } from '../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/nn.py.

interface Fixtures {
  readonly optimizers: readonly {
    readonly call: readonly [name: string, options: object, schedule?: Call]
    readonly start: readonly [Stored, Stored]
    readonly steps: readonly (readonly [readonly number[], readonly number[]])[]
  }[]
  readonly schedules: readonly { readonly call: Call; readonly rates: readonly number[] }[]
}
type Call = readonly [name: string, ...args: unknown[]]

const fixtures: Fixtures = JSON.parse(readFileSync(new URL('../fixtures/nn.json', import.meta.url), 'utf8'))
const library: Readonly<Record<string, unknown>> = { ...optim }

function call<Result>([name, ...args]: Call): Result {
  const made = library[name]
  if (typeof made !== 'function') throw new Error(`there is no optim.${name}`)
  return made(...args)
}

/** The `objective` of the script. */
function objective(a: Tensor, b: Tensor): Tensor {
  const scale = tensor([1, 10, 0.1, 3], [4], 'float64')
  const bowl = a.sub(0.5).square().mul(scale).sum()
  return bowl.add(b.sin().sum()).add(a.sum().mul(b.square().sum()).div(10))
}

describe('optimizers walk the way of PyTorch', () => {
  for (const { call: entry, start, steps } of fixtures.optimizers) {
    for (const mode of ['uncompiled', 'compiled'] as const) {
      it(`${JSON.stringify(entry)}, ${mode}`, () => {
        const [name, options, schedule] = entry
        const all = schedule === undefined ? options : { ...options, learningRate: call<optim.Schedule>(schedule) }
        const optimizer = call<optim.Optimizer>([name, all])
        const [a, b] = start.map((value, i) => new Parameter(toTensor(value), 'ab'[i]))
        const plain = (): Tensor => {
          const loss = objective(a.value, b.value)
          optimizer.minimize(loss, [a, b])
          return loss
        }
        const step = mode === 'compiled' ? compile(plain) : plain
        for (const [i, [wantedA, wantedB]] of steps.entries()) {
          step()
          expectValues(`a after step ${i + 1}`, a.value.dataSync(), wantedA, 1e-6)
          expectValues(`b after step ${i + 1}`, b.value.dataSync(), wantedB, 1e-6)
        }
        if ('traces' in step) expect(step.traces).toHaveLength(1)
      })
    }
  }
})

describe('schedules give the rates of PyTorch', () => {
  for (const { call: entry, rates } of fixtures.schedules) {
    it(JSON.stringify(entry), () => {
      const schedule = call<optim.Schedule>(entry)
      const found = rates.map((_, step) => schedule(tensor(step, []) as Tensor<[]>).itemSync())
      expectValues('rates', found, rates, 1e-6)
    })
  }
})
