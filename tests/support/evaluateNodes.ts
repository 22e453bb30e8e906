import { type Elements, interpret } from '../../src/backends/reference/interpret.js'
import { allocate, type DType, decodeAll, encodeAll } from '../../src/core/dtype.js'
import { sizeOf } from '../../src/core/shape.js'
import { build, makeGraph, type Node } from '../../src/graph/index.js'

/** Elements of any dtype from plain numbers. */
export function elements(dtype: DType, shape: readonly number[], values: ArrayLike<number>): Elements {
  if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values for [${shape.join(', ')}]`)
  return { dtype, shape, data: encodeAll(dtype, values, allocate(dtype, values.length)) }
}

/** What `f` makes of the values, by plain interpretation of its graph. */
export function evaluateNodes(
  f: (inputs: readonly Node[]) => readonly Node[],
  values: readonly Elements[] = [],
): Elements[] {
  const inputs = values.map(({ dtype, shape }) => build.input(dtype, shape))
  return interpret(makeGraph(inputs, f(inputs)), values)
}

/** The elements of one result as numbers. */
export function numbersOf(f: (...inputs: Node[]) => Node, ...values: readonly Elements[]): number[] {
  const [{ dtype, data }] = evaluateNodes((inputs) => [f(...inputs)], values)
  return Array.from(decodeAll(dtype, data))
}
