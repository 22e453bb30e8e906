import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { decodeAll, roundTo } from '../../src/core/dtype.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'
import * as operations from '../../src/operations/index.js'
import { elements } from '../support/evaluateNodes.js'
import { runOn } from '../support/runOnKernels.js'
import { testedKernels } from '../support/testedKernels.js'

// Truth: PyTorch, by scripts/fixtures/small-floats.py.

interface Case {
  readonly call: readonly [name: keyof typeof operations, ...args: unknown[]]
  readonly dtype: 'float16' | 'bfloat16'
  readonly count: number
  readonly low: number
  readonly high: number
  readonly expected: readonly string[]
}

const named = { ...operations }
const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../fixtures/small-floats.json', import.meta.url), 'utf8'),
)
const backends = testedKernels().flatMap(({ kernels }) => (kernels === undefined ? [] : [new CpuBackend(kernels)]))
const epsilon = { float16: 2 ** -10, bfloat16: 2 ** -7 }

function expectLike({ dtype, expected }: Case, { data }: Elements, context: string): void {
  const all = decodeAll(dtype, data)
  const step = all.length > 1000 ? 1000 : 1
  expected.map(Number).forEach((wanted, i) => {
    const found = all[i * step]
    // Both round once: from values that differ in the last digits of a float32 to one of two neighbours.
    const near = Math.abs(found - wanted) <= epsilon[dtype] * Math.abs(wanted)
    if (!near && !Object.is(found, wanted)) expect.fail(`${context}: element ${i * step} is ${found}, not ${wanted}`)
  })
}

const names = [...new Set(cases.map(({ call: [name] }) => name))]

describe('16-bit floats are rounded like those of PyTorch', () => {
  it.each(names)('%s', (name) => {
    for (const entry of cases.filter(({ call }) => call[0] === name)) {
      const { dtype, count, low, high, call } = entry
      const values = Array.from({ length: count }, (_, i) =>
        roundTo(dtype, low + ((high - low) * ((37 * i) % 101)) / 101),
      )
      const x = build.input(dtype, [count])
      const run = named[name] as (...operands: readonly unknown[]) => Node
      const graph = makeGraph([x], [run(x, ...call.slice(1))])
      const given = [elements(dtype, [count], values)]
      expectLike(entry, interpret(graph, given)[0], `${dtype}, reference`)
      for (const backend of backends) expectLike(entry, runOn(backend, graph, given)[0], `${dtype}, ${backend.name}`)
    }
  })
})
