import { fail } from '../../core/errors.js'
import { crc32 } from './crc32.js'
import { ByteReader, damaged, decodeUtf8 } from './damage.js'
import { inflate } from './inflate.js'

interface Entry {
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly at: number
}

/** An archive that is read piece by piece, and need not fit into memory. */
export interface ArchivePieces {
  readonly size: number
  /** `length` bytes from `at` on; throws if they do not lie inside. `what` names them, for messages. */
  read(at: number, length: number, what: string): Promise<Uint8Array>
}

/** Where the directory lies. */
interface Directory {
  readonly at: number
  readonly size: number
  readonly count: number
}

/** Deflate makes at most 258 bytes of 2 bits; what claims more is damaged. */
const MOST_EXPANSION = 1032
/** The records at the end lie within as many bytes, mostly; and with a comment, which has up to 64 KB. */
const TAILS = [1 << 10, 1 << 17]
/** A file's own header, with its name and what programs add to it, mostly is shorter. */
const HEADER = 512

/**
 * The files in a zip archive; each is decompressed, and its checksum compared, when it is read.
 *
 * Source: PKWARE, ".ZIP File Format Specification", 6.3.10 (without encryption).
 *
 * ```ts
 * const zip = openZip(writeZip([['a.txt', new Uint8Array([104, 105])]]), 'a.zip')
 * zip.names // ['a.txt']
 * await zip.read('a.txt') // [104, 105]
 * ```
 */
export class Zip {
  readonly #pieces: ArchivePieces
  readonly #name: string
  readonly #entries: ReadonlyMap<string, Entry>

  /** Use {@link openZip}. */
  constructor(pieces: ArchivePieces, name: string, entries: ReadonlyMap<string, Entry>) {
    this.#pieces = pieces
    this.#name = name
    this.#entries = entries
  }

