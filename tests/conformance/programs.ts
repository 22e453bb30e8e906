import type { Elements } from '../../src/backends/reference/interpret.js'
import { build, type Graph, makeGraph, type Node, type TensorType } from '../../src/graph/index.js'
import { graphOver } from '../support/printed.js'
import { randomValues } from '../support/randomGraphs.js'

/** A program with values for its inputs. */
export interface WholeProgram {
  readonly name: string
  readonly graph: Graph
  readonly values: readonly Elements[]
}

const float32 = (...shape: number[]): TensorType => ({ dtype: 'float32', shape })
const int32 = (...shape: number[]): TensorType => ({ dtype: 'int32', shape })
const bool = (...shape: number[]): TensorType => ({ dtype: 'bool', shape })

function program(
  name: string,
  types: readonly TensorType[],
  body: (...inputs: Node[]) => Node | readonly Node[],
): WholeProgram {
  return { name, graph: graphOver(types, body), values: randomValues(types, 11) }
}

const repeat = (times: number, x: Node, step: (x: Node, i: number) => Node): Node => {
  let y = x
  for (let i = 0; i < times; i++) y = step(y, i)
  return y
}

/** h ← tanh(h + x), within another scan that sums the states. */
function scanOfScans(start: Node, xs: Node): Node[] {
  const [rows, columns] = xs.shape
  const inner = graphOver([float32(), float32()], (h, x) => {
    const next = build.tanh(build.add(h, x))
    return [next, next]
  })
  const outer = graphOver([float32(), float32(columns)], (h, row) => {
    const attributes = { body: inner, carries: 1, sequences: 1, length: columns, reverse: true }
    const [last, states] = build.scan([h, row], attributes)
    return [last, build.reduceSum(states, [0])]
  })
  return build.scan([start, xs], { body: outer, carries: 1, sequences: 1, length: rows, reverse: false })
}

/** Collatz steps until 1: a branch within a loop. */
function collatz(n: Node): Node[] {
  const one = (): Node => build.constant(1, 'int32')
  const halve = graphOver([int32()], (k) => build.div(k, build.constant(2, 'int32')))
  const triple = graphOver([int32()], (k) => build.add(build.mul(k, build.constant(3, 'int32')), one()))
  const condition = graphOver([int32(), int32()], (k) => build.less(one(), k))
  const body = graphOver([int32(), int32()], (k, steps) => {
    const even = build.equal(build.mod(k, build.constant(2, 'int32')), build.constant(0, 'int32'))
    return [build.cond(even, [k], halve, triple)[0], build.add(steps, one())]
  })
  return build.whileLoop([n, build.constant(0, 'int32')], { condition, body, carries: 2 })
}

const fixed = (dtype: 'int32' | 'float32', ...values: number[]): Elements => ({
  dtype,
  shape: [],
  data: dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values),
})

