import { describe, expect, it, test } from 'vitest'
import {
  build,
  fingerprint,
  type Graph,
  innerGraphs,
  makeGraph,
  type Node,
  printGraph,
  topologicalOrder,
  verify,
} from '../../src/graph/index.js'
import { graphOver, text } from '../support/printed.js'

const vector = { dtype: 'float32', shape: [2] } as const
const chain = (x: Node, length: number): Node => {
  let y = x
  for (let i = 0; i < length; i++) y = build.sin(y)
  return y
}

describe('topological order', () => {
  it('lists each node once, after its inputs', () => {
    const graph = graphOver([vector, vector], (x, y) => {
      const shared = build.add(x, y)
      return [build.mul(shared, build.sin(shared)), build.neg(shared), x]
    })
    const order = topologicalOrder(graph.outputs)
    expect(new Set(order).size).toBe(order.length)
    expect(order.length).toBe(6)
    order.forEach((node, i) => {
      for (const source of node.inputs) expect(order.slice(0, i)).toContain(source)
    })
  })

  it('stops at leaves, which it lists', () => {
    const x = build.input('float32', [2])
    const [a, b] = [build.sin(x), build.cos(x)]
    const order = topologicalOrder([build.add(a, b)], (node) => node === a)
    expect(order.map(({ op }) => op)).toEqual(['sin', 'input', 'cos', 'add'])
    expect(topologicalOrder([b], (node) => node === b)).toEqual([b])
    expect(topologicalOrder([])).toEqual([])
  })

  it('walks chains and ladders of 100,000 nodes', () => {
    const x = build.input('float32', [2])
    expect(topologicalOrder([chain(x, 100_000)]).length).toBe(100_001)
    // Every step uses the one before twice: 2^100,000 paths.
    let y: Node = x
    for (let i = 0; i < 100_000; i++) y = build.add(y, y)
    expect(topologicalOrder([y]).length).toBe(100_001)
  })
})

it('deep graphs are printed, verified, and fingerprinted', () => {
  const x = build.input('float32', [2])
  const graph = makeGraph([x], [chain(x, 100_000)])
  verify(graph)
  expect(printGraph(graph).split('\n').length).toBe(100_001)
  expect(fingerprint(graph.outputs, () => false, graph.inputs).split(';').length).toBe(100_002)
})

describe('makeGraph', () => {
  it('refuses inputs that it does not list, by name and type', () => {
    const [x, y] = [build.input('float32', [2]), build.input('float32', [2], 'weights')]
    expect(() => makeGraph([x], [build.add(x, y)])).toThrow(
      'graph: it uses the input weights: float32[2] without listing it. Add it to the inputs of the graph.',
    )
  })
})

describe('printer', () => {
  it('numbers inputs, then nodes in order of evaluation, with what the type does not tell', () => {
    const graph = graphOver([vector, { dtype: 'int32', shape: [3] }], (x, i) => [
      build.reduceSum(build.expand(build.reshape(x, [1, 2]), [3, 2]), [0, 1]),
      build.gather(x, i),
      build.pad(x, [1], [2], [0], 0.5),
    ])
    expect(printGraph(graph)).toBe(text`
      graph (%0: float32[2], %1: int32[3]) → %4, %5, %6
        %2 = reshape %0 : float32[1, 2]
        %3 = expand %2 : float32[3, 2]
        %4 = reduceSum %3 axes=[0, 1] : float32[]
        %5 = gather %0 %1 batchDims=0 : float32[3]
        %6 = pad %0 low=[1] high=[2] interior=[0] value=0.5 : float32[5]
    `)
  })

  it('prints windows as pairs, and inner graphs indented', () => {
    const body = graphOver([vector], (x) => build.neg(x))
    const graph = graphOver([{ dtype: 'float32', shape: [1, 4, 1] }, vector], (x, y) => [
      build.sumPool(x, { window: [2], strides: [2], padding: [[0, 1]] }),
      ...build.call([y], { name: 'minus', body }),
    ])
    expect(printGraph(graph)).toBe(text`
      graph (%0: float32[1, 4, 1], %1: float32[2]) → %2, %4
        %2 = sumPool %0 window=[2] strides=[2] padding=[[0, 1]] : float32[1, 2, 1]
        %3 = call %1 name=minus : float32[2]
          graph (%0: float32[2]) → %1
            %1 = neg %0 : float32[2]
        %4 = result %3 index=0 : float32[2]
    `)
  })

  it('prints graphs whose outputs are inputs', () => {
    expect(printGraph(graphOver([vector, vector], (x, y) => [y, x, y]))).toBe(
      'graph (%0: float32[2], %1: float32[2]) → %1, %0, %1',
    )
  })
})

