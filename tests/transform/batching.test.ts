import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { fillRandomBits } from '../../src/core/threefry.js'
import * as build from '../../src/graph/build.js'
import { type Graph, topologicalOrder } from '../../src/graph/graph.js'
import { isOp, type Node } from '../../src/graph/node.js'
import type { ConvAttributes, Primitive } from '../../src/graph/primitives.js'
import { primitives } from '../../src/graph/types.js'
import { batch, batchings } from '../../src/transform/batching.js'
import {
  type Argument,
  all,
  batchedGraph,
  each,
  elements,
  expectLoop,
  integers,
  normal,
  vmapped,
} from './loop-over-examples.js'

const three = (make: () => ReturnType<typeof normal>): Argument => each(make(), make(), make())

/** Sizes of the inputs of all nodes of one primitive. */
const operandShapes = (graph: Graph, op: Primitive): (readonly number[])[][] =>
  topologicalOrder(graph.outputs)
    .filter((node) => isOp(node, op))
    .map((node) => node.inputs.map((input) => input.shape))

/** Every choice of mapped arguments but the one without any. */
function choices(makers: readonly (() => ReturnType<typeof normal>)[]): Argument[][] {
  const count = 2 ** makers.length
  return Array.from({ length: count - 1 }, (_, choice) =>
    makers.map((make, i) => ((choice + 1) & (1 << i) ? three(make) : all(make()))),
  )
}

describe('batch', () => {
  it('has a rule for every primitive', () => {
    expect(Object.keys(batchings).sort()).toEqual([...primitives].sort())
  })

  it('computes what does not depend on the examples once, and repeats it at the end', () => {
    const f = ([x, w]: readonly Node[]) => [build.add(x, build.exp(w)), build.exp(w)]
    const graph = expectLoop(f, [three(() => normal([2])), all(normal([2]))], 3)
    expect(operandShapes(graph, 'exp')).toEqual([[[2]], [[2]]])
    expect(graph.outputs.map((output) => output.shape)).toEqual([
      [3, 2],
      [3, 2],
    ])
  })

  it('shares the nodes that do not depend on the examples', () => {
    const x = build.input('float32', [2])
    const w = build.exp(build.input('float32', [2]))
    const [sum] = batch([build.add(x, w)], new Map([[x, build.input('float32', [5, 2])]]), 5)
    expect(topologicalOrder([sum])).toContain(w)
  })

  it('gives empty results for no examples', () => {
    const f = ([x]: readonly Node[]) => [build.reduceMax(x, [0]), build.cast(x, 'int32')]
    const { graph, values } = batchedGraph(f, [each(normal([4]))], 0)
    expect(interpret(graph, values).map(({ dtype, shape }) => ({ dtype, shape }))).toEqual([
      { dtype: 'float64', shape: [0] },
      { dtype: 'int32', shape: [0, 4] },
    ])
  })

  it('refuses replacements of another size, shape or dtype', () => {
    const x = build.input('float32', [2], 'x')
    const replaceBy = (value: Node) => () => batch([build.exp(x)], new Map([[x, value]]), 3)
    expect(replaceBy(build.input('float32', [2, 2]))).toThrow(
      'batch: 3 examples of float32[2] are float32[3, 2], not float32[2, 2]',
    )
    expect(replaceBy(build.input('float64', [3, 2]))).toThrow('not float64[3, 2]')
  })

  it('does not look into the past of older nodes', () => {
    const old = build.exp(build.input('float32', []))
    Object.defineProperty(old, 'inputs', { get: () => expect.fail('looked') })
    const x = build.input('float32', [])
    const [sum] = batch([build.add(x, old)], new Map([[x, build.input('float32', [3])]]), 3)
    expect(sum.shape).toEqual([3])
  })
})

describe('dot', () => {
  const dot = ([a, b]: readonly Node[]) => [build.dot(a, b)]

  it.each([
    { a: [4, 5], b: [5, 3] },
    { a: [1, 5], b: [5, 3] },
    { a: [4, 5], b: [5, 1] },
    { a: [2, 4, 5], b: [2, 5, 3] },
    { a: [2, 3, 4, 5], b: [2, 3, 5, 1] },
    { a: [2, 0], b: [0, 3] },
  ])('of $a and $b', ({ a, b }) => {
    for (const args of choices([() => normal(a), () => normal(b)])) {
      for (const size of [1, 3]) expectLoop(dot, args, size)
    }
  })

  it('does not repeat a shared matrix', () => {
    const vectors = three(() => normal([1, 5]))
    const graph = expectLoop(dot, [vectors, all(normal([5, 4]))], 3)
    expect(operandShapes(graph, 'dot')).toEqual([
      [
        [3, 5],
        [5, 4],
      ],
    ])
    const wide = expectLoop(dot, [all(normal([4, 5])), three(() => normal([5, 2]))], 3)
    expect(operandShapes(wide, 'dot')).toEqual([
      [
        [4, 5],
        [5, 6],
      ],
    ])
  })
})

