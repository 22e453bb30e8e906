import { describe, expect, it } from 'vitest'
import { fans, type Initializer, initializers } from '../../src/nn/index.js'
import * as random from '../../src/tensor/random.js'

// Truth: the moments of the distributions that the papers give.

const shape = [3, 3, 40, 100]
const [fanIn, fanOut] = [360, 900]

const valuesOf = (initializer: Initializer): number[] => {
  random.seed(5)
  return [...initializer(shape, 'float64').dataSync()]
}

const spreadOf = (values: readonly number[]): number => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
}

const cases: readonly (readonly [name: string, initializer: Initializer, spread: number, limit: number])[] = [
  ['uniform', initializers.uniform(-0.3, 0.3), 0.3 / Math.sqrt(3), 0.3],
  ['normal', initializers.normal(0.2), 0.2, Infinity],
  // The standard deviation of a normal distribution cut at ±2 is 0.8796 (its variance 1 − 4 φ(2) / (2 Φ(2) − 1)).
  ['truncatedNormal', initializers.truncatedNormal(0.1), 0.08796, 0.2],
  ['glorotUniform', initializers.glorotUniform(), Math.sqrt(2 / (fanIn + fanOut)), Math.sqrt(6 / (fanIn + fanOut))],
  ['glorotNormal with gain', initializers.glorotNormal(2), 2 * Math.sqrt(2 / (fanIn + fanOut)), Infinity],
  ['heUniform', initializers.heUniform(), Math.sqrt(2 / fanIn), Math.sqrt(6 / fanIn)],
  ['heNormal', initializers.heNormal(), Math.sqrt(2 / fanIn), Infinity],
  ['lecunUniform', initializers.lecunUniform(), Math.sqrt(1 / fanIn), Math.sqrt(3 / fanIn)],
  ['lecunNormal', initializers.lecunNormal(), Math.sqrt(1 / fanIn), Infinity],
  ['fanInUniform', initializers.fanInUniform(), Math.sqrt(1 / fanIn / 3), Math.sqrt(1 / fanIn)],
]

describe('initializers', () => {
  for (const [name, initializer, spread, limit] of cases) {
    it(`${name} has its spread and limits`, () => {
      const values = valuesOf(initializer)
      const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
      // 36,000 values: the spread is known to about 0.4 %.
      expect(Math.abs(spreadOf(values) / spread - 1)).toBeLessThan(0.02)
      expect(largest).toBeLessThanOrEqual(limit)
      if (limit !== Infinity) expect(largest).toBeGreaterThan(0.99 * limit)
    })
  }

  it('constants are the same everywhere', () => {
    expect(new Set(valuesOf(initializers.zeros()))).toEqual(new Set([0]))
    expect(new Set(valuesOf(initializers.ones()))).toEqual(new Set([1]))
    expect(new Set(valuesOf(initializers.constant(0.25)))).toEqual(new Set([0.25]))
  })

  for (const [rows, columns] of [
    [6, 4],
    [4, 6],
    [5, 5],
  ]) {
    it(`orthogonal [${rows}, ${columns}] has vectors at right angles`, () => {
      random.seed(2)
      const matrix = initializers.orthogonal(3)([rows, columns], 'float64')
      const flipped = rows < columns ? matrix.transpose() : matrix
      const product = flipped.transpose().matmul(flipped).dataSync()
      const n = Math.min(rows, columns)
      product.forEach((value, i) => {
        expect(value).toBeCloseTo(i % (n + 1) === 0 ? 9 : 0, 10)
      })
    })
  }

  it('count what flows in and out', () => {
    expect(fans([5, 7])).toEqual({ fanIn: 5, fanOut: 7 })
    expect(fans(shape)).toEqual({ fanIn, fanOut })
    expect(() => fans([5])).toThrow('a weight of shape [5] has no number of inputs and outputs')
    expect(() => initializers.heNormal(-1)).toThrow('a gain of -1')
  })
})
