import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { joinBlocks } from '../../src/compiler/passes/blocks.js'
import { build, type Node, type TensorType } from '../../src/graph/index.js'
import { expectSame } from '../support/compareElements.js'
import { elements } from '../support/evaluateNodes.js'
import { graphOver, printedAfter, text } from '../support/printed.js'

const types: TensorType[] = [2, 1, 3].map((n) => ({ dtype: 'float64', shape: [2, n] }))
const values = [
  elements('float64', [2, 2], [1, 2, 3, 4]),
  elements('float64', [2, 1], [5, 6]),
  elements('float64', [2, 3], [7, 8, 9, 10, 11, 12]),
]
const columns = (x: Node, low: number, high: number): Node => build.pad(x, [0, low], [0, high])

describe('sums of padded blocks', () => {
  it('become a concatenation', () => {
    const graph = graphOver(types, (a, b, c) =>
      build.add(build.add(columns(c, 3, 0), columns(a, 0, 4)), columns(b, 2, 3)),
    )
    expect(printedAfter(joinBlocks, graph)).toBe(text`
      graph (%0: float64[2, 2], %1: float64[2, 1], %2: float64[2, 3]) → %3
        %3 = concat %0 %1 %2 axis=1 : float64[2, 6]
    `)
    expectSame(interpret(joinBlocks(graph), values), interpret(graph, values))
  })

  it('with zeros between and around them, where no block lies', () => {
    const graph = graphOver(types, (a, b) => build.add(columns(a, 1, 5), columns(b, 5, 2)))
    expect(printedAfter(joinBlocks, graph)).toContain('concat')
    expectSame(interpret(joinBlocks(graph), values), interpret(graph, values))
  })

  it.each([
    ['that overlap', (a: Node, b: Node) => build.add(columns(a, 0, 4), columns(b, 1, 4))],
    [
      'along different axes',
      (a: Node) => build.add(columns(a, 0, 2), build.reshape(build.pad(a, [0, 0], [2, 0]), [2, 4])),
    ],
    [
      'padded with something else',
      (a: Node, b: Node) => build.add(columns(a, 0, 1), build.pad(b, [0, 2], [0, 0], [0, 0], 1)),
    ],
  ])('stay sums %s', (_, make) => {
    const graph = graphOver(types, make)
    expect(printedAfter(joinBlocks, graph)).toContain('add')
    expectSame(interpret(joinBlocks(graph), values), interpret(graph, values))
  })
})
