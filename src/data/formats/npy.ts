import { fail } from '../../core/errors.js'
import { ByteReader, damaged } from './damage.js'
import { openZip, writeZip } from './zip.js'

/** The arrays in which NumPy's are delivered. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array

/** An array of NumPy: elements in row-major order and their shape. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: NpyData
}

interface Kind {
  readonly bytes: number
  readonly create: (length: number) => NpyData | Float64Array
  readonly read: (view: DataView, at: number, little: boolean) => number
}

const kinds: { readonly [descr: string]: Kind } = {
  b1: { bytes: 1, create: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  u1: { bytes: 1, create: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  i1: { bytes: 1, create: (n) => new Int8Array(n), read: (v, at) => v.getInt8(at) },
  u2: { bytes: 2, create: (n) => new Uint16Array(n), read: (v, at, l) => v.getUint16(at, l) },
  i2: { bytes: 2, create: (n) => new Int16Array(n), read: (v, at, l) => v.getInt16(at, l) },
  u4: { bytes: 4, create: (n) => new Uint32Array(n), read: (v, at, l) => v.getUint32(at, l) },
  i4: { bytes: 4, create: (n) => new Int32Array(n), read: (v, at, l) => v.getInt32(at, l) },
  u8: { bytes: 8, create: (n) => new Float64Array(n), read: (v, at, l) => Number(v.getBigUint64(at, l)) },
  i8: { bytes: 8, create: (n) => new Float64Array(n), read: (v, at, l) => Number(v.getBigInt64(at, l)) },
  f2: { bytes: 2, create: (n) => new Float32Array(n), read: (v, at, l) => half(v.getUint16(at, l)) },
  f4: { bytes: 4, create: (n) => new Float32Array(n), read: (v, at, l) => v.getFloat32(at, l) },
  f8: { bytes: 8, create: (n) => new Float64Array(n), read: (v, at, l) => v.getFloat64(at, l) },
}

/** The number with these bits as float16. */
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023]
  const sign = bits & 0x8000 ? -1 : 1
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024))
}

/**
 * Reads an array that `numpy.save` has written. 64-bit integers become Int32Array if all fit, else Float64Array; float16 becomes
 * Float32Array; bool becomes Uint8Array. Arrays in Fortran's order are transposed.
 *
 * Throws, naming `name`, if the file is damaged, holds objects, text or complex numbers, or integers that no double holds.
 *
 * Source: NumPy, "NEP 1 — A simple file format for NumPy arrays", versions 1 to 3.
 *
 * ```ts
 * const { shape, data } = parseNpy(writeNpy({ shape: [2, 1], data: new Float32Array([1, 2]) }))
 * ```
 */
export function parseNpy(bytes: Uint8Array, name = 'npy data'): NpyArray {
  const reader = new ByteReader(bytes, name)
  if (reader.latin1(0, 6, 'header') !== '\x93NUMPY') damaged(name, 'the file does not open like an npy file')
  const version = reader.uint16(6, 'header') & 0xff
  if (version < 1 || version > 3) damaged(name, `version ${version} of the format is unknown`)
  const wide = version > 1
  const length = wide ? reader.uint32(8, 'header') : reader.uint16(8, 'header')
  const start = (wide ? 12 : 10) + length
  const header = new TextDecoder('latin1').decode(reader.slice(wide ? 12 : 10, length, 'header'))
  const { descr, fortran, shape } = readHeader(header, name)
  const kind = kinds[descr.slice(1)]
  if (kind === undefined || !/^[<>|=]/.test(descr)) {
    fail(`${name}: the elements are of type '${descr}'.`, 'Save numbers or booleans: array.astype(numpy.float32).')
  }
  const count = shape.reduce((product, size) => product * size, 1)
  if (bytes.length - start !== count * kind.bytes) {
    damaged(
      name,
      `${descr} [${shape.join(', ')}] has ${count * kind.bytes} bytes, but there are ${bytes.length - start}`,
    )
  }
  const data = readElements(kind, bytes.subarray(start), count, descr[0] !== '>')
  const whole = /[iu]8$/.test(descr) ? narrowed(data as Float64Array, name) : data
  return { shape, data: fortran && shape.length > 1 ? transposed(whole, shape) : whole }
}

