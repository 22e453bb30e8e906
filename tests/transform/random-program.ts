import { range, type Shape, sizeOf } from '../../src/core/shape.js'
import * as build from '../../src/graph/build.js'
import { makeGraph } from '../../src/graph/graph.js'
import type { Node } from '../../src/graph/node.js'
import type { NodeFunction } from './loop-over-examples.js'

/** Largest value that a program lets grow. */
const SIZE_LIMIT = 64

/** A step makes one value from two earlier ones; `detail` decides between its variants. */
type Step = (a: Node, b: Node, detail: number) => Node

/** Repeats or sums `x` until it has `shape`. */
function fit(x: Node, shape: Shape): Node {
  const wanted = sizeOf(shape)
  if (sizeOf(x.shape) === wanted) return build.reshape(x, shape)
  const sum = build.reduceSum(x, range(x.rank))
  return build.expand(
    build.reshape(
      sum,
      shape.map(() => 1),
    ),
    shape,
  )
}

const matrix = (x: Node): Node => build.reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1))])
const atLeastVector = (x: Node): Node => (x.rank === 0 ? build.reshape(x, [1]) : x)
const constant = (value: number): Node => build.constant(value, 'float64')
const axisOf = (x: Node, detail: number): number => detail % x.rank

const steps: readonly Step[] = [
  (a) => build.tanh(a),
  (a) => build.sin(a),
  (a) => build.neg(a),
  (a, b) => build.add(a, fit(b, a.shape)),
  (a, b) => build.mul(a, build.tanh(fit(b, a.shape))),
  (a, b) => build.max(a, fit(b, a.shape)),
  (a, b) => build.where(build.less(a, fit(b, a.shape)), build.sin(a), a),
  (a, _, detail) =>
    build.permute(a, [...range(a.rank).slice(detail % Math.max(1, a.rank)), ...range(detail % Math.max(1, a.rank))]),
  (a) => build.reshape(a, [sizeOf(a.shape)]),
  (a, _, detail) => (a.rank === 0 ? a : build.reduceSum(a, [axisOf(a, detail)])),
  (a, _, detail) => (a.rank === 0 ? a : build.reduceMax(a, [axisOf(a, detail)])),
  (a, _, detail) => (a.rank === 0 ? a : build.cumSum(a, axisOf(a, detail), detail % 2 === 1)),
  (a, _, detail) => {
    const x = atLeastVector(a)
    const axis = axisOf(x, detail)
    const last = x.shape.map((n, i) => (i === axis ? n - 1 : 0))
    return build.slice(
      x,
      last,
      x.shape,
      x.shape.map((_, i) => (i === axis ? -1 : 1)),
    )
  },
  (a, _, detail) => {
    const x = atLeastVector(a)
    const one = x.shape.map((_, i) => (i === axisOf(x, detail) ? 1 : 0))
    return build.pad(
      x,
      one,
      x.shape.map(() => 0),
      one,
      0.5,
    )
  },
  (a, b, detail) => {
    const x = atLeastVector(a)
    return build.concat([x, fit(b, x.shape)], axisOf(x, detail))
  },
  (a, b) => {
    const left = matrix(a)
    return build.dot(left, fit(b, [left.shape[1], 2]))
  },
  (a, b) => {
    const right = matrix(a)
    return build.dot(fit(b, [2, right.shape[0]]), right)
  },
  (a) => {
    const x = atLeastVector(a)
    return build.gather(x, build.argSort(build.reduceSum(x, range(x.rank).slice(1))))
  },
  (a, b) => {
    const x = atLeastVector(a)
    const order = build.argSort(build.reduceSum(x, range(x.rank).slice(1)), true)
    return build.scatter(x, order, fit(b, x.shape), 'add')
  },
  (a, b, detail) => {
    // state ← tanh(state + row), over the rows of a.
    const rows = matrix(a)
    const start = fit(b, [rows.shape[1]])
    const [state, row] = [start, start].map(({ shape }) => build.input('float64', shape))
    const next = build.tanh(build.add(state, row))
    const attributes = { carries: 1, sequences: 1, length: rows.shape[0], reverse: detail % 2 === 1 }
    return build.scan([start, rows], { ...attributes, body: makeGraph([state, row], [next, next]) })[
      detail % 3 === 0 ? 0 : 1
    ]
  },
  (a, b) => {
    const values = [a, fit(b, a.shape)]
    const [x, y] = values.map(({ shape }) => build.input('float64', shape))
    const predicate = build.less(build.reduceSum(values[1], range(a.rank)), constant(0))
    return build.cond(predicate, values, makeGraph([x, y], [build.mul(x, y)]), makeGraph([x, y], [build.sin(x)]))[0]
  },
  (a, b) => {
    const values = [a, fit(b, a.shape)]
    const [x, y] = values.map(({ shape }) => build.input('float64', shape))
    return build.call(values, { name: 'unit', body: makeGraph([x, y], [build.mul(build.sin(x), y)]) })[0]
  },
]

/** A choice for one step: three whole numbers, of which any will do. */
export type StepChoice = readonly [step: number, operands: number, detail: number]

/** The program that the choices describe: every step works on earlier values; the outputs are the last two. */
export function randomProgram(choices: readonly StepChoice[]): NodeFunction {
  return (inputs) => {
    const values = [...inputs]
    for (const [step, operands, detail] of choices) {
      const a = values[operands % values.length]
      const b = values[Math.floor(operands / values.length) % values.length]
      const value = steps[step % steps.length](a, b, detail)
      if (sizeOf(value.shape) <= SIZE_LIMIT) values.push(value)
    }
    return values.slice(-2)
  }
}
