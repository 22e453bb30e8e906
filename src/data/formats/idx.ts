import { fail } from '../../core/errors.js'
import { DAMAGED_FILE_CURE, gunzip, isGzip } from './gzip.js'

/**
 * The idx format, in which MNIST is published: two zero bytes, a type byte, the number of dimensions, each dimension as a
 * big-endian 32-bit number, then the elements, big-endian, last dimension fastest.
 *
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits" (file formats), 1998.
 */

/** The element types that the format knows. */
export type IdxType = 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64'

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array

/** The contents of one idx file: elements in row-major order and their shape. */
export interface IdxArray {
  readonly type: IdxType
  readonly shape: readonly number[]
  readonly data: IdxData
}

interface ElementFormat {
  readonly code: number
  readonly bytes: number
  readonly create: (length: number) => IdxData
  readonly read: (view: DataView, at: number) => number
  readonly write: (view: DataView, at: number, value: number) => void
}

const formats: { readonly [T in IdxType]: ElementFormat } = {
  uint8: {
    code: 0x08,
    bytes: 1,
    create: (length) => new Uint8Array(length),
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, value),
  },
  int8: {
    code: 0x09,
    bytes: 1,
    create: (length) => new Int8Array(length),
    read: (view, at) => view.getInt8(at),
    write: (view, at, value) => view.setInt8(at, value),
  },
  int16: {
    code: 0x0b,
    bytes: 2,
    create: (length) => new Int16Array(length),
    read: (view, at) => view.getInt16(at),
    write: (view, at, value) => view.setInt16(at, value),
  },
  int32: {
    code: 0x0c,
    bytes: 4,
    create: (length) => new Int32Array(length),
    read: (view, at) => view.getInt32(at),
    write: (view, at, value) => view.setInt32(at, value),
  },
  float32: {
    code: 0x0d,
    bytes: 4,
    create: (length) => new Float32Array(length),
    read: (view, at) => view.getFloat32(at),
    write: (view, at, value) => view.setFloat32(at, value),
  },
  float64: {
    code: 0x0e,
    bytes: 8,
    create: (length) => new Float64Array(length),
    read: (view, at) => view.getFloat64(at),
    write: (view, at, value) => view.setFloat64(at, value),
  },
}

const typeNames = Object.keys(formats) as readonly IdxType[]

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

/**
 * Reads the bytes of an uncompressed idx file. Bytes of type uint8 are not copied: the result is a view of them.
 *
 * Throws, naming `name`, if the header is not an idx header or the number of bytes is not what the header announces.
 *
 * ```ts
 * parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]))  // { type: 'uint8', shape: [2], data: [7, 9] }
 * ```
 */
export function parseIdx(bytes: Uint8Array, name = 'idx data'): IdxArray {
  if (bytes.length < 4) {
    fail(
      `${name}: the file ends after ${bytes.length} bytes, inside the 4 bytes that open an idx file.`,
      DAMAGED_FILE_CURE,
    )
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const found = `the file opens with bytes ${hex(bytes.subarray(0, 4))}, but an idx file opens with 00 00`
    const cure = isGzip(bytes) ? 'It is gzip-compressed: read it with readIdx, which decompresses.' : DAMAGED_FILE_CURE
    fail(`${name}: ${found}.`, cure)
  }
  const type = typeNames.find((candidate) => formats[candidate].code === bytes[2])
  if (type === undefined) {
    const known = typeNames.map((candidate) => `${hex(new Uint8Array([formats[candidate].code]))} (${candidate})`)
    fail(
      `${name}: unknown element type ${hex(bytes.subarray(2, 3))}; the format has ${known.join(', ')}.`,
      DAMAGED_FILE_CURE,
    )
  }
  const rank = bytes[3]!
  const start = 4 + 4 * rank
  if (bytes.length < start) {
    fail(
      `${name}: the file ends after ${bytes.length} bytes, inside the list of its ${rank} dimensions.`,
      DAMAGED_FILE_CURE,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const format = formats[type]
  const length = shape.reduce((product, size) => product * size, 1)
  const expected = start + length * format.bytes
  if (bytes.length !== expected) {
    const problem = bytes.length < expected ? 'is truncated' : 'has trailing bytes'
    const header = `its header announces ${type} [${shape.join(', ')}], which makes ${expected} bytes`
    fail(`${name}: the file ${problem}: ${header}, but there are ${bytes.length}.`, DAMAGED_FILE_CURE)
  }
  if (type === 'uint8') return { type, shape, data: bytes.subarray(start) }
  const data = format.create(length)
  for (let i = 0; i < length; i++) data[i] = format.read(view, start + i * format.bytes)
  return { type, shape, data }
}

/**
 * Reads the bytes of an idx file, gzip-compressed or not.
 *
 * Throws, naming `name`, if the compressed data or the idx file in it is damaged.
 */
export async function readIdx(bytes: Uint8Array, name = 'idx data'): Promise<IdxArray> {
  return parseIdx(isGzip(bytes) ? await gunzip(bytes, name) : bytes, name)
}

/**
 * The bytes of an idx file that holds `array`.
 *
 * Throws if the number of elements is not the product of the shape, or the shape does not fit the format.
 */
export function writeIdx(array: IdxArray): Uint8Array {
  const { type, shape, data } = array
  if (shape.length > 255 || shape.some((size) => !Number.isInteger(size) || size < 0 || size > 0xffffffff)) {
    fail(`writeIdx: an idx file cannot hold the shape [${shape.join(', ')}].`, 'Use at most 255 sizes below 2^32.')
  }
  const length = shape.reduce((product, size) => product * size, 1)
  if (data.length !== length) {
    const cause = `writeIdx: the shape [${shape.join(', ')}] has ${length} elements, but ${data.length} are given.`
    fail(cause, 'Give as many elements as the shape has.')
  }
  const format = formats[type]
  const start = 4 + 4 * shape.length
  const bytes = new Uint8Array(start + length * format.bytes)
  const view = new DataView(bytes.buffer)
  bytes.set([0, 0, format.code, shape.length])
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size)
  })
  for (let i = 0; i < length; i++) format.write(view, start + i * format.bytes, data[i]!)
  return bytes
}
