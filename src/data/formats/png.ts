import { fail } from '../../core/errors.js'
import { crc32 } from './crc32.js'
import { ByteReader, damaged } from './damage.js'
import { inflate } from './inflate.js'

/** A picture: rows from the top, `[height, width, channels]`. */
export interface PngPicture {
  readonly width: number
  readonly height: number
  /** 1: grey, or the numbers of a palette that was asked for; 2: grey and opacity; 3: red, green, blue; 4: and opacity. */
  readonly channels: 1 | 2 | 3 | 4
  /** 0 … 255; 16 bits are cut to 8. */
  readonly data: Uint8Array
}

export interface PngOptions {
  /** Whether pictures with a palette give its numbers instead of colours. Default false. */
  readonly indices?: boolean
}

const SIGNATURE = '\x89PNG\r\n\x1a\n'
const PALETTE = 3

/** Values per pixel and the bits that a value may have, by colour type. */
const types: { readonly [type: number]: { readonly values: 1 | 2 | 3 | 4; readonly bits: readonly number[] } } = {
  0: { values: 1, bits: [1, 2, 4, 8, 16] },
  2: { values: 3, bits: [8, 16] },
  [PALETTE]: { values: 1, bits: [1, 2, 4, 8] },
  4: { values: 2, bits: [8, 16] },
  6: { values: 4, bits: [8, 16] },
}

/** More than this has no use here, and a damaged header must not ask for all memory. */
const MOST_PIXELS = 2 ** 28

/**
 * Decodes a PNG picture of any colour type and depth, not interlaced; colour profiles and single transparent colours are not
 * looked at.
 *
 * Throws, naming `name`, if it is damaged or interlaced.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification", 2nd edition, 2003.
 */
export async function decodePng(bytes: Uint8Array, name = 'PNG data', options: PngOptions = {}): Promise<PngPicture> {
  const reader = new ByteReader(bytes, name)
  if (reader.latin1(0, 8, 'signature') !== SIGNATURE) damaged(name, 'the file does not open like a PNG file')
  const chunks = readChunks(reader, name)
  const header = chunks.find(({ kind }) => kind === 'IHDR')?.content
  if (header?.length !== 13) return damaged(name, 'the header is missing')
  const view = new DataView(header.buffer, header.byteOffset, 13)
  const [width, height, bits, type] = [view.getUint32(0), view.getUint32(4), header[8]!, header[9]!]
  const values = types[type]?.bits.includes(bits)
    ? types[type].values
    : damaged(name, `colour type ${type} of ${bits} bits is unknown`)
  if (width === 0 || height === 0 || width * height > MOST_PIXELS) damaged(name, `the size is ${width} × ${height}`)
  if (header[12] !== 0) fail(`${name}: the picture is interlaced.`, 'Save it without.')
  const rowBytes = Math.ceil((width * values * bits) / 8)
  const packed = joined(chunks.filter(({ kind }) => kind === 'IDAT').map(({ content }) => content))
  let rows: Uint8Array
  try {
    rows = await inflate(packed, 'deflate', (rowBytes + 1) * height)
  } catch (error) {
    return damaged(name, `the pixels are damaged (${error instanceof Error ? error.message : error})`)
  }
  if (rows.length !== (rowBytes + 1) * height)
    damaged(name, `there are ${rows.length} bytes of pixels, not ${(rowBytes + 1) * height}`)
  const plain = unfilter(rows, rowBytes, height, Math.max(1, (values * bits) / 8), name)
  const scale = type === PALETTE ? 1 : 255 / (2 ** Math.min(bits, 8) - 1)
  const data = readValues(plain, rowBytes, height, width * values, bits, scale)
  if (type !== PALETTE || options.indices) return { width, height, channels: values, data }
  const palette = chunks.find(({ kind }) => kind === 'PLTE')?.content ?? damaged(name, 'the palette is missing')
  return { width, height, ...colours(data, palette, chunks.find(({ kind }) => kind === 'tRNS')?.content, name) }
}

function readChunks(reader: ByteReader, name: string) {
  const chunks: { readonly kind: string; readonly content: Uint8Array }[] = []
  for (let at = 8; ; ) {
    const length = reader.uint32(at, 'chunk', false)
    const kind = reader.latin1(at + 4, 4, 'chunk')
    const content = reader.slice(at + 8, length, `chunk ${kind}`)
    const sum = reader.uint32(at + 8 + length, 'checksum', false)
    if (crc32(reader.bytes.subarray(at + 4, at + 8 + length)) !== sum)
      damaged(name, `the checksum of chunk ${kind} is wrong`)
    if (kind === 'IEND') return chunks
    chunks.push({ kind, content })
    at += 12 + length
  }
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

/** Each row says how it was predicted from the bytes before (a), above (b), and before those above (c). */
function unfilter(rows: Uint8Array, rowBytes: number, height: number, step: number, name: string): Uint8Array {
  const out = new Uint8Array(rowBytes * height)
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (rowBytes + 1)]!
    if (filter > 4) damaged(name, `row ${y} has the unknown filter ${filter}`)
    const from = y * (rowBytes + 1) + 1
    const to = y * rowBytes
    for (let x = 0; x < rowBytes; x++) {
      const a = x >= step ? out[to + x - step]! : 0
      const b = y > 0 ? out[to + x - rowBytes]! : 0
      const c = x >= step && y > 0 ? out[to + x - step - rowBytes]! : 0
      const predicted =
        filter === 0 ? 0 : filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c)
      out[to + x] = rows[from + x]! + predicted
    }
  }
  return out
}

function paeth(a: number, b: number, c: number): number {
  const estimate = a + b - c
  const [da, db, dc] = [Math.abs(estimate - a), Math.abs(estimate - b), Math.abs(estimate - c)]
  return da <= db && da <= dc ? a : db <= dc ? b : c
}

/** One byte for each value. */
function readValues(
  rows: Uint8Array,
  rowBytes: number,
  height: number,
  perRow: number,
  bits: number,
  scale: number,
): Uint8Array {
  if (bits === 8) return rows
  const out = new Uint8Array(perRow * height)
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < perRow; i++) {
      const at = y * rowBytes + ((i * bits) >> 3)
      // Of 16 bits the upper byte.
      const value = bits === 16 ? rows[at]! : (rows[at]! >> (8 - bits - ((i * bits) & 7))) & (2 ** bits - 1)
      out[y * perRow + i] = value * scale
    }
  }
  return out
}

function colours(indices: Uint8Array, palette: Uint8Array, opacity: Uint8Array | undefined, name: string) {
  const channels = opacity === undefined ? 3 : 4
  const data = new Uint8Array(indices.length * channels)
  indices.forEach((index, i) => {
    if (3 * index + 2 >= palette.length) damaged(name, `pixel ${i} has colour ${index} of ${palette.length / 3}`)
    data.set(palette.subarray(3 * index, 3 * index + 3), i * channels)
    if (opacity !== undefined) data[i * channels + 3] = opacity[index] ?? 255
  })
  return { channels, data } as const
}
