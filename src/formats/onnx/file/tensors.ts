import { allocate, type DType, encode, type TypedArray } from '../../../core/dtype.js'
import { fail } from '../../../core/errors.js'
import { formatShape } from '../../../core/shape.js'
import { damaged } from '../../../data/formats/damage.js'
import type { Draft, Message } from './schema.js'

/** A constant of a model: elements as they are stored in their dtype, the 16-bit floats as bit patterns. */
export interface Values {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** Bytes that lie in a file beside the model. */
export type External = (file: string) => Uint8Array

interface ElementType {
  readonly name: string
  /** The dtype that holds such elements here; a narrower or wider one of the file is converted. */
  readonly dtype?: DType
  readonly bytes: number
  readonly read?: (view: DataView, at: number) => number
  readonly field?: 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data'
}

/**
 * Types of elements by their numbers in the standard. Whole numbers of 64 bits are held in 32: shapes and indices, for which models
 * use them, fit; what does not is refused.
 */
const elementTypes: { readonly [code: number]: ElementType } = {
  1: { name: 'float', dtype: 'float32', bytes: 4, read: (v, i) => v.getFloat32(i, true), field: 'floatData' },
  2: { name: 'uint8', dtype: 'uint8', bytes: 1, read: (v, i) => v.getUint8(i), field: 'int32Data' },
  3: { name: 'int8', dtype: 'int32', bytes: 1, read: (v, i) => v.getInt8(i), field: 'int32Data' },
  4: { name: 'uint16', dtype: 'int32', bytes: 2, read: (v, i) => v.getUint16(i, true), field: 'int32Data' },
  5: { name: 'int16', dtype: 'int32', bytes: 2, read: (v, i) => v.getInt16(i, true), field: 'int32Data' },
  6: { name: 'int32', dtype: 'int32', bytes: 4, read: (v, i) => v.getInt32(i, true), field: 'int32Data' },
  7: { name: 'int64', dtype: 'int32', bytes: 8, read: (v, i) => Number(v.getBigInt64(i, true)), field: 'int64Data' },
  8: { name: 'string', bytes: 0 },
  9: { name: 'bool', dtype: 'bool', bytes: 1, read: (v, i) => v.getUint8(i), field: 'int32Data' },
  10: { name: 'float16', dtype: 'float16', bytes: 2, read: (v, i) => v.getUint16(i, true), field: 'int32Data' },
  11: { name: 'double', dtype: 'float64', bytes: 8, read: (v, i) => v.getFloat64(i, true), field: 'doubleData' },
  12: { name: 'uint32', dtype: 'uint32', bytes: 4, read: (v, i) => v.getUint32(i, true), field: 'uint64Data' },
  13: {
    name: 'uint64',
    dtype: 'uint32',
    bytes: 8,
    read: (v, i) => Number(v.getBigUint64(i, true)),
    field: 'uint64Data',
  },
  14: { name: 'complex64', bytes: 8 },
  15: { name: 'complex128', bytes: 16 },
  16: { name: 'bfloat16', dtype: 'bfloat16', bytes: 2, read: (v, i) => v.getUint16(i, true), field: 'int32Data' },
  17: { name: 'float8e4m3fn', bytes: 1 },
  18: { name: 'float8e4m3fnuz', bytes: 1 },
  19: { name: 'float8e5m2', bytes: 1 },
  20: { name: 'float8e5m2fnuz', bytes: 1 },
  21: { name: 'uint4', bytes: 0.5 },
  22: { name: 'int4', bytes: 0.5 },
}

/** The name of an element type, as the standard calls it. */
export const nameOfType = (code: number): string => elementTypes[code]?.name ?? `type ${code}`

/** What an element type of a file is held in. @throws if there is nothing for it */
export function dtypeOf(code: number, what: string): DType {
  return (
    elementTypes[code]?.dtype ??
    fail(`${what} has elements of type ${nameOfType(code)}`, 'Shapewise has numbers and booleans of 8 to 64 bits.')
  )
}

/** The code of a dtype in files. */
export const codeOf: { readonly [D in DType]: number } = {
  float32: 1,
  uint8: 2,
  int32: 6,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  bfloat16: 16,
}

/** The code of whole numbers of 64 bits, in which ONNX wants shapes and indices. */
export const INT64 = 7

/** Whether whole numbers of this type wrap earlier than those of the dtype that holds them. */
export const rangeOfType = (code: number | undefined): readonly [low: number, count: number] | undefined =>
  code === undefined ? undefined : ranges[code]
const ranges: { readonly [code: number]: readonly [low: number, count: number] } = {
  3: [-128, 256],
  4: [0, 65536],
  5: [-32768, 65536],
}

/** Stands for "to the end" in models: larger than any whole number of 32 bits, and meant so. */
const ENDLESS = 2 ** 60

/**
 * The elements of a tensor in a file.
 *
 * @throws if there are more or fewer than the dims say, they are of a type that there is not, or they do not fit into it
 */
export function valuesOf(tensor: Message<'Tensor'>, file: string, external: External): Values {
  const what = `the tensor '${tensor.name ?? ''}'`
  const code = tensor.dataType ?? 0
  const { dims } = tensor
  const size = dims.reduce((product, n) => product * n, 1)
  if (dims.some((n) => !Number.isSafeInteger(n) || n < 0) || !Number.isSafeInteger(size)) {
    return damaged(file, `${what} has the shape ${formatShape(dims)}`)
  }
  const dtype = dtypeOf(code, `${file}: ${what}`)
  const { bytes, read, field } = elementTypes[code] as Required<ElementType>
  const raw = tensor.dataLocation === 1 ? externalBytes(tensor, file, what, external) : tensor.rawData
  const listed = tensor[field]
  const count = raw === undefined ? listed.length : raw.length / bytes
  if (count !== size) {
    return damaged(file, `${what} ${formatShape(dims)} needs ${size} elements, it has ${count}`)
  }
  const data = allocate(dtype, size)
  if (raw === undefined) {
    for (let i = 0; i < size; i++) data[i] = fitting(dtype, listed[i], what, file)
  } else {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
    for (let i = 0; i < size; i++) data[i] = fitting(dtype, read(view, i * bytes), what, file)
  }
  return { dtype, shape: dims, data }
}

function fitting(dtype: DType, value: number, what: string, file: string): number {
  if (dtype === 'bool') return encode('bool', value)
  const [low, high] = dtype === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1]
  if ((dtype !== 'int32' && dtype !== 'uint32') || (value >= low && value <= high)) return value
  if (Math.abs(value) >= ENDLESS) return value < 0 ? low : high
  return fail(
    `${file}: ${what} holds ${value}, which does not fit into 32 bits`,
    'Shapewise has no whole numbers of 64 bits: write the model with smaller ones.',
  )
}

