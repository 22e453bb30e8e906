// IEEE 754 binary16 and bfloat16 as bit patterns; both round to nearest, ties to even.

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** The value of a binary16 bit pattern. */
export function decodeFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The binary16 bit pattern nearest to `value`. */
export function encodeFloat16(value: number): number {
  float[0] = value
  const sign = (bits[0] >>> 16) & 0x8000
  if (Number.isNaN(value)) return sign | 0x7e00
  const magnitude = Math.abs(value)
  if (magnitude >= 65520) return sign | 0x7c00
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24)
  const exponent = Math.min(15, Math.floor(Math.log2(magnitude)))
  // log2 may be off by one next to a power of two; the carry of the addition below repairs both directions.
  const scaled = magnitude * 2 ** (10 - exponent)
  return sign | (((exponent + 15) << 10) + (roundHalfEven(scaled) - 1024))
}

/** The value of a bfloat16 bit pattern. */
export function decodeBfloat16(stored: number): number {
  bits[0] = stored << 16
  return float[0]
}

/** The bfloat16 bit pattern nearest to `value`. */
export function encodeBfloat16(value: number): number {
  float[0] = value
  const word = bits[0]
  if (Number.isNaN(value)) return (word >>> 16) | 0x40
  const single = float[0]
  // Where rounding to float32 ended in the middle of two patterns, the double itself tells to which side it belongs.
  const fromMiddle = (word & 0xffff) === 0x8000 ? Math.abs(value) - Math.abs(single) : 0
  const up = fromMiddle === 0 ? (word >>> 16) & 1 : Number(fromMiddle > 0)
  return ((word + 0x7fff + up) >>> 16) & 0xffff
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest > 0.5) return floor + 1
  if (rest < 0.5) return floor
  return floor % 2 === 0 ? floor : floor + 1
}
