import { type DType, dtypes, encodeAll, type TypedArray } from '../../core/dtype.js'
import { readElements } from '../../core/elements.js'
import { fail } from '../../core/errors.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import type { StoredValue } from '../../nn/state.js'
import type { RawTensor as AnyRawTensor } from '../tensor-file.js'

/** An element type of the format, and how its elements become one of ours without loss. */
interface Kind {
  readonly bits: number
  readonly dtype?: DType
  readonly decode?: (bytes: Uint8Array) => TypedArray | undefined
}

const kinds = {
  BOOL: { bits: 8, dtype: 'bool', decode: (bytes) => bytes.map((byte) => (byte === 0 ? 0 : 1)) },
  U8: { bits: 8, dtype: 'uint8', decode: (bytes) => bytes.slice() },
  I8: { bits: 8, dtype: 'int32', decode: (bytes) => Int32Array.from(new Int8Array(owned(bytes).buffer)) },
  I16: { bits: 16, dtype: 'int32', decode: (bytes) => Int32Array.from(new Int16Array(owned(bytes).buffer)) },
  U16: { bits: 16, dtype: 'int32', decode: (bytes) => Int32Array.from(new Uint16Array(owned(bytes).buffer)) },
  F16: { bits: 16, dtype: 'float16', decode: (bytes) => halves(bytes, singleOfHalf) },
  BF16: { bits: 16, dtype: 'bfloat16', decode: (bytes) => halves(bytes, (half) => half << 16) },
  I32: { bits: 32, dtype: 'int32', decode: (bytes) => new Int32Array(owned(bytes).buffer) },
  U32: { bits: 32, dtype: 'uint32', decode: (bytes) => new Uint32Array(owned(bytes).buffer) },
  F32: { bits: 32, dtype: 'float32', decode: (bytes) => new Float32Array(owned(bytes).buffer) },
  F64: { bits: 64, dtype: 'float64', decode: (bytes) => new Float64Array(owned(bytes).buffer) },
  I64: {
    bits: 64,
    dtype: 'int32',
    decode: (bytes) => lowHalves(new Int32Array(owned(bytes).buffer), (low) => low >> 31),
  },
  U64: { bits: 64, dtype: 'uint32', decode: (bytes) => lowHalves(new Uint32Array(owned(bytes).buffer), () => 0) },
  C64: { bits: 64 },
  F8_E4M3: { bits: 8 },
  F8_E5M2: { bits: 8 },
  F8_E8M0: { bits: 8 },
  F8_E4M3FNUZ: { bits: 8 },
  F8_E5M2FNUZ: { bits: 8 },
  F6_E2M3: { bits: 6 },
  F6_E3M2: { bits: 6 },
  F4: { bits: 4 },
} as const satisfies Readonly<Record<string, Kind>>

/** The element types that the safetensors format knows. */
export type SafetensorsDType = keyof typeof kinds

type RawTensor = AnyRawTensor<SafetensorsDType>

export const isSafetensorsDType = (name: unknown): name is SafetensorsDType =>
  typeof name === 'string' && Object.hasOwn(kinds, name)

/** How many bytes a tensor takes; NaN if its elements end inside of one. */
export function bytesFor(dtype: SafetensorsDType, shape: readonly number[]): number {
  const bits = shape.reduce((product, size) => product * size, kinds[dtype].bits)
  return bits % 8 === 0 ? bits / 8 : Number.NaN
}

/** The element type as which a dtype is written. */
const written: { readonly [D in DType]: SafetensorsDType } = {
  float32: 'F32',
  float64: 'F64',
  float16: 'F16',
  bfloat16: 'BF16',
  int32: 'I32',
  uint32: 'U32',
  uint8: 'U8',
  bool: 'BOOL',
}

/** A tensor of a file as a value of ours; nothing is lost, or it throws. */
export function decodeRaw({ dtype, shape, bytes }: RawTensor, path: string, file: string): StoredValue {
  const kind: Kind = kinds[dtype]
  const cure = `Read it with raw('${path}').`
  if (kind.dtype === undefined || kind.decode === undefined) {
    return fail(`${file}: '${path}' has elements of type ${dtype}, and there are no tensors of it.`, cure)
  }
  const data = kind.decode(bytes)
  if (data === undefined)
    return fail(`${file}: '${path}' has ${dtype} elements that ${kind.dtype} does not hold.`, cure)
  return { dtype: kind.dtype, shape, data }
}

/** What a file says of a value, and how many bytes it takes; throws if it is not as long as its shape says. */
export function layoutOf(path: string, value: StoredValue | RawTensor): Omit<RawTensor, 'bytes'> & { length: number } {
  const { shape } = value
  const raw = 'bytes' in value
  const dtype = raw ? value.dtype : written[value.dtype]
  if (!isSafetensorsDType(dtype)) {
    const known = raw ? Object.keys(kinds) : Object.keys(written)
    fail(`'${path}' has elements of type ${value.dtype}`, `Use one of ${known.join(', ')}.`)
  }
  const length = bytesFor(dtype, shape)
  const given = raw ? value.bytes.length : (value.data.length * length) / (sizeOf(shape) || 1)
  if (given !== length || (!raw && value.data.length !== sizeOf(shape))) {
    fail(
      `'${path}' is ${dtype}${formatShape(shape)}, but has ${raw ? `${given} bytes` : `${value.data.length} elements`}`,
    )
  }
  return { dtype, shape, length }
}

/** The bytes of a value in a file. Throws if an element is none of the dtype. */
export function bytesOf(value: StoredValue | RawTensor): Uint8Array {
  if ('bytes' in value) return value.bytes
  const { dtype, shape, data } = value
  const row = dtypes[dtype]
  const { elements } = readElements(data, shape, dtype)
  const plain = data instanceof row.storage && row.bytes !== 2 && dtype !== 'bool'
  const { buffer, byteOffset, byteLength } = plain ? data : encodeAll(dtype, elements)
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** The bytes with a buffer of their own, so that typed arrays begin and end with it. */
const owned = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)

/** 16-bit floats as float32, by the bits of these: NaN keeps its payload, and nothing is rounded. */
function halves(bytes: Uint8Array, single: (half: number) => number): Float32Array {
  const stored = new Uint16Array(owned(bytes).buffer)
  const bits = new Int32Array(stored.length)
  for (let i = 0; i < stored.length; i++) bits[i] = single(stored[i])
  return new Float32Array(bits.buffer)
}

/** The bits of a float32 with the value of a binary16. */
function singleOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16
  const magnitude = half & 0x7fff
  if (magnitude >= 0x7c00) return sign | 0x7f800000 | ((magnitude & 1023) << 13)
  if (magnitude >= 0x400) return sign | ((magnitude << 13) + (112 << 23))
  // Subnormal: its highest bit becomes the one that is not stored.
  if (magnitude === 0) return sign
  const shift = Math.clz32(magnitude) - 21
  return sign | ((113 - shift) << 23) | (((magnitude << shift) & 1023) << 13)
}

/** The low words of 64-bit integers, if the high ones add nothing to them. */
function lowHalves<A extends Int32Array | Uint32Array>(words: A, high: (low: number) => number): A | undefined {
  const low = words.subarray(0, words.length / 2).slice() as A
  for (let i = 0; i < low.length; i++) {
    low[i] = words[2 * i]
    if (words[2 * i + 1] !== high(low[i])) return undefined
  }
  return low
}
