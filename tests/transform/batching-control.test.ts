import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import * as build from '../../src/graph/build.js'
import { innerGraphs, makeGraph, topologicalOrder } from '../../src/graph/graph.js'
import { isOp, type Node } from '../../src/graph/node.js'
import {
  all,
  batchedGraph,
  each,
  elements,
  expectLoop,
  type NodeFunction,
  normal,
  vmapped,
} from './loop-over-examples.js'

const scalar = (dtype: 'float64' | 'int32' | 'bool', value: number) => elements(dtype, [], [value])
const vector = () => build.input('float64', [2])
const number = () => build.input('float64', [])
const whole = () => build.input('int32', [])

/** Carries (count, state), sequence of vectors, captured weight: state ← tanh(weight · state + x), count ← count + 1. */
const recurrence =
  (reverse: boolean): NodeFunction =>
  ([state, xs, weight]) => {
    const [count, h, x, w] = [whole(), vector(), vector(), vector()]
    const next = build.tanh(build.add(build.mul(w, h), x))
    const body = makeGraph(
      [count, h, x, w],
      [build.add(count, build.constant(1, 'int32')), next, build.mul(w, w), next],
    )
    const attributes = { body, carries: 2, sequences: 1, length: xs.shape[0], reverse }
    return build.scan([build.constant(0, 'int32'), state, xs, weight], attributes)
  }

describe('scan', () => {
  const state = () => normal([2])
  const xs = () => normal([4, 2])
  const weight = () => normal([2])

  it.each([false, true])('over every choice of mapped inputs, reverse: %s', (reverse) => {
    for (let choice = 1; choice < 8; choice++) {
      const args = [state, xs, weight].map((make, i) =>
        choice & (1 << i) ? each(make(), make(), make()) : all(make()),
      )
      for (const size of [1, 3]) expectLoop(recurrence(reverse), args, size)
    }
  })

  it('leaves carries and results that no example changes without the batch axis', () => {
    const { graph } = batchedGraph(recurrence(false), [each(state(), state()), all(xs()), all(weight())], 2)
    const loop = topologicalOrder(graph.outputs).find((node) => isOp(node, 'scan'))!
    expect(loop.outputs.map(({ shape }) => shape)).toEqual([[], [2, 2], [4, 2], [4, 2, 2]])
  })

  it('finds carries that become batched after several steps', () => {
    // a ← b, b ← c, c ← c + x: the batch axis takes three rounds to reach a.
    const chain: NodeFunction = ([x, start]) => {
      const [a, b, c, captured] = [number(), number(), number(), number()]
      const body = makeGraph([a, b, c, captured], [b, c, build.add(c, captured)])
      return build.scan([start, start, start, x], { body, carries: 3, sequences: 0, length: 5, reverse: false })
    }
    expectLoop(chain, [each(scalar('float64', 1), scalar('float64', 2)), all(scalar('float64', 10))], 2)
  })

  it('runs no step on empty sequences', () => {
    expectLoop(recurrence(false), [each(state(), state()), each(normal([0, 2]), normal([0, 2])), all(weight())], 2)
  })

  it('nests', () => {
    const twice = vmapped(recurrence(false), [true, false, true], 2)
    expectLoop(twice, [all(normal([2, 2])), each(xs(), xs(), xs()), all(normal([2, 2]))], 3)
  })
})

/** Doubles x until it is at least `limit`: counts the steps. */
const doubling: NodeFunction = ([x, limit]) => {
  const [count, value, bound] = [whole(), number(), number()]
  const condition = makeGraph([count, value, bound], [build.less(value, bound)])
  const body = makeGraph([count, value, bound], [build.add(count, build.constant(1, 'int32')), build.add(value, value)])
  return build.whileLoop([build.constant(0, 'int32'), x, limit], { condition, body, carries: 2 })
}

