import { describe } from './describe.js'
import { failDType } from './errors.js'
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from './float16.js'
import { didYouMean } from './suggestion.js'

/** The element types. Booleans are stored as bytes 0 and 1; the 16-bit floats as their bit patterns. */
export type DType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int32' | 'uint32' | 'uint8' | 'bool'

/** The arrays in which elements are stored. */
export type TypedArray = Float32Array | Float64Array | Uint16Array | Int32Array | Uint32Array | Uint8Array

type ArrayConstructor =
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Uint8ArrayConstructor

interface DTypeRow {
  readonly kind: 'float' | 'integer' | 'bool'
  readonly bytes: number
  readonly storage: ArrayConstructor
  /** The smallest (largest) value, the identity of `max` (`min`). */
  readonly lowest: number
  readonly highest: number
}

export const dtypes: { readonly [D in DType]: DTypeRow } = {
  float32: { kind: 'float', bytes: 4, storage: Float32Array, lowest: -Infinity, highest: Infinity },
  float64: { kind: 'float', bytes: 8, storage: Float64Array, lowest: -Infinity, highest: Infinity },
  float16: { kind: 'float', bytes: 2, storage: Uint16Array, lowest: -Infinity, highest: Infinity },
  bfloat16: { kind: 'float', bytes: 2, storage: Uint16Array, lowest: -Infinity, highest: Infinity },
  int32: { kind: 'integer', bytes: 4, storage: Int32Array, lowest: -(2 ** 31), highest: 2 ** 31 - 1 },
  uint32: { kind: 'integer', bytes: 4, storage: Uint32Array, lowest: 0, highest: 2 ** 32 - 1 },
  uint8: { kind: 'integer', bytes: 1, storage: Uint8Array, lowest: 0, highest: 255 },
  bool: { kind: 'bool', bytes: 1, storage: Uint8Array, lowest: 0, highest: 1 },
}

export const dtypeNames = Object.keys(dtypes) as readonly DType[]

/** @throws DTypeError if there is no such dtype */
export function expectDType(operation: string, dtype: DType): DType {
  if (Object.hasOwn(dtypes, dtype)) return dtype
  const meant = typeof dtype === 'string' ? didYouMean(dtype, dtypeNames) : ''
  const cause = typeof dtype === 'string' ? `there is no dtype '${dtype}'` : `the dtype is ${describe(dtype)}`
  failDType(operation, cause, `${meant} Use one of ${dtypeNames.join(', ')}.`.trim())
}

export const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === 'float'
export const isInteger = (dtype: DType): boolean => dtypes[dtype].kind === 'integer'

/** The elements before each dtype in this list fit into it without loss of kind. */
const ladder: readonly DType[] = ['bool', 'uint8', 'int32', 'uint32', 'float16', 'bfloat16', 'float32', 'float64']

/**
 * The dtype of an operation on two tensors.
 *
 * bool < uint8 < int32, uint32 < float16, bfloat16 < float32 < float64; the higher one wins. Two pairs have no order:
 * float16 with bfloat16 gives float32; int32 with uint32 is refused, since neither holds the other's values.
 * A JavaScript number takes the dtype of the tensor that it meets.
 */
export function promote(a: DType, b: DType, operation: string): DType {
  if (a === b) return a
  const pair = [a, b]
  if (pair.includes('float16') && pair.includes('bfloat16')) return 'float32'
  if (pair.includes('int32') && pair.includes('uint32')) {
    failDType(operation, 'int32 and uint32 have no common dtype', "Convert one of them with cast('int32').")
  }
  return ladder.indexOf(a) > ladder.indexOf(b) ? a : b
}

/** A zeroed array for `size` elements. */
export function allocate(dtype: DType, size: number): TypedArray {
  return new dtypes[dtype].storage(size)
}

/** The value of a stored element; only the 16-bit floats differ from their storage. */
export function decode(dtype: DType, stored: number): number {
  if (dtype === 'float16') return decodeFloat16(stored)
  if (dtype === 'bfloat16') return decodeBfloat16(stored)
  return stored
}

/** The stored form of a value. Integers wrap like their typed arrays; NaN as an integer is 0, and any non-zero as bool is 1. */
export function encode(dtype: DType, value: number): number {
  if (dtype === 'float16') return encodeFloat16(value)
  if (dtype === 'bfloat16') return encodeBfloat16(value)
  if (dtype === 'bool') return value !== 0 ? 1 : 0
  return value
}

/** `value` as an element of `dtype` holds it: rounded, wrapped or made 0/1. */
export function roundTo(dtype: DType, value: number): number {
  switch (dtype) {
    case 'float64':
      return value
    case 'float32':
      return Math.fround(value)
    case 'int32':
      return value | 0
    case 'uint32':
      return value >>> 0
    case 'uint8':
      return value & 255
    default:
      return decode(dtype, encode(dtype, value))
  }
}

/** The elements of `array` as numbers: the array itself except for the 16-bit floats, which become float32. */
export function decodeAll(dtype: DType, array: TypedArray): TypedArray {
  if (dtype !== 'float16' && dtype !== 'bfloat16') return array
  const decoded = new Float32Array(array.length)
  for (let i = 0; i < array.length; i++) decoded[i] = decode(dtype, array[i])
  return decoded
}

/** Stores `values` as elements of `dtype`. */
export function encodeAll(dtype: DType, values: ArrayLike<number>, into = allocate(dtype, values.length)): TypedArray {
  if (dtype === 'float16' || dtype === 'bfloat16' || dtype === 'bool') {
    for (let i = 0; i < values.length; i++) into[i] = encode(dtype, values[i])
  } else {
    into.set(values)
  }
  return into
}
