import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { type DType, isFloat } from '../../src/core/dtype.js'
import { build, makeGraph, Node } from '../../src/graph/index.js'
import * as operations from '../../src/operations/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { withZeros } from '../support/checkGradients.js'
import { elements, evaluateNodes } from '../support/evaluateNodes.js'

// Truth: NumPy and PyTorch, by scripts/fixtures/operations.py, pictures.py and array-operations.py.

interface Fixture {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly values: readonly (number | string)[]
}

interface Case {
  readonly call: readonly [name: string, ...args: unknown[]]
  readonly inputs: readonly Fixture[]
  readonly expected: readonly Fixture[]
  readonly gradients?: readonly (Fixture | null)[]
}

const read = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'))
const cases: readonly Case[] = [...read('operations'), ...read('pictures'), ...read('array-operations')]

const decoded = ({ dtype, shape, values }: Fixture): Elements => elements(dtype, shape, values.map(Number))

/** The operation of a case, on nodes in the place of '$0', '$1' …; results of any structure as a list. */
function call([name, ...args]: Case['call'], inputs: readonly Node[]): Node[] {
  const replaced = (arg: unknown): unknown => {
    if (typeof arg === 'string' && /^\$\d$/.test(arg)) return inputs[Number(arg.slice(1))]
    if (arg === null && !name.startsWith('slice')) return undefined
    return Array.isArray(arg) ? arg.map(replaced) : arg
  }
  const operation = (operations as Record<string, unknown>)[name]
  if (typeof operation !== 'function') throw new Error(`there is no operation ${name}`)
  const result: unknown = operation(...args.map(replaced))
  return result instanceof Node ? [result] : Object.values(result as Record<string, Node>)
}

function expectClose(actual: Elements, wanted: Fixture, relative: number): void {
  expect(actual.shape).toEqual(wanted.shape)
  const values = wanted.values.map(Number)
  const scale = Math.max(1e-300, ...values.filter(Number.isFinite).map(Math.abs))
  values.forEach((value, i) => {
    const found = actual.data[i]
    // Relative to the element itself where it matters, and to the largest one where differences cancel.
    const near = Math.abs(found - value) <= relative * Math.abs(value) + 1e-3 * relative * scale
    if (!near && !Object.is(found, value) && found !== value) {
      expect.fail(`element ${i} is ${found} where ${value} is expected`)
    }
  })
}

const names = new Set(cases.map(({ call: [name] }) => name))

for (const name of names) {
  const entries = cases.filter((entry) => entry.call[0] === name)
  describe(name, () => {
    entries.forEach((entry, k) => {
      const title = `${k}: ${JSON.stringify(entry.call.slice(1))} of ${entry.inputs.map(({ dtype, shape }) => `${dtype}[${shape}]`)}`
      it(title, () => {
        const values = entry.inputs.map(decoded)
        const results = evaluateNodes((inputs) => call(entry.call, inputs), values)
        expect(results.map(({ dtype }) => dtype)).toEqual(entry.expected.map(({ dtype }) => dtype))
        results.forEach((result, i) => {
          expectClose(result, entry.expected[i], result.dtype === 'float64' ? 2e-13 : 1e-6)
        })
      })
      if (entry.gradients !== undefined) it(`${title}: gradients`, () => checkGradientsOf(entry))
    })
  })
}

function checkGradientsOf({ call: called, inputs: fixtures, gradients = [] }: Case): void {
  const values = fixtures.map(decoded)
  const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
  const floats = inputs.filter(({ dtype }) => isFloat(dtype))
  const results = call(called, inputs)
  const outputs = results.filter(({ dtype }) => isFloat(dtype))
  const cotangents = outputs.map((output) => {
    const k = results.indexOf(output)
    const size = output.shape.reduce((a, b) => a * b, 1)
    const index = build.iota('float64', [size], 0)
    return build.reshape(build.cos(build.add(build.fill(1 + k, [size], 'float64'), index)), output.shape)
  })
  const found = withZeros(gradient(outputs, cotangents, floats), floats)
  const actual = interpret(makeGraph(inputs, found), values)
  actual.forEach((elementsOfGradient, i) => {
    const wanted = gradients[i] ?? {
      dtype: 'float64',
      shape: floats[i].shape,
      values: [...elementsOfGradient.data].fill(0),
    }
    expectClose(elementsOfGradient, wanted as Fixture, 1e-11)
  })
}
