import { describe, expect, it } from 'vitest'
import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { RandomStream } from '../../src/core/threefry.js'
import * as build from '../../src/graph/build.js'
import { makeGraph, topologicalOrder } from '../../src/graph/graph.js'
import { isOp, type Node } from '../../src/graph/node.js'
import { gradient, jvp } from '../../src/transform/gradient.js'
import { inline, substitute } from '../../src/transform/substitute.js'
import { checkGradients, float64, randomFloat64 } from '../support/checkGradients.js'

const random = new RandomStream(3)
const normal = (...shape: number[]): Elements => randomFloat64(shape, random)
const { add, mul, sin } = build

const scalarOne = (): Node => build.constant(1, 'float64')

/** The n-th derivative of a scalar function. */
function derivative(f: (x: Node) => Node, x: Node, order: number): Node {
  let y = f(x)
  for (let i = 0; i < order; i++) y = gradient([y], [scalarOne()], [x])[0]!
  return y
}

describe('reverse accumulation', () => {
  it('nests to any order', () => {
    const x = build.input('float64', [])
    const at = 0.7
    const results = [1, 2, 3, 4, 5].map((order) => derivative(sin, x, order))
    const values = interpret(makeGraph([x], results), [float64([], [at])]).map(({ data }) => data[0])
    const wanted = [Math.cos(at), -Math.sin(at), -Math.cos(at), Math.sin(at), Math.cos(at)]
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(wanted[i], 12)
    })
  })
  it('adds up the paths, and takes every one once', () => {
    // y = (x + x²)·x² → y' = 3x² + 4x³
    const x = build.input('float64', [])
    const square = mul(x, x)
    const [found] = gradient([mul(add(x, square), square)], [scalarOne()], [x])
    expect(interpret(makeGraph([x], [found!]), [float64([], [2])])[0].data[0]).toBe(3 * 4 + 4 * 8)
  })
  it('with respect to a value in the middle and to what it depends on', () => {
    // h = x², y = h·x: dy/dh = x and dy/dx = 3x² in all
    const x = build.input('float64', [])
    const h = mul(x, x)
    const found = gradient([mul(h, x)], [scalarOne()], [h, x, x])
    const values = interpret(makeGraph([x], found as Node[]), [float64([], [3])])
    expect(values.map(({ data }) => data[0])).toEqual([3, 27, 27])
  })
  it('several outputs, one of them the input itself', () => {
    const x = build.input('float64', [2])
    const [a, b] = [build.input('float64', [2]), build.input('float64', [2])]
    const [found] = gradient([x, mul(x, x)], [a, b], [x])
    const [value] = interpret(makeGraph([x, a, b], [found!]), [
      float64([2], [2, 3]),
      float64([2], [1, 10]),
      float64([2], [1, 1]),
    ])
    expect([...value.data]).toEqual([1 + 4, 10 + 6])
  })
  it('is absent without dependence', () => {
    const [x, z] = [build.input('float64', [2]), build.input('float64', [2])]
    expect(gradient([sin(z)], [z], [x])).toEqual([undefined])
    expect(gradient([], [], [x])).toEqual([undefined])
  })
  it('builds only what leads to wrt', () => {
    const [x, w] = [build.input('float64', [2, 2]), build.input('float64', [2, 2])]
    const hidden = build.dot(sin(x), w)
    const [found] = gradient([build.tanh(hidden)], [build.onesLike(hidden)], [w])
    expect(topologicalOrder([found!]).some(({ op }) => op === 'cos')).toBe(false)
  })
  it('is not limited by the call stack', () => {
    const x = build.input('float64', [])
    let y: Node = x
    for (let i = 0; i < 20_000; i++) y = add(y, build.constant(0, 'float64'))
    const [found] = gradient([y], [scalarOne()], [x])
    expect(interpret(makeGraph([x], [found!]), [float64([], [3])])[0].data[0]).toBe(1)
    expect(substitute([y], new Map([[x, scalarOne()]]))[0].shape).toEqual([])
    expect(inline(makeGraph([x], [y]), [x])[0].shape).toEqual([])
  })
  it('takes 16-bit floats as they are', () => {
    const x = build.input('bfloat16', [2])
    const [found] = gradient([build.cast(mul(x, x), 'float32')], [build.fill(1, [2], 'float32')], [x])
    expect(found?.dtype).toBe('bfloat16')
  })
  it('of a composition: a small network with normalisation and softmax', () => {
    const mean = (x: Node): Node => {
      const sum = build.reshape(build.reduceSum(x, [1]), [x.shape[0], 1])
      return build.expand(build.div(sum, build.fill(x.shape[1], sum.shape, sum.dtype)), x.shape)
    }
    const network = ([x, w, v]: readonly Node[]): Node => {
      const h = build.dot(x, w)
      const centred = build.sub(h, mean(h))
      const variance = add(mean(mul(centred, centred)), build.fill(1e-3, h.shape, h.dtype))
      const logits = build.dot(build.max(build.div(centred, build.sqrt(variance)), build.zerosLike(h)), v)
      const largest = build.stopGradient(
        build.expand(build.reshape(build.reduceMax(logits, [1]), [4, 1]), logits.shape),
      )
      const exps = build.exp(build.sub(logits, largest))
      return build.div(exps, build.expand(build.reshape(build.reduceSum(exps, [1]), [4, 1]), logits.shape))
    }
    checkGradients(network, [normal(4, 3), normal(3, 5), normal(5, 2)])
  })
})

