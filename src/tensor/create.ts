import { type DType, encodeAll } from '../core/dtype.js'
import { type HostValues, readElements } from '../core/elements.js'
import { expectShape } from '../core/shape.js'
import { dataNode } from './runtime.js'
import { Tensor } from './tensor.js'
import type { Given, NestedShape, RaggedProblem, Shape, Unless } from './types/index.js'

/** The shape of what is filled with values: that of the values, unless it is given. */
type Filled<V, S extends Shape | undefined> = [S] extends [undefined]
  ? NestedShape<V>
  : S extends Shape
    ? Given<S>
    : any

/**
 * A tensor from a number, nested arrays, or a typed array with its shape. The data is copied.
 *
 * Numbers become float32 and booleans bool unless `dtype` says otherwise; typed arrays keep their type. Uint8ClampedArray becomes
 * uint8; other integers that have no dtype (Int8Array, Int16Array, Uint16Array, BigInt64Array, BigUint64Array) become int32. What
 * is given are numbers, never bit patterns, for float16 and bfloat16 too.
 *
 * @throws if nested arrays are ragged, if the number of elements does not fit the shape, or if a value does not fit the dtype
 * @example
 * tensor([[1, 2], [3, 4]])
 * tensor(new Float32Array(784), [28, 28])
 */
export function tensor<const V extends HostValues, const S extends Shape | undefined = undefined>(
  values: V & Unless<[S] extends [undefined] ? RaggedProblem<V> : never, unknown>,
  shape?: S,
  dtype?: DType,
): Tensor<Filled<V, S>>
export function tensor(values: HostValues, shape?: Shape, dtype?: DType): Tensor {
  const { elements, ...type } = readElements(
    values,
    shape === undefined ? undefined : expectShape('tensor', shape),
    dtype,
  )
  return new Tensor(dataNode(type, encodeAll(type.dtype, elements)))
}
