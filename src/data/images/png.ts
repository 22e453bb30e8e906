import { crc32 } from '../formats/crc32.js'
import { ByteReader, damaged } from '../formats/damage.js'
import { inflate } from '../formats/inflate.js'
import { joinBytes } from '../formats/join-bytes.js'
import { orientationOf } from './exif.js'
import { expectSize } from './pixels.js'
import { unfilter } from './png-filters.js'

/** A picture: rows from the top, `[height, width, channels]`. */
export interface PngPicture {
  readonly width: number
  readonly height: number
  /** 1: grey, or the numbers of a palette that was asked for; 2: grey and opacity; 3: red, green, blue; 4: and opacity. */
  readonly channels: 1 | 2 | 3 | 4
  /** 0 … 255; 16 bits are cut to 8. */
  readonly data: Uint8Array
  /** How the picture is to be turned, as EXIF data say it: 1 … 8, of which 1 is not at all. It is not turned. */
  readonly orientation: number
}

export interface PngOptions {
  /** Whether pictures with a palette give its numbers instead of colours. Default false. */
  readonly indices?: boolean
}

export const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n'
const PALETTE = 3

/** Values per pixel and the bits that a value may have, by colour type. */
const types: { readonly [type: number]: { readonly values: 1 | 2 | 3 | 4; readonly bits: readonly number[] } } = {
  0: { values: 1, bits: [1, 2, 4, 8, 16] },
  2: { values: 3, bits: [8, 16] },
  [PALETTE]: { values: 1, bits: [1, 2, 4, 8] },
  4: { values: 2, bits: [8, 16] },
  6: { values: 4, bits: [8, 16] },
}

/** The pixels of one pass: from where, and each how far from the one before. */
interface PassOf {
  readonly x: number
  readonly y: number
  readonly dx: number
  readonly dy: number
}

const wholePicture: readonly PassOf[] = [{ x: 0, y: 0, dx: 1, dy: 1 }]

/** Adam7: each pass of an interlaced picture doubles what the ones before have of it. */
const interlaced: readonly PassOf[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
]

/**
 * Decodes a PNG picture of any colour type and depth; colour profiles are not looked at. A single transparent colour, of up to 8 bits, becomes
 * opacity.
 *
 * Throws, naming `name`, if it is damaged.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification", 2nd edition, 2003.
 */
export async function decodePng(bytes: Uint8Array, name = 'PNG data', options: PngOptions = {}): Promise<PngPicture> {
  const reader = new ByteReader(bytes, name)
  if (reader.latin1(0, 8, 'signature') !== PNG_SIGNATURE) damaged(name, 'the file does not open like a PNG file')
  const chunks = readChunks(reader, name)
  const header = contentOf(chunks, 'IHDR')
  if (header?.length !== 13) return damaged(name, 'the header is missing')
  const view = new DataView(header.buffer, header.byteOffset, 13)
  const [width, height, bits, type] = [view.getUint32(0), view.getUint32(4), header[8]!, header[9]!]
  const values = types[type]?.bits.includes(bits)
    ? types[type].values
    : damaged(name, `colour type ${type} of ${bits} bits is unknown`)
  expectSize(name, width, height)
  const passes = [wholePicture, interlaced][header[12]!] ?? damaged(name, `the order of rows ${header[12]} is unknown`)
  const packed = joinBytes(chunks.filter(({ kind }) => kind === 'IDAT').map(({ content }) => content))
  const data = await readPixels(packed, { width, height, values, bits, isPalette: type === PALETTE }, passes, name)
  const orientation = orientationOf(contentOf(chunks, 'eXIf'))
  const transparent = contentOf(chunks, 'tRNS')
  if (type === PALETTE && !options.indices) {
    const palette = contentOf(chunks, 'PLTE') ?? damaged(name, 'the palette is missing')
    return { width, height, ...colours(data, palette, transparent, name), orientation }
  }
  const isKnown = transparent !== undefined && transparent.length === 2 * values && bits <= 8
  if (!isKnown || (values !== 1 && values !== 3) || type === PALETTE) {
    return { width, height, channels: values, data, orientation }
  }
  // Two bytes for each value, of which the second counts.
  const colour = Array.from({ length: values }, (_, i) => (transparent[2 * i + 1]! * 255) / (2 ** bits - 1))
  return { width, height, channels: values === 1 ? 2 : 4, data: withTransparent(data, colour), orientation }
}

interface Chunk {
  readonly kind: string
  readonly content: Uint8Array
}

const contentOf = (chunks: readonly Chunk[], kind: string) => chunks.find((chunk) => chunk.kind === kind)?.content

function readChunks(reader: ByteReader, name: string): readonly Chunk[] {
  const chunks: Chunk[] = []
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

interface Layout {
  readonly width: number
  readonly height: number
  readonly values: number
  readonly bits: number
  readonly isPalette: boolean
}

/** One byte for each value, `[height, width, values]`. */
async function readPixels(
  packed: Uint8Array,
  { width, height, values, bits, isPalette }: Layout,
  passes: readonly PassOf[],
  name: string,
): Promise<Uint8Array> {
  const parts = passes
    .map((pass) => {
      const columns = Math.ceil((width - pass.x) / pass.dx)
      return {
        ...pass,
        columns,
        lines: Math.ceil((height - pass.y) / pass.dy),
        bytes: (columns * values * bits + 7) >> 3,
      }
    })
    // Of small pictures some passes have no pixels, and nothing stands for them in the file.
    .filter(({ columns, lines }) => columns > 0 && lines > 0)
  const length = parts.reduce((sum, { lines, bytes }) => sum + lines * (bytes + 1), 0)
  let rows: Uint8Array
  try {
    rows = await inflate(packed, 'deflate', length)
  } catch (error) {
    return damaged(name, `the pixels are damaged (${error instanceof Error ? error.message : error})`)
  }
  if (rows.length !== length) damaged(name, `there are ${rows.length} bytes of pixels, not ${length}`)
  const scale = isPalette ? 1 : 255 / (2 ** Math.min(bits, 8) - 1)
  const data = new Uint8Array(width * height * values)
  let from = 0
  for (const { x, y, dx, dy, columns, lines, bytes } of parts) {
    const own = rows.subarray(from, from + lines * (bytes + 1))
    from += own.length
    const plain = unfilter(own, bytes, lines, Math.max(1, (values * bits) / 8), name)
    const read = readValues(plain, bytes, lines, columns * values, bits, scale)
    if (dx === 1 && dy === 1) return read
    for (let line = 0; line < lines; line++) {
      for (let column = 0; column < columns; column++) {
        const at = (line * columns + column) * values
        data.set(read.subarray(at, at + values), ((y + line * dy) * width + x + column * dx) * values)
      }
    }
  }
  return data
}

/** One byte for each value of rows. */
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

/** One more value for each pixel: 0 where it has the colour that nothing is seen of, else 255. */
function withTransparent(data: Uint8Array, colour: readonly number[]): Uint8Array {
  const values = colour.length
  const out = new Uint8Array((data.length / values) * (values + 1))
  for (let from = 0, to = 0; from < data.length; from += values, to += values + 1) {
    const pixel = data.subarray(from, from + values)
    out.set(pixel, to)
    out[to + values] = pixel.every((value, i) => value === colour[i]) ? 0 : 255
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
