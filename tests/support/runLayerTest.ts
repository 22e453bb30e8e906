import { expect } from 'vitest'
import { type DType, decodeAll } from '../../src/core/dtype.js'
import type { Module, StoredValue } from '../../src/nn/index.js'
import { backend, backendNames, setBackend } from '../../src/tensor/backends.js'
import { compile } from '../../src/tensor/compile.js'
import { tensor } from '../../src/tensor/create.js'
import { stack } from '../../src/tensor/functions.js'
import { grad } from '../../src/tensor/gradients.js'
import { Scope, trace } from '../../src/tensor/scope.js'
import { Tensor } from '../../src/tensor/tensor.js'
import { Parameter } from '../../src/tensor/variable.js'
import { vmap } from '../../src/tensor/vmap.js'
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
  /** The mode in which this holds; both if it is left out. */
  readonly mode?: 'train' | 'eval'
  /** State that is not trained, before the call; there is none if it is left out. */
  readonly buffers?: Readonly<Record<string, Stored>>
  /** The state that is other after the call. */
  readonly buffersAfter?: Readonly<Record<string, Stored>>
  /** Whether derivatives are those of differences: not where gradients stop inside; true. */
  readonly differences?: boolean
}

/**
 * Everything that is expected of a layer without randomness: see the comments.
 *
 * @param make the layer with parameters of a dtype, anew with each call
 */
export function runLayerTest(make: (dtype: DType) => Runnable, truth: LayerTruth): void {
  const { mode = 'train', buffers = {} } = truth
  const layer = make('float64')[mode]()
  hasVariables(layer, truth)
  setTo(layer, truth)

  // Values and gradients are the known ones; state moves on as it should.
  const parameters = layer.parameters()
  const x = toTensor(truth.input)
  const y = layer.forward(x)
  expectTensor('output', y, truth.output)
  const gradients = grad(y.mul(wave(y)).sum(), [x, ...parameters]) as Tensor[]
  for (const [i, name] of ['input', ...Object.keys(truth.parameters)].entries()) {
    expectTensor(`${name} gradient`, gradients[i], truth.gradients[name])
  }
  for (const [name, stored] of Object.entries({ ...buffers, ...truth.buffersAfter })) {
    expectTensor(name, layer.buffers().get(name)?.value as Tensor, stored)
  }
  setTo(layer, truth)
  if (truth.differences !== false) hasRightDerivatives(layer, truth)

  // Compiled it is the same, in both modes; a mode holds for all modules inside.
  const compiled = compile((input: Tensor) => layer.forward(input))
  for (const either of truth.mode === undefined ? (['eval', 'train'] as const) : [truth.mode]) {
    layer[either]()
    expect([...layer.modules().values()].every((module) => module.training === (either === 'train'))).toBe(true)
    setTo(layer, truth)
    expectValues(`compiled, ${either}`, compiled(x).dataSync(), decodeAll(y.dtype, y.dataSync()), 1e-14)
  }

  isRestored(layer, make, truth)
  isMapped(layer, x)
  learns(layer, x)
  keepsDTypes(make, truth)
  isTheSameOnBackends(layer, truth)
}

/** Weights for outputs, so that no two elements count the same. */
const wave = (y: Tensor): Tensor =>
  tensor(
    Float64Array.from({ length: y.size }, (_, i) => Math.cos(1 + i)),
    [...y.shape],
  )

/** Variables are listed under their names, and as often as there are. */
function hasVariables(layer: Runnable, { parameters, buffers = {} }: LayerTruth): void {
  const named = layer.namedParameters()
  expect([...named.keys()]).toEqual(Object.keys(parameters))
  expect([...layer.buffers().keys()]).toEqual(Object.keys(buffers))
  expect(layer.parameters()).toEqual([...named.values()])
  expect([...named.values()].map(({ shape }) => [...shape])).toEqual(
    Object.values(parameters).map(({ shape }) => shape),
  )
  expect(layer.parameterCount()).toBe(Object.values(parameters).reduce((n, { values }) => n + values.length, 0))
  for (const [name, variable] of layer.variables()) expect(variable.name).toBe(name)
}

/** The layer with the variables of the truth, in its own dtypes. */
function setTo(layer: Runnable, { parameters, buffers = {} }: LayerTruth): void {
  for (const [path, stored] of Object.entries({ ...parameters, ...buffers })) {
    const variable = layer.variables().get(path)
    variable?.assign(toTensor(stored).cast(variable.dtype))
  }
}