function externalBytes(tensor: Message<'Tensor'>, file: string, what: string, external: External): Uint8Array {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]))
  const location = entries.get('location')
  if (location === undefined) return damaged(file, `${what} lies in another file, which is not named`)
  // The standard wants a name below the folder of the model; anything else could read what is none of the model's business.
  if (/^([/\\]|[A-Za-z]:)/.test(location) || location.split(/[/\\]/).includes('..')) {
    return damaged(file, `${what} lies in '${location}', outside of the folder of the model`)
  }
  const bytes = external(location)
  const offset = Number(entries.get('offset') ?? 0)
  const length = Number(entries.get('length') ?? bytes.length - offset)
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) {
    return damaged(
      file,
      `${what} lies at ${offset} … ${offset + length} of '${location}', which has ${bytes.length} bytes`,
    )
  }
  return bytes.subarray(offset, offset + length)
}

/** The elements as a file holds them. */
export function rawBytes({ dtype, data }: Values): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (isLittleEndian || dtype === 'bool' || dtype === 'uint8') return bytes
  const swapped = new Uint8Array(bytes.length)
  const width = data.BYTES_PER_ELEMENT
  for (let i = 0; i < bytes.length; i++) swapped[i] = bytes[i - (i % width) + width - 1 - (i % width)]
  return swapped
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** A tensor of a file. */
export const tensorOf = (name: string, values: Values): Draft<'Tensor'> => ({
  name,
  dims: values.shape,
  dataType: codeOf[values.dtype],
  rawData: rawBytes(values),
})

/** Whole numbers of 64 bits. */
export function wholeNumbers(
  name: string,
  values: readonly number[],
  shape: readonly number[] = [values.length],
): Draft<'Tensor'> {
  const data = BigInt64Array.from(values, (value) => BigInt(value))
  return { name, dims: shape, dataType: INT64, rawData: new Uint8Array(data.buffer) }
}
