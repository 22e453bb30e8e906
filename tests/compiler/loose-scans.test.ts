import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { deferFromScans } from '../../src/compiler/scans/after.js'
import { hoistFromScans } from '../../src/compiler/scans/before.js'
import { loosenScans } from '../../src/compiler/scans/loosen.js'
import { tidyScans } from '../../src/compiler/scans/tidy.js'
import { simplify } from '../../src/compiler/simplify.js'
import { RandomStream } from '../../src/core/threefry.js'
import { topologicalOrder } from '../../src/graph/graph.js'
import { build, type Graph, makeGraph, type Node, verify } from '../../src/graph/index.js'
import { isOp } from '../../src/graph/node.js'
import type { Attributes } from '../../src/graph/primitives.js'
import { batch } from '../../src/transform/batching.js'
import { gradient } from '../../src/transform/gradient.js'
import { randomFloat64, withZeros } from '../support/checkGradients.js'
import { expectSame } from '../support/compareElements.js'
import { unrolledScan } from '../support/unrolledScan.js'

const { add, dot, mul, tanh } = build
const transpose = (x: Node): Node => build.permute(x, [1, 0])
const tensor = (...shape: number[]): Node<'input'> => build.input('float64', shape)
const like = ({ dtype, shape }: Node): Node<'input'> => build.input(dtype, shape)

const scansOf = (graph: Graph): Node<'scan'>[] =>
  topologicalOrder(graph.outputs).filter((node): node is Node<'scan'> => isOp(node, 'scan'))
const countIn = (graph: Graph, op: string): number =>
  topologicalOrder(graph.outputs).filter((node) => node.op === op).length
const productsInLoops = (graph: Graph): number[] =>
  scansOf(graph).map(({ attributes }) => countIn(attributes.body, 'dot'))

type Step = (carries: readonly Node[], slices: readonly Node[], captured: readonly Node[]) => readonly Node[]
type Run = (inputs: readonly Node[], attributes: Attributes['scan']) => Node[]

interface Sizes {
  readonly carries: readonly Node[]
  readonly slices?: readonly Node[]
  readonly captured?: readonly Node[]
}

/** A scan over `step`, as attributes. */
function attributesOf({ carries, slices = [], captured = [] }: Sizes, step: Step, length: number, reverse = false) {
  const inputs = [carries, slices, captured].map((nodes) => nodes.map(like))
  const outputs = step(inputs[0], inputs[1], inputs[2])
  const body = makeGraph(inputs.flat(), outputs)
  return { body, carries: carries.length, sequences: slices.length, length, reverse }
}

/** The inputs of such a scan. */
const inputsOf = ({ carries, slices = [], captured = [] }: Sizes, length: number): Node<'input'>[] => [
  ...carries.map(like),
  ...slices.map(({ dtype, shape }) => build.input(dtype, [length, ...shape])),
  ...captured.map(like),
]

const random = new RandomStream(11)
const valuesFor = (graph: Graph) => graph.inputs.map(({ shape }) => randomFloat64(shape, random))

/** Checks that a pass, and all of them, keep what a graph computes. */
function expectKept(graph: Graph, pass: (graph: Graph) => Graph): Graph {
  verify(graph)
  const values = valuesFor(graph)
  const wanted = interpret(graph, values)
  const changed = pass(graph)
  verify(changed)
  expectSame(interpret(changed, values), wanted, 10)
  expectSame(interpret(simplify(graph), values), wanted, 10)
  return changed
}

const scanGraph = (sizes: Sizes, step: Step, length: number, reverse = false): Graph => {
  const inputs = inputsOf(sizes, length)
  return makeGraph(inputs, build.scan(inputs, attributesOf(sizes, step, length, reverse)))
}

