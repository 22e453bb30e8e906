import { readFileSync } from 'node:fs'
import { compile, grad, type Tensor, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'

interface Values {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}
interface Program {
  readonly inputs: readonly Values[]
  readonly steps: readonly {
    readonly operation: Operation
    readonly operands: readonly number[]
    readonly arguments: readonly never[]
  }[]
  readonly weights: Values
  readonly value: Values
  readonly gradients: readonly Values[]
}

/** The operations of scripts/fixtures/compositions.py. */
const operations = {
  tanh: (x: Tensor) => x.tanh(),
  sigmoid: (x: Tensor) => x.sigmoid(),
  exp: (x: Tensor) => x.mul(0.3).exp(),
  softplus: (x: Tensor) => x.softplus(),
  sin: (x: Tensor) => x.sin(),
  square: (x: Tensor) => x.square(),
  relu: (x: Tensor) => x.relu(),
  sum: (x: Tensor, axis: number) => x.sum(axis),
  mean: (x: Tensor, axis: number) => x.mean(axis),
  logSumExp: (x: Tensor, axis: number) => x.logSumExp(axis),
  softmax: (x: Tensor, axis: number) => x.softmax(axis),
  cumSum: (x: Tensor, axis: number) => x.cumSum(axis),
  flip: (x: Tensor, axis: number) => x.flip(axis),
  max: (x: Tensor, axis: number) => x.max(axis),
  transpose: (x: Tensor, a: number, b: number) => x.transpose(a, b),
  reshape: (x: Tensor, shape: number[]) => x.reshape(shape),
  add: (x: Tensor, y: Tensor) => x.add(y),
  sub: (x: Tensor, y: Tensor) => x.sub(y),
  mul: (x: Tensor, y: Tensor) => x.mul(y),
  matmul: (x: Tensor, y: Tensor) => x.matmul(y),
}
type Operation = keyof typeof operations

const programs: Program[] = JSON.parse(readFileSync(new URL('../fixtures/compositions.json', import.meta.url), 'utf8'))
const double = ({ shape, data }: Values): Tensor => tensor(Float64Array.from(data), shape)

function expectClose(actual: Tensor, { shape, data }: Values): void {
  expect(actual.shape).toEqual(shape)
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - data[i])).toBeLessThan(1e-9 * Math.max(1, Math.abs(data[i])))
  })
}

describe('random compositions agree with PyTorch in values and gradients', () => {
  it.each(
    programs.map((program, i) => [i, program.steps.map(({ operation }) => operation).join(' '), program] as const),
  )('%i: %s', (_, __, { inputs, steps, weights, value, gradients }) => {
    const run = (...given: Tensor[]) => {
      const values = [...given]
      for (const { operation, operands, arguments: rest } of steps) {
        const apply = operations[operation] as (...all: readonly (Tensor | never)[]) => Tensor
        values.push(apply(...operands.map((i) => values[i]), ...rest))
      }
      const result = values[values.length - 1]
      return { result, gradients: grad(result.mul(double(weights)).sum(), given) as Tensor[] }
    }
    for (const call of [run, compile(run)]) {
      const found = call(...inputs.map(double))
      expectClose(found.result, value)
      found.gradients.forEach((gradient, i) => {
        expectClose(gradient, gradients[i])
      })
    }
  })
})
