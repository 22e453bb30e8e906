import fc from 'fast-check'
import { describe, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { build, type Graph, makeGraph, type Node, primitives } from '../../src/graph/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { type Sample, sampleInputs, samples } from '../conformance/samples.js'
import { expectSame } from '../support/compareElements.js'
import { evaluateKernels } from '../support/evaluateKernels.js'
import { graphOf, programs, randomValues, smoothPrograms } from '../support/randomGraphs.js'

/** Fused, planned and run in an arena, the graph gives what plain interpretation gives. */
function expectFused(graph: Graph, values: readonly Elements[], donated = new Set<number>()): void {
  const plan = planKernels(fuse(simplify(graph)), donated)
  expectSame(evaluateKernels(plan, values), interpret(graph, values))
}

function graphOfSample(sample: Sample): Graph {
  const inputs = sample.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  return makeGraph(inputs, [sample.build(inputs)].flat())
}

describe('samples', () => {
  it.each(primitives)('%s', (op) => {
    for (const sample of samples[op]) expectFused(graphOfSample(sample), sampleInputs(sample, 3))
  })
})

describe('gradients of samples', () => {
  it.each(primitives)('%s', (op) => {
    for (const sample of samples[op]) {
      if (sample.notDifferentiable !== undefined) continue
      const { inputs, outputs } = graphOfSample(sample)
      const floats = outputs.filter(({ dtype }) => dtype === 'float64')
      const wrt = inputs.filter((_, i) => sample.inputs[i].dtype === 'float64' && !sample.inputs[i].fixed)
      const found = gradient(floats, floats.map(build.onesLike), wrt).filter((node): node is Node => node !== undefined)
      expectFused(makeGraph(inputs, [...outputs, ...found]), sampleInputs(sample, 4))
    }
  })
})

describe('random programs', () => {
  it('compute the same', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        expectFused(graphOf(description), randomValues(description.inputs, seed))
      }),
      { numRuns: 2000, seed: 20_261_120 },
    )
  })

  it('compute the same over donated inputs', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const donated = new Set(description.inputs.map((_, i) => i))
        expectFused(graphOf(description), randomValues(description.inputs, seed), donated)
      }),
      { numRuns: 1000, seed: 20_261_121 },
    )
  })

  it('compute the same with their gradients', () => {
    fc.assert(
      fc.property(smoothPrograms, fc.nat(1000), (description, seed) => {
        const { inputs, outputs } = graphOf(description)
        const wrt = inputs.filter(({ dtype }) => dtype === 'float64')
        const found = gradient(outputs, outputs.map(build.onesLike), wrt).filter(
          (node): node is Node => node !== undefined,
        )
        expectFused(makeGraph(inputs, [...outputs, ...found]), randomValues(description.inputs, seed))
      }),
      { numRuns: 500, seed: 20_261_122 },
    )
  })
})
