import { type DType, dtypes, type TypedArray } from '../../core/dtype.js'
import { decodeFloat16, encodeFloat16 } from '../../core/float16.js'

/** How weights are kept: as they are, or with so many bits. */
export type BundledWeights = 'float32' | 'float16' | 'int8' | 'int7' | 'int6'

/** Fewer elements than this, biases for one, stay as they are. */
const SMALL = 256

const bitsOf = { int8: 8, int7: 7, int6: 6 } as const

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
const digits = (text) => Int8Array.from(text, (c) => c.charCodeAt(0) - (c < '\\\\' ? 66 : 67))
const packed = (text, count, bits) => {
  const b = new Uint8Array(bytes(text))
  const most = 2 ** (bits - 1) - 1
  return Int8Array.from({ length: count }, (_, i) => {
    const at = (i * bits) >> 3
    return (((b[at] << 8) | b[at + 1]) >> (16 - bits - ((i * bits) & 7)) & (2 * most + 1)) - most
  })
}`,
} as const

/** An array as an expression of JavaScript. */
export function written({ dtype, shape, data }: Held, weights: BundledWeights): string {
  const isWeight = dtype === 'float32' && shape.length > 1 && data.length >= SMALL && data.every(Number.isFinite)
  if (isWeight && weights === 'float16' && data.every((x) => Math.abs(x) < 65504)) {
    return `halves("${base64(Uint16Array.from(data, encodeFloat16))}")`
  }
  if (isWeight && weights !== 'float32' && weights !== 'float16') {
    return levels(data, shape[shape.length - 1], bitsOf[weights])
  }
  return `new ${dtypes[dtype].storage.name}(bytes("${base64(data)}"))`
}

/**
 * Whole numbers with a scale for each output channel, which the last axis is. Those of six bits are one character each: what compresses files
 * finds their distribution, which base64 would hide.
 */
function levels(data: TypedArray, channels: number, bits: number): string {
  const most = 2 ** (bits - 1) - 1
  const scales = new Float32Array(channels)
  data.forEach((x, i) => {
    scales[i % channels] = Math.max(scales[i % channels], Math.abs(x) / most)
  })
  const numbers = Int8Array.from(data, (x, i) => {
    const scale = scales[i % channels]
    return scale === 0 ? 0 : Math.max(-most, Math.min(most, Math.round(x / scale)))
  })
  if (bits > 6) return `levels(packed("${base64(pack(numbers, bits))}", ${data.length}, ${bits}), "${base64(scales)}")`
  // From '#' on, without the backslash.
  const text = Array.from(numbers, (x) => String.fromCharCode(x + (x + 66 < 92 ? 66 : 67)))
  return `levels(digits("${text.join('')}"), "${base64(scales)}")`
}

/** Numbers of some bits one after the other, the high bits first, counted from the lowest number on. */
function pack(numbers: Int8Array, bits: number): Uint8Array {
  const lowest = 1 - 2 ** (bits - 1)
  const bytes = new Uint8Array(Math.ceil((numbers.length * bits) / 8))
  numbers.forEach((x, i) => {
    const at = (i * bits) >> 3
    const shifted = (x - lowest) << (16 - bits - ((i * bits) & 7))
    bytes[at] |= shifted >> 8
    bytes[at + 1] |= shifted
  })
  return bytes
}

/** A multiple of three, so that parts of base64 can be put together. */
const CHUNK = 3 * 8192

function base64(array: ArrayBufferView): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) text += btoa(String.fromCharCode(...bytes.subarray(at, at + CHUNK)))
  return text
}
