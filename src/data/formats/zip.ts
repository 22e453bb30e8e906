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

/** Deflate makes at most 258 bytes of 2 bits; what claims more is damaged. */
const MOST_EXPANSION = 1032

/**
 * The files in a zip archive; each is decompressed, and its checksum compared, when it is read.
 *
 * Source: PKWARE, ".ZIP File Format Specification", 6.3.10 (without encryption and ZIP64).
 *
 * ```ts
 * const zip = openZip(writeZip([['a.txt', new Uint8Array([104, 105])]]), 'a.zip')
 * zip.names // ['a.txt']
 * await zip.read('a.txt') // [104, 105]
 * ```
 */
export class Zip {
  readonly #reader: ByteReader
  readonly #name: string
  readonly #entries: ReadonlyMap<string, Entry>

  /** Use {@link openZip}. */
  constructor(reader: ByteReader, name: string, entries: ReadonlyMap<string, Entry>) {
    this.#reader = reader
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
    if (this.#reader.uint32(at, what) !== 0x04034b50)
      damaged(this.#name, `${what} does not begin where the directory says`)
    const start = at + 30 + this.#reader.uint16(at + 26, what) + this.#reader.uint16(at + 28, what)
    const stored = this.#reader.slice(start, packed, what)
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
  const end = findEnd(bytes)
  if (end === undefined) damaged(name, 'the file is no complete zip archive: the directory at its end is missing')
  const count = reader.uint16(end! + 10, 'directory')
  let at = reader.uint32(end! + 16, 'directory')
  if (count === 0xffff || at === 0xffffffff)
    fail(`${name}: ZIP64 archives are not supported.`, 'Unpack it with another program.')
  const entries = new Map<string, Entry>()
  for (let i = 0; i < count; i++) {
    const what = `directory entry ${i}`
    if (reader.uint32(at, what) !== 0x02014b50) damaged(name, `${what} is no directory entry`)
    const [flags, method] = [reader.uint16(at + 8, what), reader.uint16(at + 10, what)]
    const [crc, packed, size] = [16, 20, 24].map((offset) => reader.uint32(at + offset, what)) as [
      number,
      number,
      number,
    ]
    const length = reader.uint16(at + 28, what)
    const path = decodeUtf8(reader.slice(at + 46, length, what), name)
    const skipped = reader.uint16(at + 30, what) + reader.uint16(at + 32, what)
    if (flags & 1) fail(`${name}: ${path} is encrypted.`, 'Unpack it with another program.')
    if (method !== 0 && method !== 8)
      fail(`${name}: ${path} is compressed by method ${method}.`, 'Only deflate is supported.')
    if (size > packed * MOST_EXPANSION + 64) damaged(name, `${path} claims ${size} bytes of ${packed}`)
    if (!path.endsWith('/')) entries.set(path, { method, crc, packed, size, at: reader.uint32(at + 42, what) })
    at += 46 + length + skipped
  }
  return new Zip(reader, name, entries)
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
