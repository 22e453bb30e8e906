import { random, seed } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { coverShare } from '../../../src/recipes/foundations/cover-theorem.js'
import { countSeparable } from '../../../src/recipes/foundations/separability.js'
import { runInMemory } from '../running.js'

/** How many of all labellings of some points are separable by a hyperplane through the origin. */
function dichotomies(points: readonly (readonly number[])[]): number {
  let count = 0
  for (let labels = 0; labels < 2 ** points.length; labels++) {
    const examples = points.map((point, i) => point.map((value) => ((labels >> i) & 1 ? value : -value)))
    if (countSeparable(examples) === points.length) count++
  }
  return count
}

describe('countSeparable', () => {
  // Cover 1965, table: C(P, N) = 2 Σ (P − 1 choose k), for points in general position.
  it.each([
    [3, 1, 2],
    [4, 2, 8],
    [4, 3, 14],
    [5, 3, 22],
    [8, 3, 58],
    [7, 4, 84],
    [6, 6, 64],
    [9, 5, 326],
  ])('finds all dichotomies of %i points in %i dimensions: %i', async (points, n, expected) => {
    for (const start of [0, 1, 2]) {
      seed(start)
      const values = (await random.normal([points, n]).array()) as number[][]
      expect(dichotomies(values)).toBe(expected)
      expect(coverShare(points, n) * 2 ** points).toBeCloseTo(expected, 8)
    }
  })

  it('separates and, or, but not exclusive or', () => {
    const corners = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]
    const examples = (truth: readonly number[]) =>
      corners.map(([a, b], i) => [a!, b!, 1].map((value) => (truth[i] === 1 ? value : -value)))
    expect(countSeparable(examples([0, 0, 0, 1]))).toBe(4)
    expect(countSeparable(examples([0, 1, 1, 1]))).toBe(4)
    expect(countSeparable(examples([0, 1, 1, 0]))).toBe(3)
    // Minsky and Papert: of the 16 functions of two bits, 14 are separable.
    expect(dichotomies(corners.map((corner) => [...corner, 1]))).toBe(14)
  })

  it('refuses a point with both labels, and a point at the origin', () => {
    expect(
      countSeparable([
        [1, 2],
        [-1, -2],
      ]),
    ).toBe(1)
    expect(
      countSeparable([
        [1, 2],
        [1, 2],
      ]),
    ).toBe(2)
    expect(countSeparable([[0, 0]])).toBe(0)
    expect(countSeparable([])).toBe(0)
  })

  it('finds planes between points that nearly touch', () => {
    // The margin is 1e-4: w = (1, −1e4) or so.
    expect(
      countSeparable([
        [1, 0],
        [-1, -1e-4],
      ]),
    ).toBe(2)
    expect(
      countSeparable([
        [1, 0],
        [-1, -1e-4],
        [-1, 1e-4],
      ]),
    ).toBe(2)
  })
})

describe('cover-theorem', () => {
  it('measures what the formula says, and draws it', async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('cover-theorem', { trials: 300 })
    // Kolmogorov's bound for 300 trials, once in ten thousand: 2.2 / √300.
    expect(metrics.maxDeviation).toBeLessThan(0.13)
    expect(metrics.pointsPerInput).toBeCloseTo(2, 0)
    expect(tables[0]!.rows).toHaveLength(4)
    expect(Object.keys(pictures)).toEqual(['share-of-separable-dichotomies.svg', 'where-the-edge-lies.svg'])
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })
})
