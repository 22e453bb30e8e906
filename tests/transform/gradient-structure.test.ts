import { describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import type { DType } from '../../src/core/dtype.js'
import type { Shape } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import * as build from '../../src/graph/build.js'
import { type Graph, makeGraph, topologicalOrder } from '../../src/graph/graph.js'
import type { Node } from '../../src/graph/node.js'
import type { Attributes } from '../../src/graph/primitives.js'
import { verify } from '../../src/graph/verify.js'
import { capture } from '../../src/transform/capture.js'
import { gradient } from '../../src/transform/gradient.js'
import { checkGradients, float64, randomFloat64, withZeros } from '../support/checkGradients.js'

const random = new RandomStream(5)
const normal = (...shape: number[]): Elements => randomFloat64(shape, random)
const bool = (value: boolean): Elements => ({ dtype: 'bool', shape: [], data: Uint8Array.of(value ? 1 : 0) })

const { add, mul, sin, tanh, dot } = build

/** A closed graph of inputs of these types. */
function graphOf(types: readonly (readonly [DType, Shape])[], f: (inputs: readonly Node[]) => readonly Node[]): Graph {
  const inputs = types.map(([dtype, shape]) => build.input(dtype, shape))
  return makeGraph(inputs, f(inputs))
}

const vector = ['float64', [3]] as const
const square = ['float64', [3, 3]] as const
const scalar = ['float64', []] as const

const matrixTimes = (w: Node, x: Node): Node => build.reshape(dot(w, build.reshape(x, [3, 1])), [3])

describe('call', () => {
  const body = graphOf([vector, vector], ([a, b]) => [mul(sin(a), b), build.exp(a)])
  it.each([false, true])('with recompute %s has the gradient of its body', (recompute) => {
    const called = ([a, b]: readonly Node[]): Node[] => build.call([mul(a, a), b], { name: 'body', body, recompute })
    checkGradients(called, [normal(3), normal(3)])
    checkGradients((inputs) => called(inputs)[1], [normal(3), normal(3)])
    checkGradients(([a]) => called([a, a]), [normal(3)])
  })
  it('nested calls', () => {
    const outer = graphOf([vector, vector], ([a, b]) =>
      build.call([b, tanh(a)], { name: 'inner', body, recompute: true }),
    )
    for (const recompute of [false, true]) {
      checkGradients((inputs) => build.call(inputs, { name: 'outer', body: outer, recompute }), [normal(3), normal(3)])
    }
  })
  it('with recompute keeps nothing of the body for the gradient', () => {
    const [a, b] = [build.input('float64', [3]), build.input('float64', [3])]
    const [y] = build.call([a, b], { name: 'body', body, recompute: true })
    const found = withZeros(gradient([y], [build.onesLike(y)], [a, b]), [a, b])
    const calls = topologicalOrder(found).filter(({ op }) => op === 'call')
    expect(calls.map(({ attributes }) => (attributes as Attributes['call']).name)).toEqual(['body gradient'])
    expect(calls[0].attributes).toMatchObject({ recompute: true })
    expect(topologicalOrder(found).some(({ op }) => op === 'sin')).toBe(false)
  })
  it('uses a gradient written by hand', () => {
    // A function whose gradient is replaced by ten times the cotangent.
    const [x, t] = [build.input('float64', [3]), build.input('float64', [3])]
    const identity = graphOf([vector], ([a]) => [a])
    const [y] = build.call([sin(x)], {
      name: 'tenfold',
      body: identity,
      gradient: (_inputs, _outputs, [grad]) => [mul(grad, build.fill(10, [3], 'float64'))],
    })
    const [found] = gradient([y], [t], [x])
    const at = normal(3)
    const weights = normal(3)
    const [values] = interpret(makeGraph([x, t], [found!]), [at, weights])
    values.data.forEach((value, i) => {
      expect(value).toBeCloseTo(10 * weights.data[i] * Math.cos(at.data[i]), 12)
    })
  })
  it('a right gradient written by hand can be differentiated again', () => {
    const cube = graphOf([vector], ([a]) => [mul(a, mul(a, a))])
    checkGradients(
      ([x]) =>
        build.call([x], {
          name: 'cube',
          body: cube,
          gradient: ([a], _, [grad]) => [mul(grad, mul(build.fill(3, [3], 'float64'), mul(a, a)))],
        }),
      [normal(3)],
    )
  })
  it('refuses a gradient by hand of the wrong shape', () => {
    const x = build.input('float64', [3])
    const [y] = build.call([x], {
      name: 'wrong',
      body: graphOf([vector], ([a]) => [a]),
      gradient: (_inputs, _outputs, [grad]) => [build.reduceSum(grad, [0])],
    })
    expect(() => gradient([y], [y], [x])).toThrow('grad: wrong gives a cotangent float64[] for a value float64[3].')
  })
})

describe('cond', () => {
  const whenTrue = graphOf([vector, vector], ([a, b]) => [mul(sin(a), b), a])
  const whenFalse = graphOf([vector, vector], ([a]) => [tanh(mul(a, a)), build.onesLike(a)])
  it.each([true, false])('has the gradient of the branch taken when %s', (choice) =>
    checkGradients(
      ([p, a, b]) => build.cond(p, [mul(a, a), b], whenTrue, whenFalse),
      [bool(choice), normal(3), normal(3)],
    ),
  )
  it('where no branch depends, there is no gradient', () => {
    const constant = graphOf([vector], () => [build.fill(2, [3], 'float64')])
    const x = build.input('float64', [3])
    const [y] = build.cond(build.constant(1, 'bool'), [x], constant, constant)
    expect(gradient([y], [build.onesLike(y)], [x])).toEqual([undefined])
  })
})

describe('scan', () => {
  type Scan = Omit<Attributes['scan'], 'body'>
  // h ← tanh(W h + x), y = h²: carries, sequences, captured
  const cell = (emitAll: boolean): Graph =>
    graphOf([vector, vector, square], ([h, x, w]) => {
      const next = tanh(add(matrixTimes(w, h), x))
      return emitAll ? [next, mul(next, next), h, next] : [next, mul(next, next)]
    })
  const attributes: Scan = { carries: 1, sequences: 1, length: 4, reverse: false }

  it.each([
    [4, false],
    [4, true],
    [1, false],
    [0, false],
  ])('over %s steps, reverse %s', (length, reverse) => {
    const run = (inputs: readonly Node[]): Node[] =>
      build.scan(inputs, { ...attributes, body: cell(false), length, reverse })
    const values = [normal(3), normal(length, 3), normal(3, 3)]
    checkGradients(run, values)
    checkGradients((inputs) => run(inputs)[0], values)
    checkGradients((inputs) => run(inputs)[1], values)
    checkGradients(run, values, { fixed: [true, false, true] })
    checkGradients(run, values, { fixed: [true, true, false] })
  })

  it('agrees with the loop written out', () => {
    const values = [normal(3), normal(4, 3), normal(3, 3)]
    const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
    const [h0, xs, w] = inputs
    let h: Node = h0
    for (let i = 0; i < 4; i++) {
      h = tanh(add(matrixTimes(w, h), build.reshape(build.slice(xs, [i, 0], [1, 3]), [3])))
    }
    const [scanned] = build.scan(inputs, { ...attributes, body: cell(false) })
    const found = [h, scanned].flatMap((y) => withZeros(gradient([y], [build.onesLike(y)], inputs), inputs))
    const results = interpret(makeGraph(inputs, found), values)
    for (let k = 0; k < 3; k++) {
      results[k].data.forEach((value, i) => {
        expect(results[k + 3].data[i]).toBeCloseTo(value, 12)
      })
    }
  })

  it('reads the carries and the costly values of every step from a scan that emits them', () => {
    const scansOf = (emitAll: boolean): number => {
      const inputs = [build.input('float64', [3]), build.input('float64', [4, 3]), build.input('float64', [3, 3])]
      const [, ys] = build.scan(inputs, { ...attributes, body: cell(emitAll) })
      const found = withZeros(gradient([ys], [build.onesLike(ys)], inputs), inputs)
      return topologicalOrder([ys, ...found]).filter(({ op }) => op === 'scan').length
    }
    expect(scansOf(true)).toBe(2)
    expect(scansOf(false)).toBe(3)
    checkGradients(
      (inputs) => build.scan(inputs, { ...attributes, body: cell(true) }),
      [normal(3), normal(4, 3), normal(3, 3)],
    )
  })

  it('a linear step needs no carries of every step', () => {
    const body = graphOf([scalar, scalar], ([sum, x]) => [add(sum, x), sum])
    const inputs = [build.input('float64', []), build.input('float64', [4])]
    const [last] = build.scan(inputs, { ...attributes, body: makeGraph(body.inputs, [body.outputs[0]]) })
    const found = withZeros(gradient([last], [build.onesLike(last)], inputs), inputs)
    expect(topologicalOrder(found).filter(({ op }) => op === 'scan')).toHaveLength(1)
    checkGradients((nodes) => build.scan(nodes, { ...attributes, body }), [normal(), normal(4)])
  })

  it('counters, carries that swap, and carries without influence', () => {
    // (i, a, b, c) ← (i + 1, b, sin(a)·x, c + 1); y = i · a
    const body = graphOf([['int32', []], scalar, scalar, scalar, scalar], ([i, a, b, c, x]) => [
      add(i, build.constant(1, 'int32')),
      b,
      mul(sin(a), x),
      add(c, build.constant(1, 'float64')),
      mul(build.cast(i, 'float64'), a),
    ])
    const run = (inputs: readonly Node[]): Node[] =>
      build.scan([build.constant(0, 'int32'), ...inputs], { carries: 4, sequences: 1, length: 5, reverse: false, body })
    const values = [normal(), normal(), normal(), normal(5)]
    checkGradients(run, values)
    for (const k of [1, 2, 3, 4]) checkGradients((inputs) => run(inputs)[k], values)
    for (const still of [0, 1, 2, 3]) checkGradients(run, values, { fixed: values.map((_, i) => i !== still) })
  })

  it('a carry that is overwritten', () => {
    const body = graphOf([scalar, scalar], ([a, x]) => [mul(x, x), mul(a, x)])
    checkGradients((inputs) => build.scan(inputs, { ...attributes, body }), [normal(), normal(4)])
    checkGradients((inputs) => build.scan(inputs, { ...attributes, body })[0], [normal(), normal(4)])
  })

  it('scans, branches and checkpoints inside a scan', () => {
    const step = graphOf([vector, vector], ([h, x]) => [tanh(mul(h, x))])
    const inner = graphOf([vector, vector, square], ([h, x, w]) => {
      const [called] = build.call([h, matrixTimes(w, x)], { name: 'step', body: step, recompute: true })
      const isPositive = build.less(build.constant(0, 'float64'), build.reduceSum(x, [0]))
      const [taken] = build.cond(
        isPositive,
        [called],
        graphOf([vector], ([a]) => [sin(a)]),
        graphOf([vector], ([a]) => [mul(a, a)]),
      )
      return [taken, called]
    })
    const outer = graphOf([vector, ['float64', [2, 3]], square], ([h, xs, w]) => {
      const [last, ys] = build.scan([h, xs, w], { ...attributes, length: 2, body: inner })
      return [last, build.reduceSum(ys, [0])]
    })
    checkGradients(
      (inputs) => build.scan(inputs, { ...attributes, length: 3, reverse: true, body: outer }),
      [normal(3), normal(3, 2, 3), normal(3, 3)],
    )
  })
})

describe('whileLoop', () => {
  const condition = graphOf([scalar], ([x]) => [build.less(x, build.constant(100, 'float64'))])
  const body = graphOf([scalar], ([x]) => [mul(x, x)])
  const x = build.input('float64', [])
  const [y] = build.whileLoop([add(x, x)], { condition, body, carries: 1 })
  it('has no reverse-mode gradient, and says what to use', () => {
    expect(() => gradient([y], [build.onesLike(y)], [x])).toThrow(
      'grad: reverse-mode gradient of whileLoop is not defined: its number of steps is not known. Use scan with a fixed length',
    )
  })
  it('may stand beside the path', () => {
    const found = gradient([mul(build.stopGradient(y), x)], [build.constant(1, 'float64')], [x])
    const [value] = interpret(makeGraph([x], [found[0]!]), [float64([], [1.5])])
    expect(value.data[0]).toBe(6561)
  })
})

describe('capture', () => {
  it('takes in what does not depend on the inputs, and copies fills', () => {
    const [a, b, x] = [build.input('float64', [3]), build.input('float64', [3]), build.input('float64', [3])]
    const outer = mul(a, b)
    const y = add(add(mul(x, sin(outer)), build.fill(2, [3], 'float64')), outer)
    const { graph, captured } = capture([x], [y, outer])
    verify(graph)
    expect(captured.map(({ op }) => op).sort()).toEqual(['mul', 'sin'])
    expect(graph.inputs).toHaveLength(3)
    const values = [normal(3), normal(3), normal(3)]
    const wanted = interpret(makeGraph([a, b, x], [y, outer]), values)
    const given = interpret(makeGraph([a, b], captured), values.slice(0, 2))
    const actual = interpret(graph, [values[2], ...given])
    expect(actual.map(({ data }) => data)).toEqual(wanted.map(({ data }) => data))
  })
  it('keeps what was made since inside, though it depends on no input', () => {
    const a = build.input('float64', [3])
    const outer = sin(a)
    const since = a.id + 2
    const { graph, captured } = capture([], [mul(build.exp(outer), outer)], since)
    expect(captured).toEqual([outer])
    expect(topologicalOrder(graph.outputs).map(({ op }) => op)).toEqual(['input', 'exp', 'mul'])
  })
})
