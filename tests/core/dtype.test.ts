import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  allocate,
  type DType,
  decodeAll,
  dtypeNames,
  dtypes,
  encodeAll,
  isFloat,
  isInteger,
  promote,
  roundTo,
} from '../../src/core/dtype.js'
import { DTypeError } from '../../src/core/errors.js'

/** What the documentation of `promote` says, written out: rows and columns in this order; − is refused. */
const order = ['bool', 'uint8', 'int32', 'uint32', 'float16', 'bfloat16', 'float32', 'float64'] as const
const short: Record<string, DType | undefined> = {
  b: 'bool',
  u8: 'uint8',
  i: 'int32',
  u: 'uint32',
  h: 'float16',
  bf: 'bfloat16',
  f: 'float32',
  d: 'float64',
}
const table = `
  b  u8 i  u  h  bf f  d
  u8 u8 i  u  h  bf f  d
  i  i  i  -  h  bf f  d
  u  u  -  u  h  bf f  d
  h  h  h  h  h  f  f  d
  bf bf bf bf f  bf f  d
  f  f  f  f  f  f  f  d
  d  d  d  d  d  d  d  d
`
const rows = table
  .trim()
  .split('\n')
  .map((row) => row.trim().split(/\s+/))

describe('promotion', () => {
  const pairs = order.flatMap((a, i) => order.map((b, j) => ({ a, b, result: short[rows[i][j]] })))

  it.each(pairs)('$a with $b', ({ a, b, result }) => {
    if (result !== undefined) expect(promote(a, b, 'add')).toBe(result)
    else
      expect(() => promote(a, b, 'add')).toThrow(
        "add: int32 and uint32 have no common dtype. Convert one of them with cast('int32').",
      )
  })

  it('covers all dtypes, and its error is a DTypeError', () => {
    expect([...order].sort()).toEqual([...dtypeNames].sort())
    expect(() => promote('uint32', 'int32', 'add')).toThrow(DTypeError)
  })
})

test('each dtype has the width of its storage, and one kind', () => {
  for (const dtype of dtypeNames) {
    expect(allocate(dtype, 3).byteLength).toBe(3 * dtypes[dtype].bytes)
    expect([isFloat(dtype), isInteger(dtype), dtype === 'bool'].filter(Boolean)).toEqual([true])
  }
})

describe('rounding to a dtype', () => {
  test.each<[DType, number, number]>([
    ['float32', 0.1, 13421773 / 2 ** 27],
    ['float64', 0.1, 0.1],
    ['float16', 0.1, 1638 / 2 ** 14],
    ['bfloat16', 0.1, 205 / 2 ** 11],
    ['int32', 2 ** 31, -(2 ** 31)],
    ['int32', -1.9, -1],
    ['int32', Number.NaN, 0],
    ['uint32', -1, 2 ** 32 - 1],
    ['uint8', 256, 0],
    ['uint8', -1, 255],
    ['bool', 0.5, 1],
    ['bool', -0, 0],
    ['bool', Number.NaN, 1],
  ])('%s holds %d as %d', (dtype, value, held) => {
    expect(roundTo(dtype, value)).toBe(held)
  })

  it('is what storing and reading does, and does nothing twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...dtypeNames), fc.double(), (dtype, value) => {
        const [stored] = decodeAll(dtype, encodeAll(dtype, [value]))
        const rounded = roundTo(dtype, value)
        expect(Object.is(stored, rounded) || stored === rounded).toBe(true)
        expect(Object.is(roundTo(dtype, rounded), rounded)).toBe(true)
      }),
      { numRuns: 2000, seed: 20_241_007 },
    )
  })

  it('keeps the whole range of integers', () => {
    for (const dtype of ['int32', 'uint32', 'uint8', 'bool'] as const) {
      const { lowest, highest } = dtypes[dtype]
      expect([roundTo(dtype, lowest), roundTo(dtype, highest)]).toEqual([lowest, highest])
      if (dtype !== 'bool') expect(roundTo(dtype, highest + 1)).toBe(lowest)
    }
  })
})
