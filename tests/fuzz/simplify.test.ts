import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { passes, simplify } from '../../src/compiler/simplify.js'
import { verify } from '../../src/graph/index.js'
import { expectSame } from '../support/compareElements.js'
import { graphOf, programs, randomValues } from '../support/randomGraphs.js'

const SEED = 20_241_001

describe('simplified programs compute what the program says', () => {
  it.each(passes)('after the pass "$name"', ({ run }) => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const graph = graphOf(description)
        verify(graph)
        const values = randomValues(description.inputs, seed)
        const changed = run(graph)
        verify(changed)
        expectSame(interpret(changed, values), interpret(graph, values))
      }),
      { numRuns: 1000, seed: SEED },
    )
  })

  it('after all passes, once and twice', () => {
    fc.assert(
      fc.property(programs, fc.nat(1000), (description, seed) => {
        const graph = graphOf(description)
        const values = randomValues(description.inputs, seed)
        const wanted = interpret(graph, values)
        const once = simplify(graph)
        const twice = simplify(once)
        verify(once)
        verify(twice)
        expectSame(interpret(once, values), wanted)
        expectSame(interpret(twice, values), wanted)
      }),
      { numRuns: 3000, seed: SEED },
    )
  })
})

it('leaves the graph it is given as it was', () => {
  fc.assert(
    fc.property(programs, (description) => {
      const graph = graphOf(description)
      simplify(graph)
      verify(graph)
      expect(graph.outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
        simplify(graph).outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      )
    }),
    { numRuns: 50, seed: SEED },
  )
})