describe('conv', () => {
  const attributes: ConvAttributes = {
    strides: [2, 1],
    padding: [
      [1, 0],
      [0, 1],
    ],
    inputDilation: [1, 2],
    kernelDilation: [1, 1],
    groups: 1,
  }
  const conv =
    (groups: number) =>
    ([x, kernel]: readonly Node[]) => [build.conv(x, kernel, { ...attributes, groups })]

  it.each([1, 2])('with %i groups', (groups) => {
    const makers = [() => normal([2, 5, 4, 4]), () => normal([3, 2, 4 / groups, 6])]
    for (const args of choices(makers)) for (const size of [1, 3]) expectLoop(conv(groups), args, size)
  })

  it('needs one convolution in every case', () => {
    const x = () => normal([2, 5, 4, 4])
    const kernel = () => normal([3, 2, 2, 6])
    const shapes = (args: Argument[]) => operandShapes(batchedGraph(conv(2), args, 3).graph, 'conv')
    expect(shapes([three(x), all(kernel())])).toEqual([
      [
        [6, 5, 4, 4],
        [3, 2, 2, 6],
      ],
    ])
    expect(shapes([all(x()), three(kernel)])).toEqual([
      [
        [2, 5, 4, 4],
        [3, 2, 2, 18],
      ],
    ])
    expect(shapes([three(x), three(kernel)])).toEqual([
      [
        [2, 5, 4, 12],
        [3, 2, 2, 18],
      ],
    ])
  })
})

describe('indexing', () => {
  it.each([
    { x: [5, 2], indices: [3], batchDims: 0 },
    { x: [5], indices: [], batchDims: 0 },
    { x: [2, 5, 3], indices: [2, 4], batchDims: 1 },
    { x: [2, 3, 5], indices: [2, 3, 2, 2], batchDims: 2 },
  ])('gather of $x by $indices', ({ x, indices, batchDims }) => {
    const gather = ([x, indices]: readonly Node[]) => [build.gather(x, indices, batchDims)]
    for (const args of choices([() => normal(x), () => integers(indices, 0, 5)])) {
      for (const size of [1, 3]) expectLoop(gather, args, size)
    }
  })

  it('gathers from a shared table without repeating it', () => {
    const gather = ([x, indices]: readonly Node[]) => [build.gather(x, indices)]
    const graph = expectLoop(gather, [all(normal([9, 4])), three(() => integers([2], 0, 9))], 3)
    expect(operandShapes(graph, 'gather')).toEqual([
      [
        [9, 4],
        [3, 2],
      ],
    ])
  })

  it.each(['set', 'add', 'max', 'min'] as const)('scatter with mode %s', (mode) => {
    const scatter = ([x, indices, updates]: readonly Node[]) => [build.scatter(x, indices, updates, mode)]
    const makers = [() => normal([5, 2]), () => integers([3], 0, 5), () => normal([3, 2])]
    for (const args of choices(makers)) for (const size of [1, 3]) expectLoop(scatter, args, size)
  })

  it('triangularSolve with a shared matrix solves for more right-hand sides', () => {
    const matrix = elements('float64', [2, 2], [2, 0, 1, 3])
    const solve = ([a, b]: readonly Node[]) => [
      build.triangularSolve(a, b, { lower: true, transpose: false, unitDiagonal: false }),
    ]
    const graph = expectLoop(solve, [all(matrix), three(() => normal([2, 4]))], 3)
    expect(operandShapes(graph, 'triangularSolve')).toEqual([
      [
        [2, 2],
        [2, 12],
      ],
    ])
  })
})

describe('randomBits', () => {
  it('draws for each key what that key gives alone', () => {
    const keys = [
      [1, 2],
      [3, 4],
      [5, 6],
    ]
    const draw = ([key]: readonly Node[]) => [build.randomBits(key, [2, 3])]
    const arg = each(...keys.map((key) => elements('uint32', [2], key)))
    const { graph, values } = batchedGraph(draw, [arg], 3)
    const wanted = keys.flatMap(([a, b]) => {
      const words = new Uint32Array(6)
      fillRandomBits(words, a, b)
      return [...words]
    })
    expect([...interpret(graph, values)[0].data]).toEqual(wanted)
    expectLoop(draw, [arg], 3)
  })
})

describe('nested', () => {
  it('maps over two axes, in both orders', () => {
    // Each of 3 vectors with each of 2 matrices.
    const product = ([v, m]: readonly Node[]) => [build.dot(build.reshape(v, [1, 4]), m)]
    const overMatrices = vmapped(product, [false, true], 2)
    expectLoop(overMatrices, [three(() => normal([4])), all(normal([2, 4, 3]))], 3)
    const overVectors = vmapped(product, [true, false], 2)
    expectLoop(overVectors, [all(normal([2, 4])), three(() => normal([4, 3]))], 3)
    const overBoth = vmapped(product, [true, true], 2)
    expectLoop(overBoth, [three(() => normal([2, 4])), three(() => normal([2, 4, 3]))], 3)
  })
})
