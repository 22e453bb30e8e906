import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateDigits } from '../../src/data/digits/digits.js'

const PIXELS = 28 * 28
const count = 3000
const { images, labels } = generateDigits({ count, seed: 11 })
const picture = (i: number) => images.subarray(i * PIXELS, (i + 1) * PIXELS)

describe('generateDigits', () => {
  it('is the same for the same seed and different for another', () => {
    const again = generateDigits({ count: 50, seed: 11 })
    expect(again.images).toEqual(images.slice(0, 50 * PIXELS))
    expect(again.labels).toEqual(labels.slice(0, 50))
    expect(generateDigits({ count: 50, seed: 12 }).images).not.toEqual(again.images)
  })

  it('makes a smaller set as the beginning of a larger one', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), fc.integer(), (less, more, seed) => {
        const small = generateDigits({ count: less, seed })
        const large = generateDigits({ count: less + more, seed })
        expect(large.images.subarray(0, less * PIXELS)).toEqual(small.images)
        expect(large.labels.subarray(0, less)).toEqual(small.labels)
      }),
      { numRuns: 20 },
    )
  })

  it('makes every digit about equally often', () => {
    const counts = new Array(10).fill(0)
    for (const label of labels) counts[label]++
    // χ² with 9 degrees of freedom exceeds 27.9 once in a thousand.
    const expected = count / 10
    expect(counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(27.9)
  })

  it('makes no two equal pictures', () => {
    const different = new Set(Array.from({ length: count }, (_, i) => picture(i).join()))
    expect(different.size).toBe(count)
  })

  // The published MNIST test pictures have: mean ink 0.1325, standard deviation of the ink of a picture 0.044, 80.7 % blank pixels,
  // every brightest pixel above 250, centre of mass 14.0 ± 0.3 in both directions.
  it('uses as much ink as MNIST', () => {
    const ink = Array.from(
      { length: count },
      (_, i) => picture(i).reduce((sum, value) => sum + value, 0) / 255 / PIXELS,
    )
    const mean = ink.reduce((sum, value) => sum + value, 0) / count
    const deviation = Math.sqrt(ink.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count)
    expect(mean).toBeGreaterThan(0.12)
    expect(mean).toBeLessThan(0.145)
    expect(deviation).toBeGreaterThan(0.035)
    expect(deviation).toBeLessThan(0.053)
    const blank = images.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0) / images.length
    expect(blank).toBeGreaterThan(0.77)
    expect(blank).toBeLessThan(0.84)
    for (let i = 0; i < count; i++) expect(Math.max(...picture(i))).toBeGreaterThan(200)
  })

  it('puts the centre of mass where MNIST puts it', () => {
    const sums = { x: 0, y: 0, worst: 0 }
    for (let i = 0; i < count; i++) {
      let mass = 0
      let x = 0
      let y = 0
      picture(i).forEach((value, pixel) => {
        mass += value
        x += value * (pixel % 28)
        y += value * Math.floor(pixel / 28)
      })
      sums.x += x / mass / count
      sums.y += y / mass / count
      sums.worst = Math.max(sums.worst, Math.abs(x / mass - 14), Math.abs(y / mass - 14))
    }
    expect(Math.abs(sums.x - 14)).toBeLessThan(0.15)
    expect(Math.abs(sums.y - 14)).toBeLessThan(0.15)
    expect(sums.worst).toBeLessThan(3)
  })

  it('makes digits that the nearest mean tells apart as badly as in MNIST (82 %)', () => {
    const half = count / 2
    const means = Array.from({ length: 10 }, () => new Float64Array(PIXELS))
    const counts = new Array(10).fill(0)
    for (let i = 0; i < half; i++) counts[labels[i]!]++
    for (let i = 0; i < half; i++) {
      const mean = means[labels[i]!]!
      picture(i).forEach((value, pixel) => {
        mean[pixel] = mean[pixel]! + value / counts[labels[i]!]
      })
    }
    let right = 0
    for (let i = half; i < count; i++) {
      const distances = means.map((mean) =>
        picture(i).reduce((sum, value, pixel) => sum + (value - mean[pixel]!) ** 2, 0),
      )
      if (distances.indexOf(Math.min(...distances)) === labels[i]) right++
    }
    expect(right / half).toBeGreaterThan(0.75)
    expect(right / half).toBeLessThan(0.88)
  })

  it('makes none if asked for none and names a wrong count', () => {
    expect(generateDigits({ count: 0 }).labels).toHaveLength(0)
    expect(() => generateDigits({ count: -1 })).toThrow(/count is -1/)
    expect(() => generateDigits({ count: 2.5 })).toThrow(/count is 2\.5/)
  })
})
