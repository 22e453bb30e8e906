import { describe, it } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { simplify } from '../../src/compiler/simplify.js'
import type { DType } from '../../src/core/dtype.js'
import { build, type Node } from '../../src/graph/index.js'
import { specialFloats } from '../conformance/samples/special.js'
import { expectSame } from '../support/compareElements.js'
import { elements } from '../support/evaluateNodes.js'
import { graphOver } from '../support/printed.js'

// Truth: the graph as it was written, on every special value: no identity may lose NaN, an infinity or the sign of a zero.

type Unary = (x: Node) => Node
type Binary = (a: Node, b: Node) => Node

const unary = {
  neg: build.neg,
  reciprocal: build.reciprocal,
  sqrt: build.sqrt,
  exp: build.exp,
  floor: build.floor,
  tanh: build.tanh,
  there: (x) => build.cast(build.cast(x, 'float64'), x.dtype),
  narrow: (x) => build.cast(build.cast(x, 'bfloat16'), x.dtype),
  whole: (x) => build.cast(build.cast(x, 'int32'), x.dtype),
  truth: (x) => build.cast(build.cast(x, 'bool'), x.dtype),
  sum: (x) => build.reduceSum(build.expand(build.reshape(x, [...x.shape, 1]), [...x.shape, 3]), [x.rank]),
  one: (x) => build.reduceSum(build.reshape(x, [...x.shape, 1]), [x.rank]),
  scan: (x) => build.cumSum(build.reshape(x, [...x.shape, 1]), x.rank),
} satisfies Readonly<Record<string, Unary>>

const binary = {
  add: build.add,
  sub: build.sub,
  mul: build.mul,
  div: build.div,
  mod: build.mod,
  pow: build.pow,
  max: build.max,
  min: build.min,
  less: build.less,
  lessEqual: build.lessEqual,
  equal: build.equal,
  where: (a, b) => build.where(build.less(a, b), a, b),
  atLeast: (a, b) => build.where(build.lessEqual(a, b), b, a),
} satisfies Readonly<Record<string, Binary>>

const dtypes: readonly DType[] = ['float32', 'float64', 'float16', 'bfloat16']

function expectKept(dtype: DType, make: (x: Node) => readonly Node[]): void {
  const x = elements(dtype, [specialFloats.length], specialFloats)
  const graph = graphOver([{ dtype, shape: x.shape }], make)
  expectSame(interpret(simplify(graph), [x]), interpret(graph, [x]))
}

describe.each(dtypes)('simplified graphs of %s keep', (dtype) => {
  it.each(Object.keys(binary) as (keyof typeof binary)[])('%s with every literal', (name) => {
    const run: Binary = binary[name]
    for (const value of specialFloats) {
      expectKept(dtype, (x) => {
        const c = build.fill(value, x.shape, dtype)
        return [run(x, c), run(c, x)]
      })
    }
  })

  it('both sides the same', () => expectKept(dtype, (x) => Object.values(binary).map((run: Binary) => run(x, x))))

  it('one function after another', () => {
    const all: readonly Unary[] = Object.values(unary)
    for (const outer of all) expectKept(dtype, (x) => all.map((inner) => outer(inner(x))))
  })

  it('what is known', () => {
    for (const value of specialFloats) {
      expectKept(dtype, () => {
        const c = build.fill(value, [2, 3], dtype)
        const others = [0, -0, -1, Infinity, Number.NaN].map((other) => build.fill(other, [2, 3], dtype))
        return [
          ...Object.values(unary).map((run: Unary) => run(c)),
          ...others.flatMap((other) => Object.values(binary).map((run: Binary) => run(c, other))),
          ...[build.reduceSum, build.reduceProd, build.reduceMax, build.reduceMin].map((fold) => fold(c, [1])),
        ]
      })
    }
  })

  it('what is folded of nothing', () =>
    expectKept(dtype, () => {
      const nothing = build.fill(3, [2, 0], dtype)
      return [build.reduceSum(nothing, [1]), build.reduceProd(nothing, [1])]
    }))
})
