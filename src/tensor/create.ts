import { type DType, encodeAll } from '../core/dtype.js'
import { type HostValues, type NestedArray, readElements } from '../core/elements.js'
import { expectShape } from '../core/shape.js'
import { dataNode } from './runtime.js'
import { Tensor } from './tensor.js'
import type { NestedShape, Shape, Writable } from './types/index.js'

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
export function tensor<const V extends NestedArray>(values: V, shape?: undefined, dtype?: DType): Tensor<NestedShape<V>>
export function tensor<const S extends Shape = any>(values: HostValues, shape?: S, dtype?: DType): Tensor<Writable<S>>
export function tensor(values: HostValues, shape?: Shape, dtype?: DType): Tensor {
  const { elements, ...type } = readElements(
    values,
    shape === undefined ? undefined : expectShape('tensor', shape),
    dtype,
  )
  return new Tensor(dataNode(type, encodeAll(type.dtype, elements)))
}