/** Derivatives of first and second order are those of differences. */
function hasRightDerivatives(layer: Runnable, truth: LayerTruth): void {
  const variables = [...layer.parameters(), ...layer.buffers().values()]
  const stored = [truth.input, ...Object.values(truth.parameters), ...Object.values(truth.buffers ?? {})]
  const values = stored.map(({ dtype, shape, values }) => elements(dtype, shape, values))
  const fixed = [false, ...variables.map((variable) => !(variable instanceof Parameter))]
  checkGradients(
    ([input, ...nodes]) => {
      return trace(new Scope('test'), () => {
        for (const [i, variable] of variables.entries()) variable.assignNode(nodes[i])
        return layer.forward(new Tensor(input)).node
      })
    },
    values,
    { fixed },
  )
}

/** Saved and restored into another one, it does the same. */
function isRestored(layer: Runnable, make: (dtype: DType) => Runnable, truth: LayerTruth): void {
  setTo(layer, truth)
  const other = make('float64')[truth.mode ?? 'train']()
  const entries = [...layer.variables()].map(([path, { dtype, shape, value }]): [string, StoredValue] => [
    path,
    { dtype, shape, data: value.dataSync() },
  ])
  other.loadState(Object.fromEntries(entries))
  const x = toTensor(truth.input)
  expect(other.forward(x).dataSync()).toEqual(layer.forward(x).dataSync())
}

/** Under vmap it does with each slice what it does with it alone. */
function isMapped(layer: Runnable, x: Tensor): void {
  const { training } = layer
  // State that moves on has no value for each slice.
  if (layer.buffers().size > 0) layer.eval()
  const inputs = x.dtype === 'float64' ? [x, x.mul(0.5).add(0.25)] : [x, x]
  const mapped = vmap((slice: Tensor) => layer.forward(slice))(stack(inputs))
  for (const [i, input] of inputs.entries()) {
    const alone = layer.forward(input)
    expect([...mapped.shape]).toEqual([2, ...alone.shape])
    const wanted = decodeAll(alone.dtype, alone.dataSync())
    expectValues(`slice ${i} of vmap`, mapped.at(i).dataSync(), wanted, 1e-12)
  }
  layer[training ? 'train' : 'eval']()
}

/** A compiled step along the gradient lowers the loss. */
function learns(layer: Runnable, x: Tensor): void {
  const parameters = layer.parameters()
  if (parameters.length === 0) return
  const step = compile((input: Tensor) => {
    const y = layer.forward(input)
    const loss = y.add(wave(y)).square().mean() as Tensor<[]>
    const gradients = grad(loss, parameters) as Tensor[]
    const length = gradients.map((g) => g.square().sum()).reduce((a, b) => a.add(b))
    for (const [i, parameter] of parameters.entries()) {
      parameter.assign(parameter.value.sub(gradients[i].mul(1e-4).div(length.sqrt().add(1e-12))))
    }
    return loss
  })
  const first = step(x).itemSync()
  expect(step(x).itemSync()).toBeLessThan(first)
}

/** How far numbers of a dtype are from those of float64, relative to the largest. */
const coarseness: { readonly [D in DType]?: number } = { float32: 2e-5, float16: 3e-2, bfloat16: 2e-1 }

/** A layer in another floating point dtype gives that dtype, and about the same values. */
function keepsDTypes(make: (dtype: DType) => Runnable, truth: LayerTruth): void {
  for (const [name, tolerance] of Object.entries(coarseness)) {
    const dtype = name as DType
    const layer = make(dtype)[truth.mode ?? 'train']()
    setTo(layer, truth)
    const x = toTensor(truth.input)
    const y = layer.forward(x.dtype === 'float64' ? x.cast(dtype) : x)
    expect([name, y.dtype]).toEqual([name, truth.output.dtype === 'int32' ? 'int32' : name])
    expectTensor(name, y, truth.output, tolerance)
  }
}

/** Every backend there is gives the values and gradients of the reference. */
function isTheSameOnBackends(layer: Runnable, truth: LayerTruth): void {
  const before = backend().name
  try {
    for (const name of backendNames()) {
      setBackend(name)
      setTo(layer, truth)
      const x = toTensor(truth.input)
      const y = layer.forward(x)
      expectTensor(`output on ${name}`, y, truth.output)
      const gradients = grad(y.mul(wave(y)).sum(), [x, ...layer.parameters()]) as Tensor[]
      for (const [i, key] of ['input', ...Object.keys(truth.parameters)].entries()) {
        expectTensor(`${key} gradient on ${name}`, gradients[i], truth.gradients[key])
      }
    }
  } finally {
    setBackend(before)
  }
}
