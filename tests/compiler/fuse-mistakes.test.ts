import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { explainPlan } from '../../src/compiler/explain.js'
import { takeCuts } from '../../src/compiler/fuse/cuts.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import { range } from '../../src/core/shape.js'
import { build } from '../../src/graph/index.js'
import { expectSame } from '../support/compareElements.js'
import { evaluateKernels } from '../support/evaluateKernels.js'
import { graphOver } from '../support/printed.js'
import { randomBroadcasts } from '../support/randomBroadcasts.js'
import { graphOf, programs, randomValues } from '../support/randomGraphs.js'
import { randomViews } from '../support/randomViews.js'

// A fusion that makes mistakes: in a fifth of the cases the code of several nodes at once is refused, whatever was promised.
const mistakes = vi.hoisted(() => ({ asked: 0, every: 5 }))
vi.mock('../../src/compiler/fuse/code.js', async (original) => {
  const real = await original<typeof import('../../src/compiler/fuse/code.js')>()
  const codeOf: typeof real.codeOf = (...asked) =>
    asked[0].length > 1 && ++mistakes.asked % mistakes.every === 0 ? undefined : real.codeOf(...asked)
  return { ...real, codeOf }
})

describe('groups that have no code after all', () => {
  it('are cut into their members, and the report counts them', () => {
    mistakes.every = 1
    const graph = graphOver([{ dtype: 'float32', shape: [4, 8] }], (x) => build.mul(build.exp(x), build.sin(x)))
    const plan = planKernels(fuse(simplify(graph)))
    expect(plan.steps.length).toBe(3)
    expect(explainPlan(plan)).toMatch(/^cut groups: 1$/m)
    expect(takeCuts()).toBe(1)
  })

  it('compute the same one node at a time, however they are seen', () => {
    mistakes.every = 1
    for (const seed of range(120)) {
      const graph = seed % 2 === 0 ? randomBroadcasts(seed, 30) : randomViews(seed)
      const values = randomValues(graph.inputs, seed)
      const plan = planKernels(fuse(simplify(graph)))
      expectSame(evaluateKernels(plan, values), interpret(graph, values), 1000)
    }
    expect(takeCuts()).toBeGreaterThan(100)
  })

  it('compute the same', () => {
    mistakes.every = 5
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const values = randomValues(description.inputs, seed)
        const graph = graphOf(description)
        const plan = planKernels(fuse(simplify(graph)), new Set(values.keys()))
        expectSame(evaluateKernels(plan, values), interpret(graph, values))
      }),
      { numRuns: 1000, seed: 20_261_129 },
    )
    expect(takeCuts()).toBeGreaterThan(10)
  })
})
