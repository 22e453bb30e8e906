import { type DType, dtypes, type TypedArray } from '../../core/dtype.js'
import { decodeFloat16, encodeFloat16 } from '../../core/float16.js'

/** How weights are kept: as they are, or with so many bits. */
export type BundledWeights = 'float32' | 'float16' | 'int8' | 'int6'

/** Fewer elements than this, biases for one, stay as they are. */
const SMALL = 256

const largest = { int8: 127, int6: 31 } as const

interface Held {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** What reads the strings that {@link written} makes, as source text. */
export const decoders = {
  bytes: 'const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer',
  half: `const half = ${decodeFloat16.toString()}
const halves = (text) => Float32Array.from(new Uint16Array(bytes(text)), (x) => half(x))`,
  levels: `const levels = (numbers, scales) => {
  const s = new Float32Array(bytes(scales))
  return Float32Array.from(numbers, (x, i) => x * s[i % s.length])
}
const digits = (text) => Int8Array.from(text, (c) => c.charCodeAt(0) - (c < '\\\\' ? 66 : 67))`,
} as const

/** An array as an expression of JavaScript. */
export function written({ dtype, shape, data }: Held, weights: BundledWeights): string {
  const isWeight = dtype === 'float32' && shape.length > 1 && data.length >= SMALL && data.every(Number.isFinite)
  if (isWeight && weights === 'float16' && data.every((x) => Math.abs(x) < 65504)) {
    return `halves("${base64(Uint16Array.from(data, encodeFloat16))}")`
  }
  if (isWeight && (weights === 'int8' || weights === 'int6')) {
    return levels(data, shape[shape.length - 1], largest[weights])
  }
  return `new ${dtypes[dtype].storage.name}(bytes("${base64(data)}"))`
}

/**
 * Whole numbers of −most … most with a scale for each output channel, which the last axis is. Where they are few, each is one character: what
 * compresses files finds their distribution, which base64 would hide.
 */
function levels(data: TypedArray, channels: number, most: number): string {
  const scales = new Float32Array(channels)
  data.forEach((x, i) => {
    scales[i % channels] = Math.max(scales[i % channels], Math.abs(x) / most)
  })
  const numbers = Int8Array.from(data, (x, i) => {
    const scale = scales[i % channels]
    return scale === 0 ? 0 : Math.max(-most, Math.min(most, Math.round(x / scale)))
  })
  if (most === largest.int8) return `levels(new Int8Array(bytes("${base64(numbers)}")), "${base64(scales)}")`
  // From '#' on, without the backslash.
  const text = Array.from(numbers, (x) => String.fromCharCode(x + (x + 66 < 92 ? 66 : 67)))
  return `levels(digits("${text.join('')}"), "${base64(scales)}")`
}

/** A multiple of three, so that parts of base64 can be put together. */
const CHUNK = 3 * 8192

function base64(array: ArrayBufferView): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK)))
  return text
}
