import { describe, expect, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { isFloat } from '../../src/core/dtype.js'
import * as build from '../../src/graph/build.js'
import { makeGraph, topologicalOrder } from '../../src/graph/graph.js'
import { isOp, type Node } from '../../src/graph/node.js'
import type { CustomGradient, Primitive } from '../../src/graph/primitives.js'
import { primitives } from '../../src/graph/types.js'
import { verify } from '../../src/graph/verify.js'
import { gradient, jvp } from '../../src/transform/gradient.js'
import { type Sample, sampleInputs, samples } from '../conformance/samples.js'
import {
  type Argument,
  all,
  type Elements,
  each,
  elements,
  expectClose,
  expectLoop,
  graphOf,
  type NodeFunction,
  normal,
  stack,
  vmapped,
} from './loop-over-examples.js'

const isList = (outputs: Node | readonly Node[]): outputs is readonly Node[] => Array.isArray(outputs)

/** The floating-point outputs of a function: those that have cotangents. */
const smooth =
  (f: NodeFunction): NodeFunction =>
  (inputs) =>
    f(inputs).filter(({ dtype }) => isFloat(dtype))

/** (inputs, cotangents) → the cotangents of the inputs in `wrt`. */
const pullback =
  (f: NodeFunction, count: number, wrt: readonly number[]): NodeFunction =>
  (given) => {
    const inputs = given.slice(0, count)
    const nodes = wrt.map((i) => inputs[i])
    return gradient(smooth(f)(inputs), given.slice(count), nodes).map((node, i) => node ?? build.zerosLike(nodes[i]))
  }

/** The sum over axis 0. */
const total = (value: Elements): Elements => {
  const x = build.input(value.dtype, value.shape)
  return interpret(makeGraph([x], [build.reduceSum(x, [0])]), [value])[0]
}

/**
 * Checks vmap(gradient) and gradient(vmap) of `f` against the loop of gradients over `size` examples; what all examples
 * share gets the sum of theirs.
 */
function expectGradientLoop(f: NodeFunction, args: readonly Argument[], wrt: readonly number[], size: number): void {
  const first = args.map((argument) => ('each' in argument ? argument.each[0] : argument.all))
  const outputs = graphOf(smooth(f), first).outputs
  const cotangents = outputs.map(({ shape, dtype }) =>
    each(...Array.from({ length: size }, () => normal(shape, dtype))),
  )
  const G = pullback(f, args.length, wrt)
  expectLoop(G, [...args, ...cotangents], size)

  const given = [...args, ...cotangents]
  const mapped = args.map((argument) => 'each' in argument)
  const gradientOfBatch = pullback(vmapped(smooth(f), mapped, size), args.length, wrt)
  const values = given.map((argument) => ('each' in argument ? stack(argument.each.slice(0, size)) : argument.all))
  const graph = graphOf(gradientOfBatch, values)
  verify(graph)
  const actual = interpret(graph, values)
  const single = graphOf(
    G,
    given.map((argument) => ('each' in argument ? argument.each[0] : argument.all)),
  )
  const loop = Array.from({ length: size }, (_, i) =>
    interpret(
      single,
      given.map((argument) => ('each' in argument ? argument.each[i] : argument.all)),
    ).map((value) => ({ ...value, data: value.data.slice() })),
  )
  wrt.forEach((position, k) => {
    const examples = stack(loop.map((results) => results[k]))
    expectClose(actual[k], mapped[position] ? examples : total(examples), 1e-8)
  })
}

const functionOf =
  ({ build }: Sample): NodeFunction =>
  (inputs) => {
    const outputs = build(inputs)
    return isList(outputs) ? outputs : [outputs]
  }

/** Gradients of a factorization are compared where it is one smooth function: all others are. */
const cases = primitives.flatMap((primitive: Primitive) =>
  samples[primitive]
    .map((sample) => ({
      primitive,
      sample,
      wrt: sample.inputs.flatMap(({ dtype, fixed }, i) => (isFloat(dtype) && !fixed ? [i] : [])),
    }))
    .filter(({ sample, wrt }) => wrt.length > 0 && sample.notDifferentiable === undefined),
)

describe.each(cases)('$primitive: $sample.name', ({ sample, wrt }) => {
  const f = functionOf(sample)
  const count = sample.inputs.length
  const argumentsOf = (mapped: (i: number) => boolean): Argument[] => {
    const values = [1, 2, 3].map((seed) => sampleInputs(sample, seed))
    return sample.inputs.map((_, i) => (mapped(i) ? each(...values.map((value) => value[i])) : all(values[0][i])))
  }

  it('gradients of a batch are those of its examples', () => {
    for (const size of [1, 3])
      expectGradientLoop(
        f,
        argumentsOf(() => true),
        wrt,
        size,
      )
    if (count === 1) return
    for (let one = 0; one < count; one++)
      expectGradientLoop(
        f,
        argumentsOf((i) => i === one),
        wrt,
        3,
      )
  })
})

const vector = () => build.input('float64', [2])
const three = (make: () => Elements): Argument => each(make(), make(), make())

describe('a hand-written gradient', () => {
  /** x · w with three times the true gradient for x and five times for w: to be told from the derived one. */
  const wrong: CustomGradient = ([x, w], _, [g]) => [
    build.mul(build.fill(3, x.shape, 'float64'), build.mul(g, w)),
    build.mul(build.fill(5, x.shape, 'float64'), build.mul(g, x)),
  ]
  const f: NodeFunction = (inputs) => {
    const [x, w] = [vector(), vector()]
    return build.call(inputs, { name: 'product', body: makeGraph([x, w], [build.mul(x, w)]), gradient: wrong })
  }

  it('is used in a batch', () => {
    const x = elements('float64', [2, 2], [1, 2, 3, 4])
    const w = elements('float64', [2], [10, 100])
    const ones = elements('float64', [2, 2], [1, 1, 1, 1])
    const graph = graphOf(pullback(vmapped(f, [true, false], 2), 2, [0, 1]), [x, w, ones])
    verify(graph)
    const [dx, dw] = interpret(graph, [x, w, ones])
    expect([...dx.data]).toEqual([30, 300, 30, 300])
    // 5 · (1 + 3), 5 · (2 + 4)
    expect([...dw.data]).toEqual([20, 30])
  })

  it('of every choice of mapped inputs', () => {
    for (const args of [
      [three(() => normal([2])), three(() => normal([2]))],
      [three(() => normal([2])), all(normal([2]))],
      [all(normal([2])), three(() => normal([2]))],
    ]) {
      expectGradientLoop(f, args, [0, 1], 3)
    }
    const nested = vmapped(f, [true, false], 2)
    expectGradientLoop(nested, [three(() => normal([2, 2])), three(() => normal([2]))], [0, 1], 3)
    expectGradientLoop(nested, [all(normal([2, 2])), three(() => normal([2]))], [0, 1], 3)
  })

  it('may refer to values outside of the call that are batched', () => {
    // The gradient of x is s, whatever the body: s is seen by the gradient only.
    const g: NodeFunction = ([x, s]) => {
      const body = makeGraph([vector()], [])
      const inputs = body.inputs
      const gradient: CustomGradient = () => [s]
      return build.call([x], { name: 'pretend', body: makeGraph(inputs, [build.exp(inputs[0])]), gradient })
    }
    expectGradientLoop(g, [three(() => normal([2])), three(() => normal([2]))], [0], 3)
  })

  it('may leave out inputs and ignore cotangents', () => {
    const g: NodeFunction = (inputs) => {
      const [x, w] = [vector(), vector()]
      const gradient: CustomGradient = ([x]) => [undefined, x]
      return build.call(inputs, { name: 'odd', body: makeGraph([x, w], [build.mul(x, w), w]), gradient })
    }
    expectGradientLoop(g, [all(normal([2])), three(() => normal([2]))], [0, 1], 3)
    expectGradientLoop(g, [three(() => normal([2])), all(normal([2]))], [0, 1], 3)
  })

  it('inside a branch that only some examples take', () => {
    const g: NodeFunction = ([predicate, x, w]) => {
      const inputs = [vector(), vector()]
      return build.cond(predicate, [x, w], makeGraph(inputs, f(inputs)), makeGraph(inputs, [inputs[0]]))
    }
    const bits = each(...[1, 0, 1].map((bit) => elements('bool', [], [bit])))
    expectGradientLoop(g, [bits, three(() => normal([2])), all(normal([2]))], [1, 2], 3)
  })
})

describe('control flow', () => {
  it('gives no NaN from the branch that is not taken', () => {
    // x > 0 ? √x : 0; the derivative of √x at 0 is infinite.
    const f: NodeFunction = ([x]) => {
      const [a, b] = [build.input('float64', []), build.input('float64', [])]
      const whenFalse = makeGraph([b], [build.constant(0, 'float64')])
      const predicate = build.less(build.constant(0, 'float64'), x)
      return build.cond(predicate, [x], makeGraph([a], [build.sqrt(a)]), whenFalse)
    }
    const x = each(...[4, 0, -1].map((value) => elements('float64', [], [value])))
    expectGradientLoop(f, [x], [0], 3)
  })

  it('recomputes a checkpoint', () => {
    const f: NodeFunction = (inputs) => {
      const [x, w] = [vector(), vector()]
      const body = makeGraph([x, w], [build.tanh(build.mul(build.exp(x), w))])
      return build.call(inputs, { name: 'block', body, recompute: true })
    }
    expectGradientLoop(f, [three(() => normal([2])), all(normal([2]))], [0, 1], 3)
  })
})

describe('compositions', () => {
  /** A network with one hidden layer: tanh(x · a) · b. */
  const network: NodeFunction = ([x, a, b]) => {
    const hidden = build.tanh(build.dot(build.reshape(x, [1, 4]), a))
    return [build.reduceSum(build.dot(hidden, b), [0, 1])]
  }
  const perExample: NodeFunction = (inputs) => pullback(network, 3, [1, 2])([...inputs, build.constant(1, 'float64')])

  it('gradients per example of a network share its weights', () => {
    const args = [three(() => normal([4])), all(normal([4, 5])), all(normal([5, 2]))]
    const graph = expectLoop(perExample, args, 3)
    const repeated = topologicalOrder(graph.outputs).filter((node) => isOp(node, 'expand') && node.inputs[0].rank === 3)
    expect(
      repeated.filter((node) => isOp(node.inputs[0], 'reshape') && node.inputs[0].inputs[0].op === 'input'),
    ).toEqual([])
  })

  it('second derivatives: the Hessian row by row', () => {
    // The gradient along each unit vector of the gradient: vmap over the directions.
    const f = (x: Node) =>
      build.reduceSum(
        build.mul(
          build.exp(x),
          build.mul(x, build.reshape(build.expand(build.reshape(build.reduceSum(x, [0]), [1]), [3]), [3])),
        ),
        [0],
      )
    const along: NodeFunction = ([direction, x]) => {
      const [slope] = gradient([f(x)], [build.constant(1, 'float64')], [x])
      return jvp([slope!], [x], [direction])
    }
    const units = each(
      ...[0, 1, 2].map((i) =>
        elements(
          'float64',
          [3],
          [0, 1, 2].map((j) => (i === j ? 1 : 0)),
        ),
      ),
    )
    expectLoop(along, [units, all(normal([3]))], 3)
  })
})