export const wholePrograms: readonly WholeProgram[] = [
  program('returns inputs, constants and repetitions', [float32(3), float32(3)], (x, y) => {
    const sum = build.add(x, y)
    return [y, x, x, build.fill(7, [3], 'float32'), build.constant(2, 'float32'), sum, sum, build.reshape(sum, [3, 1])]
  }),
  program('returns views of inputs', [float32(2, 3)], (x) => [
    build.reshape(x, [6]),
    build.bitcast(x, 'int32'),
    build.stopGradient(x),
  ]),
  program('returns views of results', [float32(2, 3)], (x) => {
    const y = build.sin(x)
    return [build.reshape(y, [3, 2]), build.bitcast(build.reshape(y, [6]), 'uint32')]
  }),
  program('returns constants of every dtype, read as other bits too', [], () => [
    build.constant(0.1, 'float16'),
    build.fill(0.1, [3], 'bfloat16'),
    build.fill(-1, [2], 'int32'),
    build.fill(2 ** 32 - 1, [2], 'uint32'),
    build.constant(1, 'bool'),
    build.bitcast(build.constant(1, 'float32'), 'uint32'),
    build.bitcast(build.fill(1, [3], 'float16'), 'bfloat16'),
    build.bitcast(build.constant(-1, 'int32'), 'uint32'),
    build.add(build.bitcast(build.fill(0x3f800000, [2], 'int32'), 'float32'), build.fill(1, [2], 'float32')),
  ]),
  program('has no outputs', [float32(3)], () => []),
  program('swaps its inputs', [float32(2), float32(2)], (x, y) => [y, x]),
  program('swaps its inputs, computed', [float32(2), float32(2)], (x, y) => [build.neg(y), build.neg(x)]),
  program('updates an input that another result is a copy of', [float32(2)], (x) => [build.add(x, x), x]),
  program('updates inputs in another shape', [float32(2, 3)], (x) => build.reshape(build.neg(x), [3, 2])),
  program('updates inputs from each other', [float32(4), float32(4), float32(4)], (a, b, c) => [
    build.add(build.mul(a, b), c),
    build.sub(b, build.mul(c, a)),
    build.cumSum(build.add(build.add(a, b), c), 0),
  ]),
  program('computes with nothing', [float32(0, 3), float32(3, 0)], (x, y) => [
    build.dot(y, x),
    build.concat([x, x], 0),
    build.exp(x),
    build.reduceSum(x, [0]),
    build.pad(x, [1, 0], [1, 0]),
    build.cast(y, 'int32'),
  ]),
  program('computes with scalars', [float32(), int32(), bool()], (x, i, p) => [
    build.where(p, build.sin(x), build.cast(i, 'float32')),
    build.not(p),
    build.expand(build.reshape(i, [1]), [4]),
  ]),
  // Halved at each turn, so that rounding errors do not grow.
  program('is deep', [float32(33)], (x) =>
    repeat(300, x, (y, i) => {
      if (i % 3 === 0) return build.slice(y, [32], [33], [-1])
      return i % 3 === 1 ? build.sin(y) : build.mul(build.add(y, x), build.fill(0.5, [33], 'float32'))
    }),
  ),
  program('is wide', [float32(16)], (x) => {
    const parts = Array.from({ length: 40 }, (_, i) =>
      build.cumSum(build.mul(x, build.fill(i / 20, [16], 'float32')), 0),
    )
    return [...parts.slice(0, 3), parts.reduce((a, b) => build.add(build.sin(a), b))]
  }),
  program('convolves computed and permuted values in groups', [float32(2, 2, 3)], (x) => {
    const sums = build.tanh(build.reduceSum(x, [1]))
    const image = build.reshape(build.permute(sums, [1, 0]), [1, 3, 2])
    const corner = build.slice(build.reshape(x, [2, 6]), [0, 0], [2, 2])
    const kernel = build.reshape(build.permute(build.tanh(corner), [1, 0]), [2, 1, 2])
    const attributes = { strides: [2], inputDilation: [2], kernelDilation: [1], groups: 2 }
    return build.conv(image, kernel, { ...attributes, padding: [[0, 1]] })
  }),
  program('mixes widths in place', [float32(64), { dtype: 'uint8', shape: [64] }], (x, bytes) => {
    const half = build.cast(build.sin(x), 'float16')
    const sum = build.add(half, build.cast(bytes, 'float16'))
    const wide = build.cast(build.mul(sum, half), 'float64')
    return [build.cast(build.neg(wide), 'bfloat16'), build.less(wide, build.cast(x, 'float64'))]
  }),
  program(
    'computes in 16-bit floats',
    [
      { dtype: 'float16', shape: [2, 4] },
      { dtype: 'bfloat16', shape: [4, 2] },
    ],
    (a, b) => [
      build.dot(a, build.cast(b, 'float16')),
      build.dot(build.cast(a, 'bfloat16'), b),
      build.reduceSum(build.mul(a, a), [0, 1]),
      build.argMax(a, 1),
      build.concat([build.permute(b, [1, 0]), build.cast(a, 'bfloat16')], 0),
    ],
  ),
  program(
    'scans 16-bit floats',
    [
      { dtype: 'float16', shape: [2] },
      { dtype: 'float16', shape: [5, 2] },
    ],
    (start, xs) => {
      const body = graphOver(
        [
          { dtype: 'float16', shape: [2] },
          { dtype: 'float16', shape: [2] },
        ],
        (h, x) => [build.tanh(build.add(h, x)), build.mul(h, x)],
      )
      return build.scan([start, xs], { body, carries: 1, sequences: 1, length: 5, reverse: false })
    },
  ),
  program('scans within a scan', [float32(), float32(3, 4)], scanOfScans),
  program('scans over nothing, within a branch', [bool(), float32(2), float32(0, 2)], (p, start, xs) => {
    const body = graphOver([float32(2), float32(2)], (h, x) => [build.mul(h, x), build.add(h, x)])
    const attributes = { body, carries: 1, sequences: 1, length: 0, reverse: false }
    const whenTrue = graphOver([float32(2), float32(0, 2)], (h, s) => build.scan([h, s], attributes))
    const whenFalse = graphOver([float32(2), float32(0, 2)], (h, s) => [build.neg(h), s])
    return build.cond(p, [start, xs], whenTrue, whenFalse)
  }),
  program('carries that trade places', [float32(2), float32(2)], (a, b) => {
    const body = graphOver([float32(2), float32(2)], (x, y) => [y, x])
    return build.scan([a, b], { body, carries: 2, sequences: 0, length: 3, reverse: false })
  }),
  program('stacks what a scan does not change', [float32(2)], (x) => {
    const body = graphOver([float32(2)], (c) => [c, c, build.constant(1, 'int32')])
    return build.scan([x], { body, carries: 1, sequences: 0, length: 3, reverse: true })
  }),
  program('calls that recompute', [float32(3)], (x) => {
    const body = makeGraphOf((y) => [build.exp(y), build.sin(y)])
    const [first] = build.call([x], { name: 'block', body, recompute: true })
    const [, second] = build.call([build.neg(first)], { name: 'block', body, recompute: true })
    return [first, second]
  }),
  ...[1, 6, 27].map((n) => ({
    name: `counts the Collatz steps of ${n}`,
    graph: graphOver([int32()], collatz),
    values: [fixed('int32', n)],
  })),
]

function makeGraphOf(body: (x: Node) => readonly Node[]): Graph {
  const x = build.input('float32', [3])
  return makeGraph([x], body(x))
}
