import { damaged } from '../formats/damage.js'
import { expectSize, type Pixels } from './pixels.js'

/** By the digit behind the P: how many values a pixel has, and whether they are written as text. */
const kinds: {
  readonly [kind: string]: { readonly channels: 1 | 3; readonly isText: boolean; readonly isBits: boolean }
} = {
  1: { channels: 1, isText: true, isBits: true },
  2: { channels: 1, isText: true, isBits: false },
  3: { channels: 3, isText: true, isBits: false },
  4: { channels: 1, isText: false, isBits: true },
  5: { channels: 1, isText: false, isBits: false },
  6: { channels: 3, isText: false, isBits: false },
}

/** Whether the bytes open like a PBM, PGM or PPM file. */
export const isNetpbm = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1]! >= 0x31 && bytes[1]! <= 0x36 && (isSpace(bytes[2]) || bytes[2] === HASH)

const HASH = 0x23
const [ZERO, NINE, NEWLINE] = [0x30, 0x39, 0x0a]

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13)

/**
 * Decodes a PBM, PGM or PPM picture, as text (P1 … P3) or bytes (P4 … P6), of up to 16 bits; values are scaled to 0 … 255.
 *
 * Throws, naming `name`, if it is damaged.
 *
 * Source: Poskanzer, Henderson, "Netpbm" (pbm, pgm and ppm, user manual), 1988 – 2016.
 */
export function decodeNetpbm(bytes: Uint8Array, name = 'Netpbm data'): Pixels {
  const kind = kinds[String.fromCharCode(bytes[1] ?? 0)]
  if (!isNetpbm(bytes) || kind === undefined) return damaged(name, 'the file does not open like a PBM, PGM or PPM file')
  const { channels, isText, isBits } = kind
  const reader = new TextNumbers(bytes, 2, name)
  const [width, height] = [reader.next('width'), reader.next('height')]
  expectSize(name, width, height)
  const largest = isBits ? 1 : reader.next('largest value')
  if (largest < 1 || largest > 65535) damaged(name, `the largest value is ${largest}, not 1 … 65535`)
  const count = width * height * channels
  const values = isText
    ? reader.values(count, isBits)
    : rawValues(bytes, reader.at + 1, { width, height, channels, isBits, isWide: largest > 255 }, name)
  const data = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const value = values(i)
    if (value > largest) damaged(name, `value ${i} is ${value}, more than the ${largest} of the header`)
    // Bits are ink.
    data[i] = isBits ? 255 * (1 - value) : Math.round((value * 255) / largest)
  }
  return { width, height, channels, data }
}

interface Raw {
  readonly width: number
  readonly height: number
  readonly channels: number
  readonly isBits: boolean
  readonly isWide: boolean
}

function rawValues(bytes: Uint8Array, at: number, raw: Raw, name: string): (i: number) => number {
  const { width, height, channels, isBits, isWide } = raw
  const rowBytes = Math.ceil(width / 8)
  const length = isBits ? rowBytes * height : width * height * channels * (isWide ? 2 : 1)
  if (at + length > bytes.length) damaged(name, `there are ${bytes.length - at} bytes of pixels, not ${length}`)
  if (isBits) {
    return (i) => {
      const x = i % width
      return (bytes[at + ((i - x) / width) * rowBytes + (x >> 3)]! >> (7 - (x & 7))) & 1
    }
  }
  return isWide ? (i) => bytes[at + 2 * i]! * 256 + bytes[at + 2 * i + 1]! : (i) => bytes[at + i]!
}

/** Reads whole numbers between spaces and comments. */
class TextNumbers {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly name: string,
  ) {}

  next(what: string): number {
    this.#skip()
    let value = 0
    let digits = 0
    for (; this.#digit() !== undefined; this.at++, digits++) value = Math.min(2 ** 31, value * 10 + this.#digit()!)
    if (digits === 0) damaged(this.name, `the ${what} is missing at byte ${this.at}`)
    return value
  }

  /** So many values, in order; bits need no space between them. */
  values(count: number, areBits: boolean): () => number {
    // Each takes a byte at least.
    if (count > this.bytes.length - this.at) damaged(this.name, `there is no room for ${count} values in the file`)
    if (!areBits) return () => this.next('value')
    return () => {
      this.#skip()
      const digit = this.#digit()
      this.at++
      return digit ?? damaged(this.name, `a bit is missing at byte ${this.at - 1}`)
    }
  }

  #digit(): number | undefined {
    const byte = this.bytes[this.at]
    return byte !== undefined && byte >= ZERO && byte <= NINE ? byte - ZERO : undefined
  }

  #skip(): void {
    for (;;) {
      while (isSpace(this.bytes[this.at])) this.at++
      if (this.bytes[this.at] !== HASH) return
      while (this.at < this.bytes.length && this.bytes[this.at] !== NEWLINE) this.at++
    }
  }
}
