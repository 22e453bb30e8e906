import { sizeOf } from '../../src/core/shape.js'
import { type Tensor, tensor } from '../../src/index.js'
import * as models from '../../src/models/index.js'
import type { Module } from '../../src/nn/index.js'
import { unfilled } from '../../src/nn/index.js'

/** −1 … 1, different for each tensor and place; as in scripts/fixtures/models/cases.py. */
export function spread(index: number, size: number): Float32Array {
  return Float32Array.from(
    { length: size },
    (_, j) => ((((j % 10007) ** 2 * 3 + j * 7919 + index * 104729) % 10007) / 10007) * 2 - 1,
  )
}

/** What the numbers of a tensor are made into, so that values stay within bounds through any depth. */
function scaled(name: string, shape: readonly number[], values: Float32Array): Float32Array {
  const last = name.slice(name.lastIndexOf('.') + 1)
  if (last === 'runningVariance') return values.map((u) => 1 + 0.5 * u)
  if (last !== 'weight') return values.map((u) => 0.2 * u)
  if (shape.length === 1) return values.map((u) => 1 + 0.2 * u)
  const factor = Math.sqrt(6 / sizeOf(shape.slice(0, -1)))
  return values.map((u) => factor * u)
}

export type Model = Module & { forward(x: Tensor): Tensor | Readonly<Record<string, Tensor>> }

/** What a call written as text makes of the functions of shapewise/models, without weights. */
export function called(call: string): Model {
  const names = Object.keys(models)
  return unfilled(() => new Function(...names, `return ${call}`)(...Object.values(models)))
}

/** A model in evaluation mode whose weights are given by the formula. */
export function byFormula(call: string): Model {
  const model = called(call)
  for (const [index, [name, variable]] of [...model.variables()].entries()) {
    const values = scaled(name, variable.shape, spread(index, sizeOf(variable.shape)))
    variable.assign(tensor(values, [...variable.shape]))
  }
  return model.eval()
}

/** Pictures by the formula. */
export const picture = (shape: readonly number[]): Tensor => tensor(spread(1000, sizeOf(shape)), [...shape])