describe('what does not wait for the steps before', () => {
  const sizes = { carries: [tensor(2, 3)], slices: [tensor(2, 4)], captured: [tensor(4, 3), tensor(3, 3)] }

  it('is one product for all steps', () => {
    const step: Step = ([h], [x], [w, u]) => [tanh(add(dot(x, w), dot(h, u))), dot(tanh(x), w)]
    const changed = expectKept(scanGraph(sizes, step, 5), hoistFromScans)
    expect(productsInLoops(changed)).toEqual([1])
    const outside = topologicalOrder(changed.outputs).filter(({ op }) => op === 'dot')
    expect(outside.map(({ shape }) => shape)).toEqual([
      [10, 3],
      [10, 3],
    ])
  })

  it('stays where the results are larger than the matrix', () => {
    const many = { carries: [tensor(9, 3)], slices: [tensor(9, 4)], captured: [tensor(4, 3)] }
    const step: Step = ([h], [x], [w]) => [tanh(add(dot(x, w), h))]
    expect(productsInLoops(expectKept(scanGraph(many, step, 5), hoistFromScans))).toEqual([1])
  })

  it('may be a chain of products, also the other way round', () => {
    const chain = { carries: [tensor(3, 2)], slices: [tensor(4, 2)], captured: [tensor(4, 4), tensor(3, 4)] }
    const step: Step = ([h], [x], [v, w]) => {
      const first = dot(v, x)
      return [tanh(add(dot(w, tanh(first)), h)), first]
    }
    expect(productsInLoops(expectKept(scanGraph(chain, step, 4), hoistFromScans))).toEqual([0])
  })

  it('is computed once if it is the same in every step', () => {
    const step: Step = ([h], [x], [w, u]) => [
      tanh(add(dot(h, dot(transpose(u), build.exp(u))), dot(x, w))),
      add(h, build.expand(build.reshape(build.reduceSum(w, [0]), [1, 3]), [2, 3])),
    ]
    const changed = expectKept(scanGraph(sizes, step, 5), hoistFromScans)
    const [{ attributes }] = scansOf(changed)
    expect(countIn(attributes.body, 'dot')).toBe(1)
    expect(countIn(attributes.body, 'exp') + countIn(attributes.body, 'reduceSum')).toBe(0)
  })

  it('turns a matrix once', () => {
    const step: Step = ([h], [x], [w, u]) => [tanh(add(dot(h, transpose(u)), dot(x, w)))]
    const changed = expectKept(scanGraph(sizes, step, 5), hoistFromScans)
    expect(countIn(scansOf(changed)[0].attributes.body, 'permute')).toBe(0)
  })

  it('stays if it draws random numbers or holds a loop', () => {
    const key = build.input('uint32', [2])
    const inner = attributesOf({ carries: [tensor(3)] }, ([a]) => [tanh(a)], 3)
    const step: Step = ([h], [keys, x], [w]) => {
      const noise = build.cast(build.randomBits(keys, [1, 3]), 'float64')
      const [looped] = build.scan([x], inner)
      return [add(h, dot(add(noise, build.reshape(looped, [1, 3])), w))]
    }
    const given = { carries: [tensor(1, 3)], slices: [key, tensor(3)], captured: [tensor(3, 3)] }
    const graph = scanGraph(given, step, 3)
    expect(productsInLoops(hoistFromScans(graph))).toEqual(productsInLoops(graph))
  })
})

