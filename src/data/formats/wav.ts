import { fail } from '../../core/errors.js'
import { ByteReader, damaged } from './damage.js'

/** A recording. */
export interface Wav {
  /** Frames per second. */
  readonly sampleRate: number
  readonly channels: number
  readonly frames: number
  /** `[frames, channels]`, from −1 to 1. */
  readonly samples: Float32Array
}

type Read = (view: DataView, at: number) => number

/** By format and bits: PCM (1) is scaled by the largest amplitude, IEEE floats (3) are taken as they are. */
const formats: { readonly [format: string]: Read } = {
  '1/8': (view, at) => (view.getUint8(at) - 128) / 128,
  '1/16': (view, at) => view.getInt16(at, true) / 2 ** 15,
  '1/24': (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23,
  '1/32': (view, at) => view.getInt32(at, true) / 2 ** 31,
  '3/32': (view, at) => view.getFloat32(at, true),
  '3/64': (view, at) => view.getFloat64(at, true),
}

const EXTENSIBLE = 0xfffe

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits, or floats.
 *
 * Throws, naming `name`, if it is damaged or in another format.
 *
 * Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991.
 */
export function parseWav(bytes: Uint8Array, name = 'WAV data'): Wav {
  const reader = new ByteReader(bytes, name)
  if (reader.latin1(0, 4, 'header') !== 'RIFF' || reader.latin1(8, 4, 'header') !== 'WAVE') {
    damaged(name, 'the file does not open like a WAV file')
  }
  let format: { code: number; channels: number; sampleRate: number; bits: number } | undefined
  for (let at = 12; at + 8 <= bytes.length; ) {
    const kind = reader.latin1(at, 4, 'chunk')
    const size = reader.uint32(at + 4, 'chunk')
    const begin = at + 8
    if (kind === 'fmt ') {
      const code = reader.uint16(begin, 'format')
      format = {
        code: code === EXTENSIBLE ? reader.uint16(begin + 24, 'format') : code,
        channels: reader.uint16(begin + 2, 'format'),
        sampleRate: reader.uint32(begin + 4, 'format'),
        bits: reader.uint16(begin + 14, 'format'),
      }
    }
    if (kind === 'data') {
      if (format === undefined) return damaged(name, 'the samples come before their format')
      const { code, channels, sampleRate, bits } = format
      const read = formats[`${code}/${bits}`]
      if (read === undefined) {
        return fail(
          `${name}: samples of format ${code} with ${bits} bits are not supported.`,
          'Convert it to 16-bit PCM.',
        )
      }
      const frame = (channels * bits) / 8
      if (channels === 0 || size % frame !== 0)
        damaged(name, `${size} bytes are no whole number of frames of ${frame} bytes`)
      const content = reader.slice(begin, size, 'samples')
      const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
      const step = bits / 8
      const samples = Float32Array.from({ length: size / step }, (_, i) => read(view, i * step))
      return { sampleRate, channels, frames: size / frame, samples }
    }
    // Chunks begin at even places.
    at = begin + size + (size & 1)
  }
  return damaged(name, 'the file has no samples')
}