describe('forward mode', () => {
  it('pushes tangents through, also of outputs that do not move', () => {
    const [x, z, t] = [build.input('float64', [2]), build.input('float64', [2]), build.input('float64', [2])]
    const outputs = jvp([mul(x, x), sin(z), build.cast(x, 'int32'), x], [x], [t])
    const values = interpret(makeGraph([x, z, t], outputs), [
      float64([2], [2, 3]),
      float64([2], [1, 1]),
      float64([2], [1, 10]),
    ])
    expect(values.map(({ data }) => [...data])).toEqual([
      [4, 60],
      [0, 0],
      [0, 0],
      [1, 10],
    ])
    expect(values[2].dtype).toBe('int32')
  })
  it('leaves no dummy cotangents behind', () => {
    const [x, t] = [build.input('float64', [2, 2]), build.input('float64', [2, 2])]
    const [pushed] = jvp([build.dot(build.tanh(x), x)], [x], [t])
    const inputs = topologicalOrder([pushed]).filter(({ op }) => op === 'input')
    expect(new Set(inputs)).toEqual(new Set([x, t]))
  })
  it('refuses a tangent of another shape', () => {
    const x = build.input('float64', [2])
    expect(() => jvp([x], [x], [build.input('float64', [3])])).toThrow(
      'jvp: tangent 0 is float64[3] for a value float64[2]. A tangent has the shape and dtype of its value.',
    )
  })
})

describe('what cannot be differentiated', () => {
  const evaluated = (node: Node): Node => {
    node.storage = { dtype: node.dtype, shape: node.shape, backend: 'test' }
    node.release()
    return node
  }
  it('integers', () => {
    const x = build.input('int32', [2])
    expect(() => gradient([x], [x], [x])).toThrow(
      "grad: there is no gradient with respect to int32[2]. Convert with cast('float32') first.",
    )
  })
  it('a cotangent of another type', () => {
    const x = build.input('float64', [2])
    expect(() => gradient([sin(x)], [build.input('float32', [2])], [x])).toThrow(
      'grad: the cotangent of the output gives a cotangent float32[2] for a value float64[2].',
    )
  })
  it('through a forgotten past', () => {
    const x = build.input('float64', [2])
    const y = mul(evaluated(sin(x)), build.fill(2, [2], 'float64'))
    expect(() => gradient([y], [y], [x])).toThrow(
      /^grad: y was evaluated so long ago that its history has been let go.*float64\[2\] \(sin\)/,
    )
    // Beside a path that is known it would be a part of the gradient that is missing.
    expect(() => gradient([mul(y, x)], [y], [x])).toThrow(/history has been let go/)
    expect(gradient([build.stopGradient(y)], [y], [x])).toEqual([undefined])
  })
  it('variables and other values in wrt end a path like leaves, though their past is forgotten', () => {
    const [unused, x] = [build.input('float64', [2]), build.input('float64', [2])]
    const variable = evaluated(build.stopGradient(sin(x)))
    const w = evaluated(sin(x))
    const found = gradient([mul(variable, w)], [x], [unused, w])
    expect(found.map((node) => node === undefined)).toEqual([true, false])
  })
  it('values that are older than wrt do not matter, and wrt itself may be evaluated', () => {
    const old = evaluated(sin(build.input('float64', [2])))
    const x = evaluated(mul(old, old))
    expect(gradient([old], [old], [x])).toEqual([undefined])
    expect(gradient([mul(x, old)], [old], [x])[0]).toBeDefined()
  })
})

describe('convolutions', () => {
  it('gradients are convolutions without negative padding', () => {
    for (const [size, window, stride, low, high, dilation, kernelDilation] of [
      [8, 3, 3, 0, 0, 1, 1],
      [4, 2, 2, 3, 4, 3, 1],
      [7, 1, 2, 2, 3, 1, 1],
      [9, 3, 4, 1, 0, 2, 3],
    ]) {
      const [x, w] = [build.input('float64', [2, size, 2]), build.input('float64', [window, 2, 3])]
      const y = build.conv(x, w, {
        strides: [stride],
        padding: [[low, high]],
        inputDilation: [dilation],
        kernelDilation: [kernelDilation],
        groups: 1,
      })
      const found = gradient([y], [build.onesLike(y)], [x, w]) as Node[]
      const paddings = topologicalOrder(found).flatMap((node) => (isOp(node, 'conv') ? node.attributes.padding : []))
      expect(Math.min(...paddings.flat())).toBeGreaterThanOrEqual(0)
    }
  })
})