describe('whileLoop', () => {
  const numbers = (...values: number[]) => each(...values.map((value) => scalar('float64', value)))

  it('runs until the last example is done', () => {
    const { graph, values } = batchedGraph(doubling, [numbers(1, 3, 200), all(scalar('float64', 100))], 3)
    const [count, value] = interpret(graph, values)
    expect([...count.data]).toEqual([7, 6, 0])
    expect([...value.data]).toEqual([128, 192, 200])
    for (const size of [1, 3]) {
      expectLoop(doubling, [numbers(1, 3, 200), all(scalar('float64', 100))], size)
      expectLoop(doubling, [all(scalar('float64', 1)), numbers(5, 0, 100)], size)
      expectLoop(doubling, [numbers(1, 3, 200), numbers(5, 0, 1000)], size)
    }
  })

  it('keeps one condition for all examples if it does not depend on them', () => {
    // x ← x², three times.
    const squares: NodeFunction = ([x, steps]) => {
      const [count, value, bound] = [whole(), number(), whole()]
      const condition = makeGraph([count, value, bound], [build.less(count, bound)])
      const next = [build.add(count, build.constant(1, 'int32')), build.mul(value, value)]
      const body = makeGraph([count, value, bound], next)
      return build.whileLoop([build.constant(0, 'int32'), x, steps], { condition, body, carries: 2 })
    }
    const { graph } = batchedGraph(squares, [numbers(1, 2, 3), all(scalar('int32', 3))], 3)
    const loop = topologicalOrder(graph.outputs).find((node) => isOp(node, 'whileLoop'))!
    expect(loop.outputs.map(({ shape }) => shape)).toEqual([[], [3]])
    expectLoop(squares, [numbers(1, 2, 3), all(scalar('int32', 3))], 3)
    expectLoop(squares, [numbers(1, 2, 1.5), each(...[0, 3, 1].map((n) => scalar('int32', n)))], 3)
  })

  it('does not look up indices for examples that are done', () => {
    // Adds table[i] while i < n: where an example stops, i = n may lie outside the table.
    const sum: NodeFunction = ([table, first, n]) => {
      const [i, total, bound, values] = [whole(), number(), whole(), build.input('float64', [3])]
      const condition = makeGraph([i, total, bound, values], [build.less(i, bound)])
      const next = [build.add(i, build.constant(1, 'int32')), build.add(total, build.gather(values, i))]
      const body = makeGraph([i, total, bound, values], next)
      const start = [first, build.constant(0, 'float64'), n, table]
      return build.whileLoop(start, { condition, body, carries: 2 })
    }
    const firsts = each(...[0, 3, 2].map((n) => scalar('int32', n)))
    const ends = all(scalar('int32', 3))
    expectLoop(sum, [all(normal([3])), firsts, ends], 3)
    expectLoop(sum, [each(normal([3]), normal([3]), normal([3])), firsts, ends], 3)
    // Outside for an example that is still running stays an error.
    const tooFar = each(scalar('int32', 2), scalar('int32', 4))
    const { graph, values } = batchedGraph(sum, [all(normal([3])), all(scalar('int32', 0)), tooFar], 2)
    expect(() => interpret(graph, values)).toThrow(/gather/)
  })

  it('nests', () => {
    const overLimits = vmapped(doubling, [false, true], 2)
    expectLoop(overLimits, [numbers(1, 3, 200), all(elements('float64', [2], [7, 100]))], 3)
  })
})

/** predicate ? f(x) : g(x), with two outputs. */
const choose: NodeFunction = ([predicate, x, w]) => {
  const branch = (make: (x: Node, w: Node) => Node[]) => {
    const inputs = [vector(), vector()]
    return makeGraph(inputs, make(inputs[0], inputs[1]))
  }
  const whenTrue = branch((x, w) => [build.mul(x, w), w])
  const whenFalse = branch((x, w) => [build.exp(x), build.neg(w)])
  return build.cond(predicate, [x, w], whenTrue, whenFalse)
}

