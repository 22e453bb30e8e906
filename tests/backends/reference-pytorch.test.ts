import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { type DType, encodeAll, isFloat, type TypedArray } from '../../src/core/dtype.js'
import { create, input, results } from '../../src/graph/build.js'
import { makeGraph, type Primitive } from '../../src/graph/index.js'

interface StoredTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: readonly (number | string)[]
}

interface StoredCase {
  readonly op: Primitive
  readonly name: string
  readonly inputs: readonly StoredTensor[]
  readonly attributes: never
  readonly outputs: readonly StoredTensor[]
  readonly compare: 'values' | 'singular vectors' | 'eigenvectors' | 'first output'
}

/** Written by scripts/fixtures/primitives.py. */
const fixture = new URL('../fixtures/primitives.json', import.meta.url)
const { cases }: { cases: readonly StoredCase[] } = JSON.parse(readFileSync(fixture, 'utf8'))

const loaded = ({ dtype, shape, data }: StoredTensor): Elements => ({
  dtype,
  shape,
  data: encodeAll(dtype, data.map(Number)),
})

function evaluateCase({ op, inputs, attributes }: StoredCase, dtype: DType = 'float64'): Elements[] {
  const values = inputs.map((each) => loaded(each.dtype === 'float64' ? { ...each, dtype } : each))
  const nodes = values.map((value) => input(value.dtype, value.shape))
  const made = create(op, nodes, attributes)
  return interpret(makeGraph(nodes, made.outputs.length === 1 ? [made] : results(made)), values)
}

/** Sums in which large terms cancel are close absolutely, functions of single numbers relatively. */
function expectClose(actual: TypedArray, expected: TypedArray, absolute: number, relative: number): void {
  expect(actual.length).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i], expected[i]]
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    if (!(Math.abs(a - b) <= absolute + relative * Math.abs(b))) expect.fail(`element ${i} is ${a}, not ${b}`)
  }
}

/** PyTorch may choose the other sign of a column of `columns`; then that column, and the same row of `rows`, is turned. */
function alignSigns(expected: Elements, actual: Elements, rows?: Elements): void {
  const [m, k] = expected.shape.slice(-2)
  const n = rows?.shape.at(-1) ?? 0
  for (let column = 0; column < expected.data.length / m; column++) {
    const [batch, j] = [Math.floor(column / k), column % k]
    let product = 0
    for (let i = 0; i < m; i++) {
      const at = (batch * m + i) * k + j
      product += expected.data[at] * actual.data[at]
    }
    if (product >= 0) continue
    for (let i = 0; i < m; i++) expected.data[(batch * m + i) * k + j] *= -1
    for (let i = 0; i < n; i++) if (rows) rows.data[(batch * k + j) * n + i] *= -1
  }
}

const sumsCancel: ReadonlySet<Primitive> = new Set<Primitive>([
  'reduceSum',
  'cumSum',
  'dot',
  'conv',
  'sumPool',
  'sumPoolGradient',
  'maxPoolGradient',
  'cholesky',
  'triangularSolve',
  'lu',
  'qr',
  'eigh',
  'svd',
  'fft',
  'scatter',
])

const tableName = ({ op, name }: StoredCase): string => `${op}: ${name}`

test.each(cases.map((each) => [tableName(each), each] as const))('%s is what PyTorch computes', (_, stored) => {
  const expected = stored.outputs.map(loaded)
  const actual = evaluateCase(stored)
  if (stored.compare === 'singular vectors') alignSigns(expected[0], actual[0], expected[2])
  if (stored.compare === 'eigenvectors') alignSigns(expected[1], actual[1])
  expected.forEach((output, i) => {
    expect(actual[i].shape).toEqual(output.shape)
    expect(actual[i].dtype).toBe(output.dtype)
    expectClose(actual[i].data, output.data, sumsCancel.has(stored.op) ? 1e-11 : 0, 4e-15)
  })
})

test('single precision differs from PyTorch’s double precision by its rounding only', () => {
  for (const stored of cases.filter(({ op }) => op === 'conv' || op === 'dot' || op === 'sumPool' || op === 'fft')) {
    const [actual] = evaluateCase(stored, 'float32')
    expect(isFloat(actual.dtype)).toBe(true)
    expectClose(actual.data, loaded(stored.outputs[0]).data, 1e-5, 1e-6)
  }
})
