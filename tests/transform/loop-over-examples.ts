import { expect } from 'vitest'
import { interpret } from '../../src/backends/reference/interpret.js'
import { allocate, type DType, decode, encodeAll, isFloat } from '../../src/core/dtype.js'
import { type Shape, sizeOf } from '../../src/core/shape.js'
import { RandomStream } from '../../src/core/threefry.js'
import * as build from '../../src/graph/build.js'
import { type Graph, makeGraph } from '../../src/graph/graph.js'
import type { Node } from '../../src/graph/node.js'
import { verify } from '../../src/graph/verify.js'
import { batch } from '../../src/transform/batching.js'

export type Elements = Parameters<typeof interpret>[1][number]

export type NodeFunction = (inputs: readonly Node[]) => readonly Node[]

/** One value for each example, or one for all of them. */
export type Argument = { readonly each: readonly Elements[] } | { readonly all: Elements }

export const elements = (dtype: DType, shape: Shape, values: ArrayLike<number>): Elements => ({
  dtype,
  shape,
  data: encodeAll(dtype, values, allocate(dtype, sizeOf(shape))),
})

const random = new RandomStream(7)

/** Normal numbers. */
export const normal = (shape: Shape, dtype: DType = 'float64'): Elements =>
  elements(
    dtype,
    shape,
    Float64Array.from({ length: sizeOf(shape) }, () => random.normal()),
  )

/** Whole numbers from `low` to `high` − 1. */
export const integers = (shape: Shape, low: number, high: number, dtype: DType = 'int32'): Elements =>
  elements(
    dtype,
    shape,
    Float64Array.from({ length: sizeOf(shape) }, () => low + random.integer(high - low)),
  )

export const each = (...values: readonly Elements[]): Argument => ({ each: values })
export const all = (value: Elements): Argument => ({ all: value })

const inputLike = ({ dtype, shape }: Elements): Node<'input'> => build.input(dtype, shape)

const exampleOf = (argument: Argument, i: number): Elements => ('each' in argument ? argument.each[i] : argument.all)

/** The values of all examples along a new axis 0. */
export function stack(values: readonly Elements[], { dtype, shape }: Elements = values[0]): Elements {
  const size = sizeOf(shape)
  const data = allocate(dtype, size * values.length)
  values.forEach((value, i) => {
    data.set(value.data, i * size)
  })
  return { dtype, shape: [values.length, ...shape], data }
}

/** The graph of one example. */
export function graphOf(build: NodeFunction, like: readonly Elements[]): Graph {
  const inputs = like.map(inputLike)
  return makeGraph(inputs, build(inputs))
}

/** `f` mapped over a new axis 0 of those arguments that have one value for each example, as a function of nodes. */
export function vmapped(f: NodeFunction, isMapped: readonly boolean[], size: number): NodeFunction {
  return (inputs) => {
    const stands = inputs.map((input, i) => (isMapped[i] ? build.input(input.dtype, input.shape.slice(1)) : input))
    const map = new Map(stands.flatMap((stand, i): [Node, Node][] => (isMapped[i] ? [[stand, inputs[i]]] : [])))
    return batch(f(stands), map, size)
  }
}

/** The batched graph, verified, and the arguments it takes. */
export function batchedGraph(
  f: NodeFunction,
  args: readonly Argument[],
  size: number,
): { graph: Graph; values: Elements[] } {
  const values = args.map((argument) =>
    'each' in argument ? stack(argument.each.slice(0, size), argument.each[0]) : argument.all,
  )
  const mapped = args.map((argument) => 'each' in argument)
  const graph = graphOf(vmapped(f, mapped, size), values)
  verify(graph)
  return { graph, values }
}

/** Checks that the batched function gives what a loop over `size` examples gives. */
export function expectLoop(f: NodeFunction, args: readonly Argument[], size: number, tolerance = 1e-9): Graph {
  const { graph, values } = batchedGraph(f, args, size)
  const single = graphOf(
    f,
    args.map((argument) => exampleOf(argument, 0)),
  )
  const actual = interpret(graph, values)
  const examples = Array.from({ length: size }, (_, i) =>
    interpret(
      single,
      args.map((argument) => exampleOf(argument, i)),
    ).map(copyOf),
  )
  single.outputs.forEach((output, k) => {
    const wanted = stack(
      examples.map((outputs) => outputs[k]),
      { dtype: output.dtype, shape: output.shape, data: allocate(output.dtype, 0) },
    )
    expectClose(actual[k], wanted, tolerance)
  })
  return graph
}

const copyOf = (value: Elements): Elements => ({ ...value, data: value.data.slice() })

const units: { readonly [D in DType]?: number } = { float32: 1e-5, float16: 5e-3, bfloat16: 4e-2 }

/** Equal types; equal integers; equal floats up to rounding. */
export function expectClose(actual: Elements, wanted: Elements, tolerance = 1e-9): void {
  expect({ dtype: actual.dtype, shape: actual.shape }).toEqual({ dtype: wanted.dtype, shape: wanted.shape })
  const slack = isFloat(wanted.dtype) ? Math.max(tolerance, units[wanted.dtype] ?? 0) : 0
  for (let i = 0; i < wanted.data.length; i++) {
    const [a, b] = [decode(actual.dtype, actual.data[i]), decode(wanted.dtype, wanted.data[i])]
    const close = Object.is(a, b) || a === b || Math.abs(a - b) <= slack * Math.max(1, Math.abs(b))
    if (!close) expect.fail(`element ${i} of ${wanted.dtype}[${wanted.shape}] is ${a}, in the loop it is ${b}`)
  }
}
