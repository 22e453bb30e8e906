import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { build, type Graph, makeGraph, type Node } from '../../src/graph/index.js'
import * as o from '../../src/operations/index.js'
import { elements } from '../support/evaluateNodes.js'
import { runOn } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

// Truth: NumPy and mpmath, by scripts/fixtures/special-values.py.

interface Fixtures {
  readonly values: readonly string[]
  readonly unary: Readonly<Record<string, readonly string[]>>
  readonly binary: Readonly<Record<string, readonly string[]>>
  readonly angles: readonly (readonly [angle: number, isSingle: boolean, sin: number, cos: number, tan: number])[]
}

const fixtures: Fixtures = JSON.parse(readFileSync(new URL('../fixtures/special-values.json', import.meta.url), 'utf8'))
const values = fixtures.values.map(Number)

type Run = (graph: Graph, inputs: readonly Elements[]) => Elements[]

const backends: readonly (readonly [string, Run])[] = [
  ['reference', (graph, inputs) => [...interpret(graph, inputs)]],
  ...testedKernels().flatMap(({ name, kernels }): (readonly [string, Run])[] => {
    if (kernels === undefined) return []
    const backend = new CpuBackend(kernels)
    return [[name, (graph, inputs) => runOn(backend, graph, inputs)]]
  }),
]

const operation = (name: string): ((...inputs: Node[]) => Node) =>
  (o as unknown as Record<string, (...inputs: Node[]) => Node>)[name]

function expectValues(
  found: Elements,
  wanted: readonly number[],
  describeElement: (i: number) => string,
  bound = 1e-13,
): void {
  wanted.forEach((value, i) => {
    const actual = found.data[i]
    const near = value !== actual && Math.abs(actual - value) <= bound * Math.abs(value) + Number.MIN_VALUE
    if (!Object.is(actual, value) && !near) {
      expect.fail(
        `${describeElement(i)} is ${Object.is(actual, -0) ? '-0' : actual}, not ${Object.is(value, -0) ? '-0' : value}`,
      )
    }
  })
}

describe.each(backends)('on special values the %s backend agrees with NumPy:', (_, run) => {
  it.each(Object.entries(fixtures.unary))('%s', (name, wanted) => {
    const x = build.input('float64', [values.length])
    const [found] = run(makeGraph([x], [operation(name)(x)]), [elements('float64', [values.length], values)])
    expectValues(found, wanted.map(Number), (i) => `${name}(${fixtures.values[i]})`)
  })

  it.each(Object.entries(fixtures.binary))('%s', (name, wanted) => {
    const n = values.length
    const [a, b] = [build.input('float64', [n, n]), build.input('float64', [n, n])]
    const left = values.flatMap((value) => values.map(() => value))
    const right = values.flatMap(() => values)
    const [found] = run(makeGraph([a, b], [operation(name)(a, b)]), [
      elements('float64', [n, n], left),
      elements('float64', [n, n], right),
    ])
    // NumPy leaves open which of two zeros is larger; here −0 is the smaller one.
    const order = name === 'maximum' ? Math.max : name === 'minimum' ? Math.min : undefined
    const expected = wanted.map((text, i) =>
      order !== undefined && left[i] === 0 && right[i] === 0 ? order(left[i], right[i]) : Number(text),
    )
    expectValues(found, expected, (i) => `${name}(${left[i]}, ${right[i]})`)
  })

  it.each(['float32', 'float64'] as const)('angles of any size in %s', (dtype) => {
    const rows = fixtures.angles.filter(([, isSingle]) => dtype === 'float64' || isSingle)
    const x = build.input(dtype, [rows.length])
    const results = run(makeGraph([x], [o.sin(x), o.cos(x), o.tan(x)]), [
      elements(
        dtype,
        [rows.length],
        rows.map(([angle]) => angle),
      ),
    ])
    const bound = dtype === 'float32' ? 3e-7 : 1e-15
    results.forEach((found, k) => {
      const wanted = rows.map(([, , ...all]) => all[k])
      expectValues(found, wanted, (i) => `${['sin', 'cos', 'tan'][k]}(${rows[i][0]})`, bound)
      if (k < 2) expect(found.data.every((value: number) => value >= -1 && value <= 1)).toBe(true)
    })
  })
})
