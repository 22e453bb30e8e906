import { crc32 } from '../formats/crc32.js'
import { deflate } from '../formats/inflate.js'
import { joinBytes } from '../formats/join-bytes.js'
import { PNG_SIGNATURE } from './png.js'
import { filtered } from './png-filters.js'

/** Colour types by the number of values of a pixel. */
const colourTypes = { 1: 0, 2: 4, 3: 2, 4: 6 } as const

/** A PNG file of bytes `[height, width, channels]`. */
export async function pngFile(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
): Promise<Uint8Array> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, colourTypes[channels]], 8)
  const packed = await deflate(filtered(pixels, width * channels, height, channels))
  const signature = Uint8Array.from(PNG_SIGNATURE, (letter) => letter.charCodeAt(0))
  return joinBytes([signature, chunk('IHDR', header), chunk('IDAT', packed), chunk('IEND', new Uint8Array())])
}

function chunk(kind: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + content.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, content.length)
  for (let i = 0; i < 4; i++) out[4 + i] = kind.charCodeAt(i)
  out.set(content, 8)
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)))
  return out
}