describe('cond', () => {
  const bits = (...values: number[]) => each(...values.map((value) => scalar('bool', value)))

  it('over every choice of mapped inputs', () => {
    for (let choice = 1; choice < 8; choice++) {
      for (const fixed of [0, 1]) {
        const args = [
          choice & 1 ? bits(1, 0, 1) : all(scalar('bool', fixed)),
          choice & 2 ? each(normal([2]), normal([2]), normal([2])) : all(normal([2])),
          choice & 4 ? each(normal([2]), normal([2]), normal([2])) : all(normal([2])),
        ]
        for (const size of [1, 3]) expectLoop(choose, args, size)
      }
    }
  })

  it('stays a choice if it is one for all examples', () => {
    const args = [all(scalar('bool', 1)), each(normal([2]), normal([2])), all(normal([2]))]
    const { graph } = batchedGraph(choose, args, 2)
    const node = topologicalOrder(graph.outputs).find((node) => isOp(node, 'cond'))!
    expect(node.outputs.map(({ shape }) => shape)).toEqual([[2, 2], [2]])
  })

  it('does not fail in a branch that is not taken', () => {
    // index < 3 ? table[index] : 0, and the same inside a scan, a call and another choice.
    const lookUp = (table: Node, index: Node): Node => {
      const inputs = [build.input('float64', [3]), whole()]
      const whenTrue = makeGraph(inputs, [build.gather(inputs[0], inputs[1])])
      const whenFalse = makeGraph(inputs, [build.constant(0, 'float64')])
      return build.cond(build.less(index, build.constant(3, 'int32')), [table, index], whenTrue, whenFalse)[0]
    }
    const indices = each(...[1, 9, 0].map((n) => scalar('int32', n)))
    const plain: NodeFunction = ([table, index]) => [lookUp(table, index)]
    expectLoop(plain, [all(normal([3])), indices], 3)
    expectLoop(plain, [each(normal([3]), normal([3]), normal([3])), indices], 3)

    const inside = (wrap: (table: Node, index: Node) => Node): NodeFunction => {
      return ([table, index]) => {
        const inputs = [build.input('float64', [3]), whole()]
        const whenTrue = makeGraph(inputs, [wrap(inputs[0], inputs[1])])
        const whenFalse = makeGraph(inputs, [build.constant(0, 'float64')])
        return build.cond(build.less(index, build.constant(3, 'int32')), [table, index], whenTrue, whenFalse)
      }
    }
    const gathering = () => {
      const inputs = [build.input('float64', [3]), whole()]
      return makeGraph(inputs, [build.gather(inputs[0], inputs[1])])
    }
    const inCall = inside((table, index) => build.call([table, index], { name: 'lookUp', body: gathering() })[0])
    const inCond = inside(
      (table, index) => build.cond(build.constant(1, 'bool'), [table, index], gathering(), gathering())[0],
    )
    const inScan = inside((table, index) => {
      const scan = { body: gathering(), carries: 0, sequences: 0, length: 2, reverse: false }
      return build.reduceSum(build.scan([table, index], scan)[0], [0])
    })
    for (const f of [inCall, inCond, inScan]) {
      expectLoop(f, [all(normal([3])), indices], 3)
      expectLoop(f, [each(normal([3]), normal([3]), normal([3])), indices], 3)
      expectLoop(vmapped(f, [true, false], 2), [all(normal([2, 3])), indices], 3)
    }
  })

  it('does not fail on what all examples share in a branch that none takes', () => {
    const f: NodeFunction = ([predicate, table, index]) => {
      const inputs = [build.input('float64', [3]), whole()]
      const whenTrue = makeGraph(inputs, [build.gather(inputs[0], inputs[1])])
      return build.cond(predicate, [table, index], whenTrue, makeGraph(inputs, [build.constant(0, 'float64')]))
    }
    expectLoop(f, [bits(0, 0), all(normal([3])), all(scalar('int32', 9))], 2)
    expectLoop(f, [bits(1, 0), all(normal([3])), all(scalar('int32', 2))], 2)
    const endless: NodeFunction = ([predicate, x]) => {
      const inputs = [number()]
      const grown = makeGraph(inputs, [doubling([inputs[0], build.constant(100, 'float64')])[1]])
      return build.cond(predicate, [x], grown, makeGraph(inputs, inputs))
    }
    expectLoop(endless, [bits(0, 0), all(scalar('float64', -1))], 2)
    expectLoop(endless, [bits(1, 0), all(scalar('float64', 3))], 2)
  })

  it('does not wait for a loop that only ends in the other branch', () => {
    // x < 0 ? x : x doubled until it is at least 100; a negative number never gets there.
    const f: NodeFunction = ([x]) => {
      const inputs = [number()]
      const same = makeGraph([number()], [build.constant(-1, 'float64')])
      const grown = makeGraph(inputs, [doubling([inputs[0], build.constant(100, 'float64')])[1]])
      return build.cond(build.less(x, build.constant(0, 'float64')), [x], same, grown)
    }
    expectLoop(f, [each(...[-1, 3, 1000].map((value) => scalar('float64', value)))], 3)
  })
})

describe('call', () => {
  it('keeps name, unit and recompute', () => {
    const body = () => {
      const inputs = [vector(), vector()]
      return makeGraph(inputs, [build.mul(inputs[0], build.exp(inputs[1])), inputs[1]])
    }
    const f: NodeFunction = (inputs) => build.call(inputs, { name: 'scaled', body: body(), recompute: true })
    for (const args of [
      [each(normal([2]), normal([2])), all(normal([2]))],
      [all(normal([2])), each(normal([2]), normal([2]))],
      [each(normal([2]), normal([2])), each(normal([2]), normal([2]))],
    ]) {
      const graph = expectLoop(f, args, 2)
      const unit = topologicalOrder(graph.outputs).find((node) => isOp(node, 'call'))!
      expect(unit.attributes).toMatchObject({ name: 'scaled', recompute: true })
      expect(innerGraphs(unit)[0].inputs.map(({ shape }) => shape)).toEqual(unit.inputs.map(({ shape }) => shape))
    }
  })
})

describe('inner graphs', () => {
  it('share no nodes with the graph around them', () => {
    const f: NodeFunction = ([predicate, x, w]) => choose([predicate, x, build.mul(w, w)])
    const graphs = [
      batchedGraph(f, [each(scalar('bool', 1), scalar('bool', 0)), all(normal([2])), all(normal([2]))], 2),
      batchedGraph(doubling, [each(scalar('float64', 1), scalar('float64', 2)), all(scalar('float64', 9))], 2),
    ].map(({ graph }) => graph)
    for (const graph of graphs) {
      const outer = new Set(topologicalOrder(graph.outputs))
      for (const node of outer) {
        for (const inner of innerGraphs(node)) {
          for (const part of topologicalOrder(inner.outputs)) expect(outer.has(part)).toBe(false)
        }
      }
    }
  })
})
