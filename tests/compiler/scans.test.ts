import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { shareScans } from '../../src/compiler/scans/share.js'
import { simplify } from '../../src/compiler/simplify.js'
import { topologicalOrder } from '../../src/graph/graph.js'
import { build, type Graph, makeGraph, type Node } from '../../src/graph/index.js'
import { gradient } from '../../src/transform/gradient.js'
import { expectSame } from '../support/compareElements.js'
import { elements } from '../support/evaluateNodes.js'

const vector = (name: string) => build.input('float64', [2], name)

/** state ← f(state + row) over three rows; both the states and what `collect` makes of them are collected. */
function scan(start: Node, rows: Node, collect: (state: Node, row: Node) => Node[], f = build.tanh): Node[] {
  const [state, row] = [vector('state'), vector('row')]
  const body = makeGraph([state, row], [f(build.add(state, row)), ...collect(state, row)])
  return build.scan([start, rows], { body, carries: 1, sequences: 1, length: 3, reverse: false })
}

const scansOf = (graph: Graph): number => topologicalOrder(graph.outputs).filter(({ op }) => op === 'scan').length

function check(make: (start: Node, rows: Node) => Node[], scans: number): void {
  const [start, rows] = [vector('start'), build.input('float64', [3, 2])]
  const graph = makeGraph([start, rows], make(start, rows))
  const shared = shareScans(graph)
  expect(scansOf(shared)).toBe(scans)
  const values = [elements('float64', [2], [0.1, -0.2]), elements('float64', [3, 2], [1, 2, 3, -1, -2, -3])]
  expectSame(interpret(shared, values), interpret(graph, values))
}

describe('scans of the same steps', () => {
  it('become one if one of them gives everything', () => {
    check((start, rows) => {
      const [last] = scan(start, rows, () => [])
      const [, states, sums] = scan(start, rows, (state, row) => [state, build.add(state, row)])
      const [, again] = scan(start, rows, (state, row) => [build.add(state, row)])
      return [last, states, sums, again]
    }, 1)
  })

  it('become one that collects what any of them does', () => {
    check((start, rows) => {
      const [last, states] = scan(start, rows, (state) => [state])
      const [, sums, again] = scan(start, rows, (state, row) => [build.add(state, row), state])
      const [, products] = scan(start, rows, (state, row) => [build.mul(build.add(state, row), row)])
      return [last, states, sums, again, products]
    }, 1)
  })

  it('stay apart if they take other steps', () => {
    check((start, rows) => [scan(start, rows, () => [])[0], scan(start, rows, () => [], build.sin)[0]], 2)
    check((start, rows) => [scan(start, rows, () => [])[0], scan(build.neg(start), rows, () => [])[0]], 2)
  })

  it('run forward once for a value and its gradient', () => {
    const [start, rows] = [vector('start'), build.input('float64', [3, 2])]
    const [last] = scan(start, rows, () => [])
    const [slope] = gradient([last], [build.onesLike(last)], [rows])
    expect(scansOf(simplify(makeGraph([start, rows], [last, slope ?? rows])))).toBe(2)
  })
})
