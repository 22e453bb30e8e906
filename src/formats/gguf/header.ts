import { fail } from '../../core/errors.js'
import { damaged, decodeUtf8 } from '../../data/formats/damage.js'
import type { ByteSource } from '../bytes/source.js'

/** What is noted in a file: lists of numbers are typed arrays, lists of truth values bytes 0 and 1. */
export type GgufValue = number | bigint | boolean | string | GgufNumbers | readonly GgufValue[]

type GgufNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** What a header says of a tensor. */
export interface GgufEntry {
  readonly name: string
  /** The first axis is the slowest, other than in the file. */
  readonly shape: readonly number[]
  /** The number of the element type. */
  readonly type: number
  /** From the beginning of the tensors. */
  readonly offset: number
}

export interface GgufHeader {
  readonly version: number
  readonly metadata: ReadonlyMap<string, GgufValue>
  readonly tensors: readonly GgufEntry[]
  /** Where the tensors begin. */
  readonly start: number
  readonly alignment: number
}

/** The beginning that was read does not hold the whole header. */
class TooShort extends Error {}

const FIRST = 1 << 16
const DEEPEST = 8
const MOST_AXES = 8

/** Reads what lies before the tensors: more and more of the file, until it is there. */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  for (let length = FIRST; ; length *= 4) {
    const bytes = await source.read(0, Math.min(length, source.size), 'header')
    try {
      return new Reader(bytes, source).header()
    } catch (error) {
      if (!(error instanceof TooShort)) throw error
    }
  }
}

const numbers = [
  { width: 1, read: (view, at) => view.getUint8(at), list: Uint8Array },
  { width: 1, read: (view, at) => view.getInt8(at), list: Int8Array },
  { width: 2, read: (view, at) => view.getUint16(at, true), list: Uint16Array },
  { width: 2, read: (view, at) => view.getInt16(at, true), list: Int16Array },
  { width: 4, read: (view, at) => view.getUint32(at, true), list: Uint32Array },
  { width: 4, read: (view, at) => view.getInt32(at, true), list: Int32Array },
  { width: 4, read: (view, at) => view.getFloat32(at, true), list: Float32Array },
  { width: 1, read: (view, at) => view.getUint8(at) !== 0, list: Uint8Array },
  undefined,
  undefined,
  { width: 8, read: (view, at) => exact(view.getBigUint64(at, true)), list: BigUint64Array },
  { width: 8, read: (view, at) => exact(view.getBigInt64(at, true)), list: BigInt64Array },
  { width: 8, read: (view, at) => view.getFloat64(at, true), list: Float64Array },
] as const satisfies readonly (
  | {
      readonly width: number
      readonly read: (view: DataView, at: number) => GgufValue
      readonly list: { new (buffer: ArrayBuffer): GgufNumbers }
    }
  | undefined
)[]
const TEXT = 8
const LIST = 9

const exact = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value

class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #name: string
  readonly #size: number
  #at = 0

  constructor(bytes: Uint8Array, { name, size }: ByteSource) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#name = name
    this.#size = size
  }

  header(): GgufHeader {
    if (this.#number(4, 'beginning') !== 0x46554747) damaged(this.#name, 'the file does not open like a GGUF file')
    const version = this.#number(4, 'version')
    if (version !== 2 && version !== 3) {
      const what = version % 65536 === 0 ? 'the numbers in it are big-endian' : `version ${version} is not known`
      fail(`${this.#name}: ${what}.`, 'Convert it to GGUF 3, little-endian.')
    }
    // At the least, a tensor takes 24 bytes in the header, and a note 13.
    const tensorCount = this.#count(24, 'tensors')
    const noteCount = this.#count(13, 'notes')
    const metadata = new Map<string, GgufValue>()
    for (let i = 0; i < noteCount; i++) {
      const key = this.#text('name of a note')
      if (metadata.has(key)) damaged(this.#name, `the note '${key}' stands twice`)
      metadata.set(key, this.#value(this.#number(4, `note '${key}'`), key, 0))
    }
    const tensors = Array.from({ length: tensorCount }, () => this.#tensor())
    if (new Set(tensors.map(({ name }) => name)).size < tensors.length) damaged(this.#name, 'two tensors have one name')
    const alignment = metadata.get('general.alignment') ?? 32
    if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment > 1 << 20) {
      return damaged(this.#name, `the tensors are aligned to ${alignment}`)
    }
    return { version, metadata, tensors, start: Math.ceil(this.#at / alignment) * alignment, alignment }
  }

  #tensor(): GgufEntry {
    const name = this.#text('name of a tensor')
    const axes = this.#number(4, `tensor '${name}'`)
    if (axes > MOST_AXES) damaged(this.#name, `the tensor '${name}' has ${axes} axes`)
    const sizes = Array.from({ length: axes }, () => this.#number(8, `shape of '${name}'`))
    if (!Number.isSafeInteger(sizes.reduce((product, size) => product * size, 1))) {
      damaged(this.#name, `the tensor '${name}' has the sizes ${sizes.join(', ')}`)
    }
    const type = this.#number(4, `type of '${name}'`)
    return { name, shape: sizes.reverse(), type, offset: this.#number(8, `place of '${name}'`) }
  }

  #value(type: number, key: string, depth: number): GgufValue {
    if (type === TEXT) return this.#text(`note '${key}'`)
    if (type !== LIST) {
      const { width, read } = numbers[type] ?? damaged(this.#name, `the note '${key}' is of the unknown type ${type}`)
      return read(this.#view, this.#take(width, `note '${key}'`))
    }
    if (depth === DEEPEST) damaged(this.#name, `the lists of '${key}' are nested too deeply`)
    const inner = this.#number(4, `note '${key}'`)
    const kind = numbers[inner]
    const length = this.#count(kind?.width ?? (inner === TEXT ? 8 : 12), `elements of '${key}'`)
    if (kind === undefined) {
      const list: GgufValue[] = []
      for (let i = 0; i < length; i++) list.push(this.#value(inner, key, depth + 1))
      return list
    }
    const from = this.#take(length * kind.width, `note '${key}'`)
    return new kind.list(this.#bytes.slice(from, from + length * kind.width).buffer)
  }

  #text(what: string): string {
    const length = this.#count(1, `bytes of the ${what}`)
    const from = this.#take(length, what)
    return decodeUtf8(this.#bytes.subarray(from, from + length), this.#name)
  }

  #number(width: 4 | 8, what: string): number {
    const at = this.#take(width, what)
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true))
  }

  /** How many there are of something that takes some bytes each. */
  #count(bytes: number, what: string): number {
    const count = this.#number(8, `number of ${what}`)
    if (count * bytes > this.#size) damaged(this.#name, `a file of ${this.#size} bytes claims to have ${count} ${what}`)
    return count
  }

  /** Goes on by some bytes; where they begin. */
  #take(length: number, what: string): number {
    const at = this.#at
    const end = at + length
    if (end > this.#size)
      damaged(this.#name, `the file has ${this.#size} bytes, but its ${what} lies at ${at} … ${end}`)
    if (end > this.#bytes.length) throw new TooShort()
    this.#at = end
    return at
  }
}