describe('what no later step waits for', () => {
  const sizes = {
    carries: [tensor(2, 3), tensor(4, 3), tensor(3)],
    slices: [tensor(2, 4), tensor(2, 3)],
    captured: [tensor(3, 3)],
  }
  /** Beside the state a sum of products, one of rows, and a product of the state. */
  const step: Step = ([h, w, b], [x, g], [u]) => {
    const next = tanh(add(dot(h, u), g))
    return [next, add(w, dot(transpose(x), next)), add(build.reduceSum(next, [0]), b), dot(h, u)]
  }

  it.each([
    [5, false],
    [5, true],
    [2, false],
    [1, false],
    [0, false],
  ])('is one product after %i steps, reverse %s', (length, reverse) => {
    const changed = expectKept(scanGraph(sizes, step, length, reverse), deferFromScans)
    if (length > 1) {
      expect(scansOf(changed)[0].attributes.carries).toBe(1)
      expect(topologicalOrder(changed.outputs).find(({ op }) => op === 'dot')?.inputs[0].shape).toEqual([4, 2 * length])
    }
  })

  it('is a sum of several products, moved, scaled and beside each other', () => {
    const parts: Step = ([h, w], [x, g], [u, s]) => {
      const next = tanh(add(dot(h, u), g))
      const product = dot(transpose(x), next)
      const half = build.slice(product, [0, 0], [4, 2])
      const last = build.slice(dot(transpose(x), g), [0, 2], [4, 1])
      const joined = build.concat([build.neg(half), last], 1)
      const padded = build.pad(build.slice(product, [1, 1], [2, 2]), [1, 1], [1, 0])
      const turned = build.reshape(transpose(dot(transpose(next), x)), [4, 3])
      return [next, add(add(add(w, joined), mul(s, padded)), build.sub(turned, product))]
    }
    const given = { ...sizes, carries: [tensor(2, 3), tensor(4, 3)], captured: [tensor(3, 3), tensor(4, 3)] }
    const changed = expectKept(scanGraph(given, parts, 4), deferFromScans)
    expect(scansOf(changed)[0].attributes.carries).toBe(1)
    expect(productsInLoops(changed)).toEqual([1])
  })

  it('may have a batch of matrices', () => {
    const given = { carries: [tensor(5, 2, 3), tensor(5, 4, 3)], slices: [tensor(5, 2, 4)] }
    const batches: Step = ([h, w], [x]) => [tanh(h), add(w, dot(build.permute(x, [0, 2, 1]), h))]
    const changed = expectKept(scanGraph(given, batches, 3), deferFromScans)
    expect(productsInLoops(changed)).toEqual([0])
  })

  it('stays where the factors are larger than the sum', () => {
    const many = { carries: [tensor(30, 3), tensor(3, 3)] }
    const wide: Step = ([h, w]) => [tanh(h), add(w, dot(transpose(h), tanh(h)))]
    expect(productsInLoops(expectKept(scanGraph(many, wide, 4), deferFromScans))).toEqual([1])
  })

  it('stays where a sum is looked at on the way, or is none', () => {
    const given = { carries: [tensor(2, 3), tensor(3, 3)], captured: [tensor(3, 3)] }
    const steps: readonly Step[] = [
      ([h, w], _, [u]) => [tanh(dot(h, u)), add(w, dot(transpose(h), h)), w],
      ([h, w], _, [u]) => [tanh(dot(h, w)), add(w, dot(transpose(h), dot(h, u)))],
      ([h, w]) => [tanh(h), add(w, add(w, dot(transpose(h), h)))],
      ([h, w]) => [tanh(h), add(w, tanh(dot(transpose(h), h)))],
      ([h, w]) => [tanh(h), build.sub(dot(transpose(h), h), w)],
      ([h, w]) => [
        tanh(h),
        add(w, build.pad(build.slice(dot(transpose(h), h), [0, 0], [2, 3]), [0, 0], [1, 0], [0, 0], 1)),
      ],
      ([h, w]) => {
        const sum = add(w, dot(transpose(h), h))
        return [tanh(h), sum, sum]
      },
    ]
    for (const each of steps) {
      const graph = scanGraph(given, each, 3)
      expect(productsInLoops(expectKept(graph, deferFromScans))).toEqual(productsInLoops(graph))
    }
  })

  it('adds up before a matrix that stays', () => {
    const given = { carries: [tensor(2, 3), tensor(2, 4), tensor(4, 3)], captured: [tensor(3, 4), tensor(4, 2)] }
    const fixed: Step = ([h, a, b], _, [v, w]) => [tanh(h), add(a, dot(h, v)), add(b, dot(w, h))]
    const changed = expectKept(scanGraph(given, fixed, 5), deferFromScans)
    expect(productsInLoops(changed)).toEqual([0])
    const outside = topologicalOrder(changed.outputs).filter(({ op }) => op === 'dot')
    expect(outside.flatMap(({ inputs }) => inputs.map(({ shape }) => shape))).toEqual([
      [2, 3],
      [3, 4],
      [4, 2],
      [2, 3],
    ])
  })

  it('collects what the steps compute anyway rather than computing it again', () => {
    const given = { carries: [tensor(2, 3)], slices: [tensor(2, 3)], captured: [tensor(3, 4), tensor(6, 4)] }
    const heads: Step = ([h], [x], [v, w]) => {
      const [state, joined] = [tanh(add(h, x)), build.concat([build.sin(h), x], 1)]
      const next = add(mul(state, h), build.slice(joined, [0, 1], [2, 3]))
      return [next, h, dot(state, v), dot(joined, w)]
    }
    const changed = expectKept(scanGraph(given, heads, 5), deferFromScans)
    expect(productsInLoops(changed)).toEqual([0])
    for (const op of ['tanh', 'sin', 'concat']) expect(countIn(changed, op)).toBe(0)
  })

  it('leaves the other terms of a sum where they are', () => {
    const given = { carries: [tensor(2, 3), tensor(3, 3)], slices: [tensor(3, 3)] }
    const mixed: Step = ([h, w], [x]) => [tanh(h), add(add(mul(x, x), w), dot(transpose(h), h))]
    const changed = expectKept(scanGraph(given, mixed, 3), deferFromScans)
    expect(productsInLoops(changed)).toEqual([0])
    expect(countIn(scansOf(changed)[0].attributes.body, 'mul')).toBe(1)
  })
})