function readHeader(header: string, name: string) {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1]
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const sizes = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(header)?.[1]
  if (order === undefined || sizes === undefined) return damaged(name, 'the header is damaged')
  if (descr === undefined) return fail(`${name}: the elements are records.`, 'Save each field as an array of its own.')
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number)
  if (shape.some((size) => !Number.isSafeInteger(size))) return damaged(name, 'the header is damaged')
  return { descr, fortran: order === 'True', shape }
}

function readElements(kind: Kind, bytes: Uint8Array, count: number, little: boolean): NpyData {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = kind.create(count)
  for (let i = 0; i < count; i++) data[i] = kind.read(view, i * kind.bytes, little)
  return data
}

function narrowed(data: Float64Array, name: string): NpyData {
  if (data.every((value) => value === (value | 0))) return Int32Array.from(data)
  const large = data.findIndex((value) => !Number.isSafeInteger(value))
  if (large < 0) return data
  return fail(`${name}: element ${large} is ${data[large]}, more than a double holds exactly.`, 'Save it as float64.')
}

/** Elements with the first index fastest, with the last one fastest. */
function transposed(data: NpyData, shape: readonly number[]): NpyData {
  const out = data.slice()
  const strides: number[] = []
  shape.reduce((stride, size) => {
    strides.push(stride)
    return stride * size
  }, 1)
  const index = shape.map(() => 0)
  for (let i = 0; i < out.length; i++) {
    out[i] = data[index.reduce((at, each, axis) => at + each * strides[axis]!, 0)]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break
      index[axis] = 0
    }
  }
  return out
}

const descriptions: readonly (readonly [new (length: number) => NpyData, string])[] = [
  [Float32Array, '<f4'],
  [Float64Array, '<f8'],
  [Int8Array, '|i1'],
  [Int16Array, '<i2'],
  [Int32Array, '<i4'],
  [Uint8Array, '|u1'],
  [Uint16Array, '<u2'],
  [Uint32Array, '<u4'],
]

/** The bytes of a file that `numpy.load` reads. Throws if the elements do not fit the shape. */
export function writeNpy({ shape, data }: NpyArray): Uint8Array {
  const descr = descriptions.find(([type]) => data instanceof type)?.[1]
  const count = shape.reduce((product, size) => product * size, 1)
  if (descr === undefined || data.length !== count) {
    fail(
      `writeNpy: there are ${data.length} elements for the shape [${shape.join(', ')}].`,
      'Give a typed array that fits.',
    )
  }
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`
  // The data starts at a multiple of 64.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10
  const out = new Uint8Array(10 + length + data.byteLength)
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8])
  out.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10)
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length)
  return out
}

/**
 * The arrays by name in a file that `numpy.savez` or `savez_compressed` has written.
 *
 * Throws, naming `name`, as {@link parseNpy}.
 *
 * ```ts
 * const arrays = await readNpz(writeNpz({ x: { shape: [2], data: new Int32Array([1, 2]) } }))
 * arrays.get('x')?.shape // [2]
 * ```
 */
export async function readNpz(bytes: Uint8Array, name = 'npz data'): Promise<ReadonlyMap<string, NpyArray>> {
  const zip = openZip(bytes, name)
  const arrays = new Map<string, NpyArray>()
  for (const path of zip.names) {
    if (!path.endsWith('.npy')) continue
    arrays.set(path.slice(0, -4), parseNpy(await zip.read(path), `${name}: ${path}`))
  }
  return arrays
}

/** The bytes of a file that `numpy.load` reads as these arrays. */
export const writeNpz = (arrays: Readonly<Record<string, NpyArray>>): Uint8Array =>
  writeZip(Object.entries(arrays).map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const))
