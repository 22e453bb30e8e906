import { fail } from '../../core/errors.js'
import { DAMAGED_FILE_CURE } from './gzip.js'

/** Throws: the file called `name` is not what it should be. */
export const damaged = (name: string, cause: string, cure = DAMAGED_FILE_CURE): never =>
  fail(`${name}: ${cause}.`, cure)

/** Reads numbers and text out of bytes; what lies behind the end is told as damage. */
export class ByteReader {
  readonly #view: DataView
  readonly #name: string
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array, name: string) {
    this.bytes = bytes
    this.#name = name
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  slice(at: number, length: number, what: string): Uint8Array {
    const end = at + length
    if (at < 0 || length < 0 || end > this.bytes.length) {
      damaged(this.#name, `the file has ${this.bytes.length} bytes, but its ${what} lies at ${at} … ${end}`)
    }
    return this.bytes.subarray(at, end)
  }

  uint16(at: number, what: string): number {
    this.slice(at, 2, what)
    return this.#view.getUint16(at, true)
  }

  uint32(at: number, what: string, little = true): number {
    this.slice(at, 4, what)
    return this.#view.getUint32(at, little)
  }

  /** Beyond 2⁵³ it is rounded, and larger than any file all the same. */
  uint64(at: number, what: string): number {
    return this.uint32(at, what) + 2 ** 32 * this.uint32(at + 4, what)
  }

  latin1(at: number, length: number, what: string): string {
    return String.fromCharCode(...this.slice(at, length, what))
  }
}

/** UTF-8 text. Throws at bytes that are none. */
export function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return damaged(name, 'the bytes are not UTF-8 text', 'Convert the file to UTF-8.')
  }
}
