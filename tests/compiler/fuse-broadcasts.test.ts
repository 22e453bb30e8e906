import { expect, it } from 'vitest'
import { serialize } from '../../src/backends/cpu/serialize.js'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { takeCuts } from '../../src/compiler/fuse/cuts.js'
import { fuse } from '../../src/compiler/fuse/fuse.js'
import { planKernels } from '../../src/compiler/kernel-plan.js'
import { simplify } from '../../src/compiler/simplify.js'
import type { TypedArray } from '../../src/core/dtype.js'
import { range } from '../../src/core/shape.js'
import { expectSame } from '../support/compareElements.js'
import { evaluateKernels } from '../support/evaluateKernels.js'
import { randomBroadcasts } from '../support/randomBroadcasts.js'
import { randomValues } from '../support/randomGraphs.js'

// FROM and PROGRAMS widen the search: `FROM=10000 PROGRAMS=5000 npx vitest run tests/compiler/fuse-broadcasts.test.ts`.
const first = Number(process.env.FROM ?? 0)
const count = Number(process.env.PROGRAMS ?? 200)

it('programs of broadcasting values, statistics, masks and views compute what the reference computes', () => {
  for (const seed of range(count).map((i) => first + i)) {
    const graph = randomBroadcasts(seed, 3 + (seed % 60))
    const values = randomValues(graph.inputs, seed)
    const plan = planKernels(fuse(simplify(graph)))
    expect(takeCuts(), `cuts in program ${seed}`).toBe(0)
    serialize(plan)
    try {
      expectSame(withoutSigns(evaluateKernels(plan, values)), withoutSigns(interpret(graph, values)), 1000)
    } catch (error) {
      throw new Error(`program ${seed}`, { cause: error })
    }
  }
}, 600_000)

/** The results with every −0 as 0: factors are taken out of sums, and −Σx is not Σ−x where both are zero. */
const withoutSigns = (results: readonly Elements[]): Elements[] =>
  results.map(({ data, ...type }) => ({ ...type, data: data.map((x) => x + 0) as TypedArray }))
