import { describe, expect, test } from 'vitest'
import { CpuBackend } from '../../src/backends/cpu/backend.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { simplify } from '../../src/compiler/simplify.js'
import { decodeAll, isFloat } from '../../src/core/dtype.js'
import { build, type Graph, makeGraph, type Primitive, primitives } from '../../src/graph/index.js'
import { inDType, type Sample, sampleInputs, samples } from '../conformance/samples.js'
import { testedKernels } from '../support/testedKernels.js'

/** The largest difference from the reference, relative to values beyond 1: sums of floats come in another order. */
const tolerances: Readonly<Record<string, number>> = {
  float64: 1e-11,
  float32: 2e-5,
  float16: 4e-3,
  bfloat16: 3e-2,
}

function runOn(backend: CpuBackend, graph: Graph, inputs: readonly Elements[]): Elements[] {
  const given = inputs.map(({ dtype, shape, data }) => backend.upload({ dtype, shape }, data.slice()))
  const outputs = graph.outputs.map(({ dtype, shape }) => backend.allocate({ dtype, shape }))
  backend.load(simplify(graph)).run(given, outputs)
  return outputs.map((storage) => ({
    dtype: storage.dtype,
    shape: storage.shape,
    data: backend.downloadSync(storage),
  }))
}

function expectLikeReference(backend: CpuBackend, sample: Sample, roundingShows: boolean): void {
  const inputs = sample.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  const graph = makeGraph(inputs, [sample.build(inputs)].flat())
  const values = sampleInputs(sample, 1)
  const expected = interpret(graph, values)
  const actual = runOn(backend, graph, values)
  actual.forEach(({ dtype, data }, i) => {
    const wanted = decodeAll(dtype, expected[i].data)
    const found = decodeAll(dtype, data)
    expect(found.length).toBe(wanted.length)
    wanted.forEach((value, k) => {
      if (!Number.isFinite(value) || !isFloat(dtype)) {
        if (!roundingShows) expect(found[k]).toBe(value)
      } else if (!roundingShows) {
        const inexact = sample.inputs.some((input) => input.dtype === 'float32') ? 'float32' : dtype
        const tolerance = Math.max(tolerances[dtype], tolerances[inexact] ?? 0)
        expect(Math.abs(found[k] - value) / Math.max(1, Math.abs(value))).toBeLessThan(tolerance)
      }
    })
  })
}

/** Where a rounding error of an operand may show as a jump of the result, in dtypes other than that of the sample. */
const jumps: ReadonlySet<Primitive> = new Set<Primitive>(['bitcast', 'floor', 'cast'])

for (const { name, kernels } of testedKernels()) {
  describe.skipIf(kernels === undefined)(name, () => {
    if (kernels === undefined) return
    const backend = new CpuBackend(kernels)
    describe.each(primitives)('%s', (op) => {
      test.each(samples[op].map((sample) => [sample.name, sample] as const))('%s', (_, sample) => {
        expectLikeReference(backend, sample, false)
      })
      const real = samples[op].filter(({ inputs }) => inputs.some(({ dtype }) => dtype === 'float64'))
      test.each(['float32', 'float16', 'bfloat16'] as const)('in %s', (dtype) => {
        for (const sample of real) expectLikeReference(backend, inDType(sample, dtype), jumps.has(op))
      })
    })
  })
}