  /** The paths of the files, in the order of the archive. */
  get names(): readonly string[] {
    return [...this.#entries.keys()]
  }

  /** Whether there is a file of this path. */
  has(path: string): boolean {
    return this.#entries.has(path)
  }

  /** How many bytes a file has, unpacked. Throws if there is none. */
  size(path: string): number {
    return this.#entry(path).size
  }

  /** The bytes of one file. Throws if there is none, or it is damaged. */
  async read(path: string): Promise<Uint8Array> {
    const { method, crc, packed, size, at } = this.#entry(path)
    const what = `file ${path}`
    const first = await this.#pieces.read(at, Math.min(HEADER + packed, this.#pieces.size - at), what)
    const header = new ByteReader(first, this.#name)
    if (header.uint32(0, what) !== 0x04034b50) damaged(this.#name, `${what} does not begin where the directory says`)
    const start = 30 + header.uint16(26, what) + header.uint16(28, what)
    const isWhole = start + packed <= first.length
    const stored = isWhole ? first.subarray(start, start + packed) : await this.#pieces.read(at + start, packed, what)
    const bytes = method === 0 ? stored : await this.#inflate(stored, size, what)
    if (bytes.length !== size || crc32(bytes) !== crc) damaged(this.#name, `the checksum of ${what} is wrong`)
    return bytes
  }

  #entry(path: string): Entry {
    const entry = this.#entries.get(path)
    if (entry !== undefined) return entry
    return fail(`${this.#name}: there is no file ${path}.`, `There are ${this.#entries.size} others.`)
  }

  async #inflate(stored: Uint8Array, size: number, what: string): Promise<Uint8Array> {
    try {
      return await inflate(stored, 'deflate-raw', size)
    } catch (error) {
      return damaged(this.#name, `${what} is damaged (${error instanceof Error ? error.message : error})`)
    }
  }
}

/** Opens a zip archive. Throws, naming `name`, if its directory is damaged or it uses what is not supported. */
export function openZip(bytes: Uint8Array, name = 'zip data'): Zip {
  const reader = new ByteReader(bytes, name)
  const { at, size, count } = directoryIn(bytes, 0, name)
  const entries = entriesOf(reader.slice(at, size, 'directory'), count, name)
  return new Zip(
    { size: bytes.length, read: async (from, length, what) => reader.slice(from, length, what) },
    name,
    entries,
  )
}

/** Opens a zip archive of which only the directory is read, and later the files that are asked for. Throws as {@link openZip}. */
export async function openZipPieces(pieces: ArchivePieces, name: string): Promise<Zip> {
  let tail: Uint8Array = new Uint8Array()
  for (const length of TAILS.map((each) => Math.min(each, pieces.size))) {
    tail = await pieces.read(pieces.size - length, length, 'end')
    if (findEnd(tail) !== undefined) break
  }
  const { at, size, count } = directoryIn(tail, pieces.size - tail.length, name)
  return new Zip(pieces, name, entriesOf(await pieces.read(at, size, 'directory'), count, name))
}

/** What the records at the end say of the directory. They lie in `tail`, which begins at `from`. */
function directoryIn(tail: Uint8Array, from: number, name: string): Directory {
  const reader = new ByteReader(tail, name)
  const end = findEnd(tail) ?? damaged(name, 'the file is no complete zip archive: the directory at its end is missing')
  const [count, size, at] = [
    reader.uint16(end + 10, 'directory'),
    reader.uint32(end + 12, 'directory'),
    reader.uint32(end + 16, 'directory'),
  ]
  if (count !== 0xffff && size !== 0xffffffff && at !== 0xffffffff) return { at, size, count }
  // ZIP64: before it a record of 20 bytes tells where another one lies.
  if (end < 20 || reader.uint32(end - 20, 'ZIP64 directory') !== 0x07064b50) return { at, size, count }
  const record = reader.uint64(end - 12, 'ZIP64 directory') - from
  if (reader.uint32(record, 'ZIP64 directory') !== 0x06064b50) damaged(name, 'its ZIP64 directory is damaged')
  return {
    count: reader.uint64(record + 32, 'ZIP64 directory'),
    size: reader.uint64(record + 40, 'ZIP64 directory'),
    at: reader.uint64(record + 48, 'ZIP64 directory'),
  }
}

function entriesOf(directory: Uint8Array, count: number, name: string): ReadonlyMap<string, Entry> {
  const reader = new ByteReader(directory, name)
  const entries = new Map<string, Entry>()
  let at = 0
  for (let i = 0; i < count; i++) {
    const what = `directory entry ${i}`
    if (at + 46 > directory.length) damaged(name, `the directory ends before ${what} of ${count}`)
    if (reader.uint32(at, what) !== 0x02014b50) damaged(name, `${what} is no directory entry`)
    const [flags, method] = [reader.uint16(at + 8, what), reader.uint16(at + 10, what)]
    const [length, extra, comment] = [28, 30, 32].map((offset) => reader.uint16(at + offset, what)) as [
      number,
      number,
      number,
    ]
    const path = decodeUtf8(reader.slice(at + 46, length, what), name)
    const crc = reader.uint32(at + 16, what)
    const long = longNumbers(reader.slice(at + 46 + length, extra, what), name, what)
    // In this order, and only those that do not fit into 32 bits.
    const [size, packed, start] = [24, 20, 42].map((offset) => {
      const short = reader.uint32(at + offset, what)
      return short === 0xffffffff ? (long.shift() ?? short) : short
    }) as [number, number, number]
    if (flags & 1) fail(`${name}: ${path} is encrypted.`, 'Unpack it with another program.')
    if (method !== 0 && method !== 8)
      fail(`${name}: ${path} is compressed by method ${method}.`, 'Only deflate is supported.')
    if (size > packed * MOST_EXPANSION + 64) damaged(name, `${path} claims ${size} bytes of ${packed}`)
    if (!path.endsWith('/')) entries.set(path, { method, crc, packed, size, at: start })
    at += 46 + length + extra + comment
  }
  return entries
}

/** The numbers of 64 bits among what is added to an entry: sizes and place, as far as they are there. */
function longNumbers(extra: Uint8Array, name: string, what: string): number[] {
  const reader = new ByteReader(extra, name)
  for (let at = 0; at + 4 <= extra.length; ) {
    const [kind, length] = [reader.uint16(at, what), reader.uint16(at + 2, what)]
    if (kind === 1) {
      return Array.from({ length: Math.min(3, Math.floor(length / 8)) }, (_, i) => reader.uint64(at + 4 + 8 * i, what))
    }
    at += 4 + length
  }
  return []
}

/** Where the record at the end begins: before it may be anything, behind it a comment of up to 64 KB. */
function findEnd(bytes: Uint8Array): number | undefined {
  for (let at = bytes.length - 22; at >= 0 && at >= bytes.length - 22 - 0xffff; at--) {
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6) return at
  }
  return undefined
}

/** A zip archive of these files, not compressed. */
export function writeZip(files: Iterable<readonly [string, Uint8Array]>): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const [path, bytes] of files) {
    const name = new TextEncoder().encode(path)
    const [size, low, high] = [bytes.length, name.length, 0]
    // Version 2.0, UTF-8 names, stored, 1 January 1980.
    const shared = [20, 1 << 11, 0, 0, 33, crc32(bytes), size, size, low, high]
    const widths = [2, 2, 2, 2, 2, 4, 4, 4, 2, 2]
    parts.push(record(0x04034b50, widths, shared), name, bytes)
    directory.push(record(0x02014b50, [2, ...widths, 2, 2, 2, 4, 4], [20, ...shared, 0, 0, 0, 0, at]), name)
    at += 30 + low + size
    if (at >= 0xffffffff) fail('writeZip: the files have more than 4 GB.', 'Write several archives.')
  }
  const [count, size] = [directory.length / 2, directory.reduce((sum, { length }) => sum + length, 0)]
  const end = record(0x06054b50, [2, 2, 2, 2, 4, 4, 2], [0, 0, count, count, size, at, 0])
  return joined([...parts, ...directory, end])
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** A signature and little-endian numbers of these widths. */
function record(signature: number, widths: readonly number[], values: readonly number[]): Uint8Array {
  const out = new Uint8Array(4 + widths.reduce((sum, width) => sum + width, 0))
  const view = new DataView(out.buffer)
  view.setUint32(0, signature, true)
  let at = 4
  widths.forEach((width, i) => {
    if (width === 2) view.setUint16(at, values[i]!, true)
    else view.setUint32(at, values[i]!, true)
    at += width
  })
  return out
}
