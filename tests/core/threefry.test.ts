import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillRandomBits, RandomStream, threefry2x32 } from '../../src/core/threefry.js'

const word = () => fc.integer({ min: 0, max: 0xffffffff })

/** The mean of many draws and its distance from the expected one, in standard errors. */
function standardErrors(values: readonly number[], mean: number, standardDeviation: number): number {
  const average = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.abs(average - mean) / (standardDeviation / Math.sqrt(values.length))
}

describe('threefry2x32', () => {
  it('gives the known answers published with Random123', () => {
    expect(threefry2x32(0, 0, 0, 0)).toEqual([0x6b200159, 0x99ba4efe])
    expect(threefry2x32(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff)).toEqual([0x1cb996fc, 0xbb002be7])
    expect(threefry2x32(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3)).toEqual([0xc4923a9c, 0x483df7a0])
  })

  it('agrees with the paper written with exact integers', () => {
    const mask = 0xffffffffn
    const rotations = [13n, 15n, 26n, 6n, 17n, 29n, 16n, 24n]
    const exact = (key0: number, key1: number, counter0: number, counter1: number) => {
      const key = [BigInt(key0), BigInt(key1), 0x1bd11bdan ^ BigInt(key0) ^ BigInt(key1)]
      let x0 = (BigInt(counter0) + key[0]!) & mask
      let x1 = (BigInt(counter1) + key[1]!) & mask
      for (let round = 0; round < 20; round++) {
        const distance = rotations[round % 8]!
        x0 = (x0 + x1) & mask
        x1 = (((x1 << distance) | (x1 >> (32n - distance))) & mask) ^ x0
        if (round % 4 === 3) {
          const injection = (round + 1) / 4
          x0 = (x0 + key[injection % 3]!) & mask
          x1 = (x1 + key[(injection + 1) % 3]! + BigInt(injection)) & mask
        }
      }
      return [Number(x0), Number(x1)]
    }
    fc.assert(
      fc.property(word(), word(), word(), word(), (key0, key1, counter0, counter1) => {
        expect(threefry2x32(key0, key1, counter0, counter1)).toEqual(exact(key0, key1, counter0, counter1))
      }),
    )
  })
})

describe('fillRandomBits', () => {
  it('is defined element by element through blocks, also for an odd length', () => {
    fc.assert(
      fc.property(word(), word(), fc.integer({ min: 0, max: 33 }), word(), (key0, key1, length, counter1) => {
        const out = new Uint32Array(length)
        fillRandomBits(out, key0, key1, counter1)
        const expected = Array.from({ length }, (_, i) => threefry2x32(key0, key1, i >>> 1, counter1)[i & 1])
        expect([...out]).toEqual(expected)
      }),
    )
  })

  it('starts its counter at zero', () => {
    const out = new Uint32Array(3)
    fillRandomBits(out, 0, 0)
    expect([...out.subarray(0, 2)]).toEqual([0x6b200159, 0x99ba4efe])
  })
})

describe('RandomStream', () => {
  it('repeats itself for the same seed and stream and differs for others', () => {
    const draw = (seed: number, stream?: number) => {
      const random = new RandomStream(seed, stream)
      return Array.from({ length: 200 }, () => random.bits())
    }
    expect(draw(5)).toEqual(draw(5))
    expect(draw(5)).not.toEqual(draw(6))
    expect(draw(5)).not.toEqual(draw(5, 1))
    expect(draw(5)).not.toEqual(draw(5 + 2 ** 32))
    expect(new Set(draw(5)).size).toBeGreaterThan(195)
  })

  it('draws uniform numbers with mean 1/2 and variance 1/12', () => {
    const random = new RandomStream(1)
    const values = Array.from({ length: 20000 }, () => random.uniform())
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(standardErrors(values, 0.5, Math.sqrt(1 / 12))).toBeLessThan(4)
    const squares = values.map((value) => (value - 0.5) ** 2)
    expect(standardErrors(squares, 1 / 12, Math.sqrt(1 / 180))).toBeLessThan(4)
  })

  it('draws normal numbers with the first four moments 0, 1, 0, 3', () => {
    const random = new RandomStream(2)
    const values = Array.from({ length: 20000 }, () => random.normal())
    const moment = (power: number) => values.map((value) => value ** power)
    expect(standardErrors(moment(1), 0, 1)).toBeLessThan(4)
    expect(standardErrors(moment(2), 1, Math.sqrt(2))).toBeLessThan(4)
    expect(standardErrors(moment(3), 0, Math.sqrt(15))).toBeLessThan(4)
    expect(standardErrors(moment(4), 3, Math.sqrt(96))).toBeLessThan(4)
  })

  it('draws every integer below the count equally often', () => {
    const random = new RandomStream(3)
    const counts = new Array(7).fill(0)
    for (let i = 0; i < 70000; i++) counts[random.integer(7)]++
    // χ² with 6 degrees of freedom exceeds 22.5 once in a thousand.
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10000) ** 2 / 10000, 0)
    expect(chiSquared).toBeLessThan(22.5)
  })

  it('shuffles into a permutation, every order equally often', () => {
    const random = new RandomStream(4)
    const orders = new Map<string, number>()
    for (let i = 0; i < 24000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join('')
      orders.set(order, (orders.get(order) ?? 0) + 1)
    }
    expect(orders.size).toBe(24)
    // χ² with 23 degrees of freedom exceeds 49.7 once in a thousand.
    const chiSquared = [...orders.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(chiSquared).toBeLessThan(49.7)
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (array, seed) => {
        const before = [...array].sort((a, b) => a - b)
        expect(new RandomStream(seed).shuffle(array).sort((a, b) => a - b)).toEqual(before)
      }),
    )
  })

  it('names a wrong seed or count', () => {
    expect(() => new RandomStream(0.5)).toThrow(/seed is 0.5/)
    expect(() => new RandomStream(Number.NaN)).toThrow(/seed is NaN/)
    expect(() => new RandomStream(1).integer(0)).toThrow(/count is 0/)
  })
})
