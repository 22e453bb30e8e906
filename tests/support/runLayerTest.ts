import { expect } from 'vitest'
import { decodeAll } from '../../src/core/dtype.js'
import type { Module } from '../../src/nn/index.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { grad } from '../../src/tensor/gradients.js'
import { Scope, trace } from '../../src/tensor/scope.js'
import { Tensor } from '../../src/tensor/tensor.js'
import { checkGradients } from './checkGradients.js'
import { elements } from './evaluateNodes.js'

/** A value in a fixture. */
export interface Stored {
  readonly dtype: 'float64' | 'int32'
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export const toTensor = ({ dtype, shape, values }: Stored): Tensor =>
  tensor(dtype === 'int32' ? Int32Array.from(values) : Float64Array.from(values), [...shape])

/** Compares values with a fixture, relative to the largest of them. */
export function expectTensor(what: string, actual: Tensor, wanted: Stored, tolerance = 1e-10): void {
  expect([what, ...actual.shape]).toEqual([what, ...wanted.shape])
  expectValues(what, actual.dataSync(), wanted.values, tolerance)
}

export function expectValues(
  what: string,
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance = 1e-10,
): void {
  expect([what, actual.length]).toEqual([what, wanted.length])
  const scale = Math.max(1e-6, ...Array.from(wanted, Math.abs))
  for (let i = 0; i < wanted.length; i++) {
    if (!(Math.abs(actual[i] - wanted[i]) <= tolerance * scale)) {
      expect.fail(`${what}: element ${i} is ${actual[i]} where ${wanted[i]} is expected`)
    }
  }
}

type Runnable = Module & { forward(x: Tensor): Tensor }

/** What the layer is known to do, from elsewhere. */
export interface LayerTruth {
  readonly input: Stored
  readonly parameters: Readonly<Record<string, Stored>>
  readonly output: Stored
  /** Of Σ cos(1 + i) · output[i], for `input` and each parameter. */
  readonly gradients: Readonly<Record<string, Stored>>
}

/** Everything that is expected of a float64 layer without randomness: see the comments. */
export function runLayerTest(layer: Runnable, truth: LayerTruth): void {
  // Parameters are listed under their names, and as often as there are.
  const named = layer.namedParameters()
  expect([...named.keys()]).toEqual(Object.keys(truth.parameters))
  const parameters = layer.parameters()
  expect(parameters).toEqual([...named.values()])
  expect(parameters.map(({ shape }) => [...shape])).toEqual(Object.values(truth.parameters).map(({ shape }) => shape))
  expect(layer.parameterCount()).toBe(Object.values(truth.parameters).reduce((n, { values }) => n + values.length, 0))
  for (const [name, parameter] of named) {
    expect(parameter.name).toBe(name)
    parameter.assign(toTensor(truth.parameters[name]))
  }

  // Values and gradients are the known ones.
  const x = toTensor(truth.input)
  const y = layer.forward(x)
  expectTensor('output', y, truth.output)
  const weights = tensor(
    Float64Array.from({ length: y.size }, (_, i) => Math.cos(1 + i)),
    [...y.shape],
  )
  const [inputGradient, ...rest] = grad(y.mul(weights).sum(), [x, ...parameters]) as Tensor[]
  expectTensor('input gradient', inputGradient, truth.gradients.input)
  for (const [i, name] of [...named.keys()].entries()) expectTensor(`${name} gradient`, rest[i], truth.gradients[name])

  // Derivatives of first and second order are those of differences.
  const stored = [truth.input, ...Object.values(truth.parameters)]
  const values = stored.map(({ dtype, shape, values }) => elements(dtype, shape, values))
  checkGradients(([input, ...nodes]) => {
    return trace(new Scope('test'), () => {
      for (const [i, parameter] of parameters.entries()) parameter.assignNode(nodes[i])
      return layer.forward(new Tensor(input)).node
    })
  }, values)

  // Compiled it is the same, in both modes; a mode holds for all modules inside.
  const compiled = compile((input: Tensor) => layer.forward(input))
  for (const mode of ['eval', 'train'] as const) {
    layer[mode]()
    expect([...layer.modules().values()].every((module) => module.training === (mode === 'train'))).toBe(true)
    expectValues(`compiled, ${mode}`, compiled(x).dataSync(), decodeAll(y.dtype, y.dataSync()), 1e-14)
  }
}
