import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decodeBfloat16, decodeFloat16, encodeBfloat16, encodeFloat16 } from '../../src/core/float16.js'

interface Format {
  readonly name: string
  readonly exponentBits: number
  readonly fractionBits: number
  readonly decode: (pattern: number) => number
  readonly encode: (value: number) => number
}

const formats: readonly Format[] = [
  { name: 'float16', exponentBits: 5, fractionBits: 10, decode: decodeFloat16, encode: encodeFloat16 },
  { name: 'bfloat16', exponentBits: 8, fractionBits: 7, decode: decodeBfloat16, encode: encodeBfloat16 },
]

/** The value of a pattern by the definition of IEEE 754, section 3.4. */
function patternValue({ exponentBits, fractionBits }: Format, pattern: number): number {
  const bias = 2 ** (exponentBits - 1) - 1
  const sign = pattern >> 15 === 1 ? -1 : 1
  const exponent = (pattern >> fractionBits) % 2 ** exponentBits
  const fraction = pattern % 2 ** fractionBits
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits)
  return sign * (2 ** fractionBits + fraction) * 2 ** (exponent - bias - fractionBits)
}

/** All finite non-negative values in order: their patterns are 0, 1, 2 … */
function magnitudes(format: Format): number[] {
  const infinite = (2 ** format.exponentBits - 1) * 2 ** format.fractionBits
  return Array.from({ length: infinite }, (_, pattern) => patternValue(format, pattern))
}

const reals = new DataView(new ArrayBuffer(8))
/** The next double above a positive one. */
function above(x: number): number {
  reals.setFloat64(0, x)
  reals.setBigInt64(0, reals.getBigInt64(0) + 1n)
  return reals.getFloat64(0)
}
function below(x: number): number {
  reals.setFloat64(0, x)
  reals.setBigInt64(0, reals.getBigInt64(0) - 1n)
  return reals.getFloat64(0)
}

describe.each(formats)('$name', (format) => {
  const { decode, encode, exponentBits, fractionBits } = format
  const signed = (pattern: number, negative: boolean): number => (negative ? pattern + 0x8000 : pattern)

  it('decodes all 65,536 patterns', () => {
    const wrong: number[] = []
    for (let pattern = 0; pattern < 65_536; pattern++) {
      if (!Object.is(decode(pattern), patternValue(format, pattern))) wrong.push(pattern)
    }
    expect(wrong).toEqual([])
  })

  it('encodes every value to the pattern it came from, and NaN to NaN', () => {
    const wrong: number[] = []
    for (let pattern = 0; pattern < 65_536; pattern++) {
      const value = patternValue(format, pattern)
      const back = encode(value)
      const ok = Number.isNaN(value) ? Number.isNaN(patternValue(format, back)) : back === pattern
      if (!ok || back < 0 || back > 65_535 || !Number.isInteger(back)) wrong.push(pattern)
    }
    expect(wrong).toEqual([])
  })

  it('rounds between all neighbours to the nearer one, and from the middle to the even one', () => {
    const values = magnitudes(format)
    const wrong: string[] = []
    const check = (value: number, pattern: number): void => {
      for (const negative of [false, true]) {
        const found = encode(negative ? -value : value)
        if (found !== signed(pattern, negative)) wrong.push(`${negative ? '-' : ''}${value}: ${found}`)
      }
    }
    for (let pattern = 0; pattern + 1 < values.length; pattern++) {
      // Exact: neighbours have few bits, and doubles have many.
      const middle = (values[pattern] + values[pattern + 1]) / 2
      check(middle, pattern % 2 === 0 ? pattern : pattern + 1)
      check(below(middle), pattern)
      check(above(middle), pattern + 1)
    }
    expect(wrong).toEqual([])
  })

  it('overflows to infinity from half a step beyond the largest value', () => {
    const values = magnitudes(format)
    const [largest, infinity] = [values.length - 1, values.length]
    const limit = values[largest] + (values[largest] - values[largest - 1]) / 2
    expect([encode(below(limit)), encode(limit), encode(1e300)]).toEqual([largest, infinity, infinity])
    expect([encode(-below(limit)), encode(-limit)]).toEqual([signed(largest, true), signed(infinity, true)])
    expect(encode(Infinity)).toBe(infinity)
  })

  it('keeps the sign of zero', () => {
    expect([encode(0), encode(-0), encode(1e-300), encode(-1e-300)]).toEqual([0, 0x8000, 0, 0x8000])
  })

  it('rounds any double to the nearest value', () => {
    const values = magnitudes(format)
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 0, max: values[values.length - 1] }), (x) => {
        const pattern = encode(x)
        const distance = Math.abs(values[pattern] - x)
        for (const neighbour of [pattern - 1, pattern + 1]) {
          if (values[neighbour] !== undefined) expect(Math.abs(values[neighbour] - x)).toBeGreaterThanOrEqual(distance)
        }
      }),
      { numRuns: 500, seed: 20_241_006 },
    )
  })

  it('has the layout of its name', () => {
    expect(1 + exponentBits + fractionBits).toBe(16)
  })
})

/** Largest, smallest normal and smallest subnormal value follow from 5 exponent and 10 fraction bits (IEEE 754-2019, table 3.5). */
test.each([
  [1, 0x3c00],
  [-2, 0xc000],
  [65504, 0x7bff],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [1 / 3, 0x3555],
])('%d is the float16 pattern %i', (value, pattern) => {
  expect(encodeFloat16(value)).toBe(pattern)
})
