import { describe, expect, test } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { decodeAll, isFloat, type TypedArray } from '../../src/core/dtype.js'
import { build, makeGraph, type Primitive, primitives, verify } from '../../src/graph/index.js'
import { inDType, type Sample, SPECIAL, sampleInputs, samples } from '../conformance/samples.js'

function evaluateSample(sample: Sample): Elements[] {
  const inputs = sample.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  const graph = makeGraph(inputs, [sample.build(inputs)].flat())
  verify(graph)
  return interpret(graph, sampleInputs(sample, 1))
}

/** Results that show differences of rounding enlarged: jumps, and the low bits themselves. */
const roundingShows: ReadonlySet<Primitive> = new Set<Primitive>(['bitcast', 'cast', 'floor', 'equal', 'argSort'])

function expectClose(actual: TypedArray, expected: TypedArray, tolerance: number): void {
  expect(actual.length).toBe(expected.length)
  actual.forEach((value, i) => {
    const scale = Math.max(1, Math.abs(expected[i]))
    if (Number.isFinite(expected[i])) expect(Math.abs(value - expected[i]) / scale).toBeLessThan(tolerance)
    else expect(value).toBe(expected[i])
  })
}

describe.each(primitives)('%s', (op) => {
  test.each(samples[op].map((sample) => [sample.name, sample] as const))('%s fills its output types', (_, sample) => {
    for (const { shape, data } of evaluateSample(sample)) {
      expect(data.length).toBe(shape.reduce((size, n) => size * n, 1))
    }
  })

  if (roundingShows.has(op)) return
  const inFloat64 = samples[op].filter(
    ({ inputs, notDifferentiable }) => notDifferentiable !== SPECIAL && inputs.some(({ dtype }) => dtype === 'float64'),
  )
  test.each([
    ['float32', 1e-4],
    ['float16', 0.1],
    ['bfloat16', 0.5],
  ] as const)('%s agrees with float64 to its precision', (dtype, tolerance) => {
    for (const sample of inFloat64) {
      const exact = evaluateSample(sample)
      const rounded = evaluateSample(inDType(sample, dtype))
      rounded.forEach((value, i) => {
        if (!isFloat(value.dtype)) return
        expectClose(decodeAll(value.dtype, value.data), exact[i].data, tolerance)
      })
    }
  })
})