describe('what needs no loop', () => {
  const sizes = { carries: [tensor(3), tensor(3), tensor(3)], slices: [tensor(3)], captured: [tensor(3)] }

  it('leaves scans: fixed carries, stacks of slices and of what stays', () => {
    const step: Step = ([h, fixed, c], [x], [k]) => [tanh(add(mul(h, fixed), x)), fixed, add(c, h), x, mul(k, fixed), h]
    for (const length of [0, 1, 4]) {
      const changed = expectKept(scanGraph(sizes, step, length), tidyScans)
      expect(scansOf(changed)[0].attributes).toMatchObject({ carries: 2, sequences: 1 })
      expect(scansOf(changed)[0].outputs).toHaveLength(3)
    }
  })

  it('leaves scans: carries that nobody reads', () => {
    const step: Step = ([a, b, c], [x]) => [add(a, b), tanh(add(b, x)), add(c, a), b]
    const inputs = inputsOf(sizes, 4)
    const outputs = build.scan(inputs, attributesOf(sizes, step, 4))
    const changed = expectKept(makeGraph(inputs, [outputs[3]]), tidyScans)
    expect(scansOf(changed)[0].attributes.carries).toBe(1)
    expect(scansOf(tidyScans(makeGraph(inputs, [outputs[0]])))[0].attributes.carries).toBe(2)
    expect(scansOf(tidyScans(makeGraph(inputs, [outputs[2]])))[0].attributes.carries).toBe(3)
  })
})

// A network with two layers in the step, weights used as matrices and element by element, and the state as a captured
// value of an inner scan.
const networkSizes = {
  carries: [tensor(2, 3), tensor(2, 3)],
  slices: [tensor(2, 4)],
  captured: [tensor(4, 3), tensor(3, 3), tensor(3), tensor(3, 3)],
}
const rows = (b: Node, n: number): Node => build.expand(build.reshape(b, [1, ...b.shape]), [n, ...b.shape])
const networkStep: Step = ([h, c], [x], [w, u, b, v]) => {
  const gates = add(add(dot(x, w), dot(h, u)), rows(b, 2))
  const inner = attributesOf(
    { carries: [tensor(3)], slices: [tensor(3)], captured: [tensor(3, 3), tensor(2, 3)] },
    ([state], [row], [matrix, outer]) => {
      const next = tanh(add(build.reshape(dot(build.reshape(state, [1, 3]), matrix), [3]), row))
      return [next, add(next, build.reduceSum(outer, [0]))]
    },
    3,
  )
  const [last, all] = build.scan([build.reduceSum(c, [0]), mul(u, u), v, h], inner)
  const cell = add(mul(tanh(gates), c), rows(last, 2))
  return [tanh(cell), cell, dot(tanh(cell), v), build.reduceSum(all, [0])]
}

/** Σ of all outputs with fixed weights, and its gradients, of first or second order. */
function derivatives(run: Run, length: number, reverse: boolean, order: 1 | 2, step = networkStep): Graph {
  const inputs = inputsOf(networkSizes, length)
  const weigh = (nodes: readonly Node[]): Node =>
    nodes
      .map((node) => {
        const flat = build.reshape(node, [node.shape.reduce((size, n) => size * n, 1)])
        return build.reduceSum(mul(flat, build.cos(build.iota('float64', flat.shape, 0))), [0])
      })
      .reduce(add)
  const loss = weigh(run(inputs, attributesOf(networkSizes, step, length, reverse)))
  const first = withZeros(gradient([loss], [build.onesLike(loss)], inputs), inputs)
  if (order === 1) return makeGraph(inputs, [loss, ...first])
  const pushed = weigh(first)
  return makeGraph(inputs, withZeros(gradient([pushed], [build.onesLike(pushed)], inputs), inputs))
}