describe('verify', () => {
  const x = build.input('float32', [2])
  const several = build.create('qr', [build.input('float32', [2, 2])], {})

  it('accepts what the builders make', () => {
    expect(() => verify(graphOver([vector], (v) => build.exp(v)))).not.toThrow()
    expect(() => verify({ inputs: [], outputs: [] })).not.toThrow()
  })

  test.each<[string, () => Graph, RegExp]>([
    [
      'an input that is not listed',
      () => ({ inputs: [], outputs: [build.neg(x)] }),
      /input #\d+ .*float32\[2\].* is not listed/,
    ],
    ['an input listed twice', () => ({ inputs: [x, x], outputs: [x] }), /input #\d+ .* is listed twice/],
    [
      'an input that is computed',
      () => ({ inputs: [chain(x, 1) as Node<'input'>], outputs: [] }),
      /sin #\d+ .* is listed as an input/,
    ],
    [
      'a type that does not follow',
      () => {
        const y = build.neg(x)
        Object.defineProperty(y, 'outputs', { value: [{ dtype: 'float64', shape: [2] }] })
        return { inputs: [x], outputs: [y] }
      },
      /neg #\d+ \(float64\[2\]\) should be float32\[2\]/,
    ],
    [
      'a node that has forgotten its inputs',
      () => {
        const y = build.neg(x)
        y.release()
        return { inputs: [x], outputs: [y] }
      },
      /neg #\d+ .* has forgotten its inputs/,
    ],
    [
      'several outputs read at once',
      () => ({ inputs: [several.inputs[0] as Node<'input'>], outputs: [build.neg(several)] }),
      /neg #\d+ .* reads qr #\d+ .*, which has 2 outputs/,
    ],
    [
      'several outputs returned at once',
      () => ({ inputs: [several.inputs[0] as Node<'input'>], outputs: [several] }),
      /the graph returns qr #\d+ .*, which has 2 outputs/,
    ],
    [
      'a body that uses a value from outside',
      () => {
        const inner = build.input('float32', [2])
        const body: Graph = { inputs: [inner], outputs: [build.add(inner, x)] }
        return { inputs: [x], outputs: build.call([x], { name: 'leak', body }) }
      },
      /input #\d+ .* is not listed/,
    ],
  ])('names %s', (_, make, message) => {
    expect(() => verify(make())).toThrow(message)
  })

  it('looks into graphs inside graphs', () => {
    const bad = build.neg(x)
    Object.defineProperty(bad, 'outputs', { value: [{ dtype: 'float32', shape: [3] }] })
    const innermost: Graph = { inputs: [x], outputs: [bad] }
    const middle = graphOver([{ dtype: 'bool', shape: [] }, vector], (p, v) => build.cond(p, [v], innermost, innermost))
    const graph = graphOver([{ dtype: 'bool', shape: [] }, vector], (p, v) =>
      build.call([p, v], { name: 'f', body: middle }),
    )
    expect(innerGraphs(graph.outputs[0].inputs[0])).toEqual([middle])
    expect(() => verify(graph)).toThrow(/neg #\d+ \(float32\[3\]\) should be float32\[2\]/)
  })
})

describe('fingerprint', () => {
  const key = (graph: Graph): string => fingerprint(graph.outputs, () => false, graph.inputs)

  test.each<[string, (v: Node) => Node | readonly Node[], (v: Node) => Node | readonly Node[]]>([
    ['operations', build.sin, build.cos],
    ['attributes', (v) => build.cumSum(v, 0), (v) => build.cumSum(v, 0, true)],
    ['constants', () => build.constant(1, 'float32'), () => build.constant(2, 'float32')],
    ['signs of zero', () => build.constant(0, 'float32'), () => build.constant(-0, 'float32')],
    ['infinity and NaN', () => build.constant(Infinity, 'float32'), () => build.constant(Number.NaN, 'float32')],
    ['dtypes', (v) => build.cast(v, 'int32'), (v) => build.cast(v, 'uint32')],
    ['shapes', (v) => build.reshape(v, [1, 2]), (v) => build.reshape(v, [2, 1])],
    ['order of outputs', (v) => [v, build.sin(v)], (v) => [build.sin(v), v]],
    [
      'sharing',
      (v) => {
        const s = build.sin(v)
        return build.add(s, s)
      },
      (v) => build.add(build.sin(v), build.sin(v)),
    ],
    [
      'bodies',
      (v) => build.call([v], { name: 'f', body: graphOver([vector], build.sin) }),
      (v) => build.call([v], { name: 'f', body: graphOver([vector], build.cos) }),
    ],
    [
      'recomputing',
      (v) => build.call([v], { name: 'f', body: graphOver([vector], build.sin), recompute: true }),
      (v) => build.call([v], { name: 'f', body: graphOver([vector], build.sin) }),
    ],
    ['results', (v) => build.qr(build.reshape(v, [2, 1]))[0], (v) => build.qr(build.reshape(v, [2, 1]))[1]],
    ['grouping of lists', (v) => build.slice(v, [0], [1]), (v) => build.slice(v, [1], [1])],
  ])('tells %s apart', (_, a, b) => {
    expect(key(graphOver([vector], a))).not.toBe(key(graphOver([vector], b)))
    expect(key(graphOver([vector], a))).toBe(key(graphOver([vector], a)))
  })

  it('counts leaves as inputs, whatever they are made of', () => {
    const x = build.input('float32', [2])
    const made = (leaf: Node): string => fingerprint([build.exp(leaf)], (node) => node === leaf)
    expect(made(build.sin(x))).toBe(made(build.cos(x)))
    expect(made(build.sin(x))).not.toBe(made(build.cast(build.sin(x), 'float64')))
  })
})
