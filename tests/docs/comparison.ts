import { expect } from 'vitest'
import { full, Tensor, Variable } from '../../src/index.js'
import { Module } from '../../src/nn/index.js'
import { Optimizer, rates, type Schedule } from '../../src/optim/index.js'

/** What the other library's expression has given, as the script in scripts/fixtures has written it down. */
export type Expected =
  | { readonly kind: 'values'; readonly shape: readonly number[]; readonly values: readonly (number | string)[] }
  /** Some of the values, in row-major order, and the mean of all. */
  | {
      readonly kind: 'some'
      readonly shape: readonly number[]
      readonly at: readonly number[]
      readonly values: readonly (number | string)[]
      readonly mean: number
    }
  /** Drawn at random: the shape, and the moments where there are enough numbers. */
  | { readonly kind: 'random'; readonly shape: readonly number[]; readonly mean: number; readonly std: number }
  /** The output of a layer whose parameters are all 0.1, and how many these are. */
  | { readonly kind: 'module'; readonly parameters: number; readonly output?: Expected }
  /** The sum of all parameters after each of some steps on Σ (p − 1)² / 2, from 0.1. */
  | { readonly kind: 'optimizer'; readonly sums: readonly number[] }
  /** The first learning rates. */
  | { readonly kind: 'schedule'; readonly rates: readonly number[] }
  | { readonly kind: 'list'; readonly items: readonly Expected[] }
  | { readonly kind: 'text'; readonly text: string }
  /** Nothing to compare: it only runs. */
  | { readonly kind: 'none' }

/** What a row has given. */
export interface Given {
  readonly value: unknown
  readonly takes: readonly unknown[]
}

interface Values {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** The places of [batch, …, channels] in [batch, channels, …]. */
function channelsLast(shape: readonly number[]): { shape: readonly number[]; placeOf: (index: number) => number } {
  const [batch, channels, ...rest] = shape
  const places = rest.reduce((product, size) => product * size, 1)
  const placeOf = (i: number): number => {
    const [image, within] = [Math.floor(i / (channels * places)), i % (channels * places)]
    return (image * places + (within % places)) * channels + Math.floor(within / places)
  }
  return { shape: [batch, ...rest, channels], placeOf }
}

/** Numbers, however they come. */
async function valuesOf(value: unknown): Promise<Values> {
  if (value instanceof Variable) return valuesOf(value.value)
  if (value instanceof Tensor) return { shape: value.shape, values: Array.from(await value.data()) }
  if (ArrayBuffer.isView(value)) {
    const values = Array.from(value as Float32Array)
    return { shape: [values.length], values }
  }
  if (Array.isArray(value)) {
    const parts = await Promise.all(value.map(valuesOf))
    return { shape: [value.length, ...(parts[0]?.shape ?? [])], values: parts.flatMap(({ values }) => values) }
  }
  if (typeof value === 'number' || typeof value === 'boolean') return { shape: [], values: [Number(value)] }
  throw new Error(`the row gives ${String(value)}, which is no number`)
}

/** How far numbers are from others, relative to these. */
function distance(given: readonly number[], expected: readonly number[]): number {
  const distances = expected.map((value, i) => {
    if (Object.is(value, given[i]) || (Number.isNaN(value) && Number.isNaN(given[i]))) return 0
    const each = Math.abs(value - given[i]) / (1 + Math.abs(value))
    return Number.isNaN(each) ? Infinity : each
  })
  return Math.max(0, ...distances)
}

/** Throws unless values are those expected, in their order or with the channels last. */
function expectClose(given: Values, { shape, values }: Values, where: string, at?: readonly number[]): void {
  const indices = at ?? values.map((_, i) => i)
  const same = { shape, placeOf: (i: number) => i }
  const orders = [same, ...(shape.length > 2 ? [channelsLast(shape)] : [])]
  const fitting = orders.filter((order) => order.shape.join() === given.shape.join())
  expect(fitting.length, `${where}: the shape is [${given.shape}], the other library has [${shape}]`).toBeGreaterThan(0)
  const distances = fitting.map(({ placeOf }) =>
    distance(
      indices.map((i) => given.values[placeOf(i)]),
      values,
    ),
  )
  expect(Math.min(...distances), `${where}: ${given.values.slice(0, 8)} …`).toBeLessThan(1e-4)
}

const numbers = (values: readonly (number | string)[]): number[] => values.map(Number)

function fill(model: Module): void {
  for (const parameter of model.namedParameters().values()) {
    parameter.assign(full(parameter.shape, 0.1, parameter.dtype))
  }
}

async function sumOf(model: Module): Promise<number> {
  const sums = model.parameters().map(({ value }) => value.sum().item())
  return (await Promise.all(sums)).reduce((total, sum) => total + sum, 0)
}

/** Throws unless a row gives what the other library does; says whether there was something to compare. */
export async function expectSame(given: Given, expected: Expected, where: string): Promise<boolean> {
  const { value } = given
  switch (expected.kind) {
    case 'values':
      expectClose(await valuesOf(value), { shape: expected.shape, values: numbers(expected.values) }, where)
      return true
    case 'some': {
      const { shape, values } = await valuesOf(value)
      expectClose({ shape, values }, { shape: expected.shape, values: numbers(expected.values) }, where, expected.at)
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length
      expect(distance([mean], [expected.mean]), `${where}: the mean`).toBeLessThan(1e-4)
      return true
    }
    case 'random': {
      const { shape, values } = await valuesOf(value)
      const shapes = [expected.shape, channelsLast(expected.shape).shape].map(String)
      expect(shapes, where).toContain(String(shape))
      if (values.length < 1000) return true
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length
      const std = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
      expect(Math.abs(mean - expected.mean), `${where}: mean`).toBeLessThan(0.15 * expected.std + 1e-6)
      expect(std / expected.std, `${where}: standard deviation`).toBeCloseTo(1, 0.5)
      return true
    }
    case 'module': {
      if (!(value instanceof Module)) throw new Error(`${where}: the row gives no module`)
      expect(value.parameterCount(), `${where}: parameters`).toBe(expected.parameters)
      if (expected.output === undefined) return true
      fill(value)
      value.eval()
      const { forward } = value as Module & { forward?: (...inputs: unknown[]) => unknown }
      if (forward === undefined) throw new Error(`${where}: the module has no forward`)
      return await expectSame({ ...given, value: forward.apply(value, [...given.takes]) }, expected.output, where)
    }
    case 'optimizer': {
      if (!(value instanceof Optimizer)) throw new Error(`${where}: the row gives no optimizer`)
      const model = value.trainable as Module
      fill(model)
      const sums: number[] = []
      for (const _ of expected.sums) {
        const losses = model.parameters().map((parameter) => parameter.value.sub(1).square().sum().div(2))
        value.minimize(losses.reduce((a, b) => a.add(b) as Tensor<[]>))
        sums.push(await sumOf(model))
      }
      expectClose({ shape: [sums.length], values: sums }, { shape: [sums.length], values: expected.sums }, where)
      return true
    }
    case 'schedule': {
      const first = await rates(value as Schedule, expected.rates.length)
      const shape = [first.length]
      expectClose({ shape, values: first }, { shape, values: expected.rates }, where)
      return true
    }
    case 'list': {
      const items = Array.isArray(value) ? value : Object.values(value as object)
      expect(items.length, where).toBe(expected.items.length)
      for (const [i, item] of expected.items.entries()) await expectSame({ ...given, value: items[i] }, item, where)
      return true
    }
    case 'text':
      expect(value, where).toBe(expected.text)
      return true
    case 'none':
      return false
  }
}