describe('gradients of scans', () => {
  it.each([
    [4, false, 1],
    [4, true, 1],
    [2, true, 1],
    [1, false, 1],
    [3, false, 2],
    [3, true, 2],
    [1, false, 2],
  ] as const)('are those of %i steps written out, reverse %s, order %i', (length, reverse, order) => {
    const written = derivatives(unrolledScan, length, reverse, order)
    const scanned = derivatives(build.scan, length, reverse, order)
    const values = valuesFor(written)
    const wanted = interpret(written, values)
    expectSame(interpret(scanned, values), wanted, 100)
    expectSame(interpret(simplify(scanned), values), wanted, 100)
  })

  it.each([1, 2] as const)('of no steps are those of the starts, order %i', (order) => {
    const graph = derivatives(build.scan, 0, false, order)
    const values = valuesFor(graph)
    expectSame(interpret(simplify(graph), values), interpret(graph, values))
  })

  it('batched give what each example gives', () => {
    const graph = derivatives(build.scan, 3, false, 1)
    const examples = graph.inputs.map(({ dtype, shape }) => build.input(dtype, [2, ...shape]))
    const batched = makeGraph(examples, batch(graph.outputs, new Map(graph.inputs.map((x, i) => [x, examples[i]])), 2))
    const values = valuesFor(batched)
    const written = derivatives(unrolledScan, 3, false, 1)
    const found = interpret(simplify(batched), values)
    for (const example of [0, 1]) {
      const part = (value: (typeof values)[number]) => {
        const size = value.data.length / 2
        return { ...value, shape: value.shape.slice(1), data: value.data.slice(example * size, (example + 1) * size) }
      }
      expectSame(found.map(part), interpret(written, values.map(part)), 100)
    }
  })

  it('keep one product forward and one backward in the loops of a network', () => {
    const sizes = { carries: [tensor(2, 8)], slices: [tensor(2, 4)], captured: [tensor(4, 8), tensor(8, 8), tensor(8)] }
    const step: Step = ([h], [x], [w, u, b]) => {
      const next = tanh(add(add(dot(x, w), dot(h, u)), rows(b, 2)))
      return [next, next]
    }
    const inputs = inputsOf(sizes, 6)
    const [, states] = build.scan(inputs, attributesOf(sizes, step, 6))
    const found = withZeros(gradient([states], [build.onesLike(states)], inputs), inputs)
    const simplified = simplify(makeGraph(inputs, [states, ...found]))
    expect(productsInLoops(simplified)).toEqual([1, 1])
    // The products with the inputs and the gradients of x, w and u, each for all steps.
    expect(countIn(simplified, 'dot')).toBe(4)
    for (const { attributes } of scansOf(simplified)) expect(countIn(attributes.body, 'reduceSum')).toBe(0)
  })
})

describe('random steps', () => {
  const N = 3
  const square = tensor(N, N)
  const given = { carries: [square, square, square], slices: [square, square], captured: [square, square] }
  const operations: readonly ((a: Node, b: Node) => Node)[] = [
    dot,
    dot,
    dot,
    add,
    build.sub,
    mul,
    (a) => transpose(a),
    (a) => tanh(a),
    (a) => build.neg(a),
    (a) => rows(build.reduceSum(a, [0]), N),
    (a, b) => build.concat([build.slice(a, [0, 0], [1, N]), build.slice(b, [1, 0], [N - 1, N])], 0),
    (a) => build.pad(build.slice(a, [0, 1], [N, N - 1]), [0, 1], [0, 0]),
    (a, b) => build.where(build.less(a, b), a, b),
    (a) => build.reshape(build.reshape(a, [N * N]), [N, N]),
  ]
  const choices = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 3, maxLength: 12 })
  const stepOf =
    (list: readonly (readonly [number, number, number])[]): Step =>
    (carries, slices, captured) => {
      const [h, ...sums] = carries
      const values = [h, ...slices, ...captured]
      for (const [operation, a, b] of list) {
        const made = operations[operation % operations.length](values[a % values.length], values[b % values.length])
        values.push(made)
      }
      const [last, before, earlier] = [...values].reverse()
      return [tanh(last), add(sums[0], before), add(add(last, sums[1]), earlier), earlier, before]
    }

  it('give the same in a loop that is loosened', () => {
    const runs = fc.property(choices, fc.nat(4), fc.boolean(), (list, length, reverse) => {
      expectKept(scanGraph(given, stepOf(list), length, reverse), loosenScans)
    })
    fc.assert(runs, { numRuns: 400, seed: 20_250_607 })
  })

  it('have the gradients of the steps written out', () => {
    const runs = fc.property(choices, fc.integer({ min: 1, max: 3 }), fc.boolean(), (list, length, reverse) => {
      const attributes = attributesOf(given, stepOf(list), length, reverse)
      const graphs = [unrolledScan, build.scan].map((run: Run) => {
        const inputs = inputsOf(given, length)
        const outputs = run(inputs, attributes).map((output) => tanh(output))
        const found = gradient(outputs, outputs.map(build.onesLike), inputs)
        return makeGraph(inputs, withZeros(found, inputs))
      })
      const values = valuesFor(graphs[0])
      const wanted = interpret(graphs[0], values)
      expectSame(interpret(graphs[1], values), wanted, 1e4, { signs: false })
      expectSame(interpret(simplify(graphs[1]), values), wanted, 1e4, { signs: false })
    })
    fc.assert(runs, { numRuns: 200, seed: 20_250_607 })
  })
})
