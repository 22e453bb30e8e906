import { describe, expect, it } from 'vitest'
import { concat, type Tensor, zeros } from '../../src/index.js'
import {
  conv2d,
  fans,
  flatten,
  type Initializer,
  initializers,
  linear,
  lsuv,
  pixelShuffle,
  relu,
  sequential,
  unfilled,
} from '../../src/nn/index.js'
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

/** Twice the standard deviation before values beyond it are drawn again, for the variance after it. */
const cut = (variance: number): number => (2 * Math.sqrt(variance)) / 0.8796256610342398

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
  ['glorotTruncated', initializers.glorotTruncated(), Math.sqrt(2 / (fanIn + fanOut)), cut(2 / (fanIn + fanOut))],
  ['heTruncated', initializers.heTruncated(), Math.sqrt(2 / fanIn), cut(2 / fanIn)],
  ['lecunTruncated', initializers.lecunTruncated(), Math.sqrt(1 / fanIn), cut(1 / fanIn)],
  ['xavierUniform', initializers.xavierUniform(), Math.sqrt(2 / (fanIn + fanOut)), Math.sqrt(6 / (fanIn + fanOut))],
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

  it('identity gives the inputs, dirac those of pictures, group by group', () => {
    const x = random.normal([2, 5, 4, 4])
    expect(linear(4, 4, { bias: false, initializer: initializers.identity() }).forward(x).dataSync()).toEqual(
      x.dataSync(),
    )
    const wide = linear(4, 6, { bias: false, initializer: initializers.identity(2) }).forward(x)
    expect(wide.dataSync()).toEqual(concat([x.mul(2), zeros([2, 5, 4, 2])], -1).dataSync())
    for (const [kernel, groups] of [
      [1, 1],
      [3, 1],
      [3, 2],
      [5, 4],
    ]) {
      const options = { bias: false, padding: 'same', groups, initializer: initializers.dirac(groups) } as const
      expect(
        conv2d(4, 4, kernel, options as object)
          .forward(x)
          .dataSync(),
      ).toEqual(x.dataSync())
    }
    expect(() => initializers.identity()([3, 3, 1, 1], 'float32')).toThrow(
      'no matrix. For convolutions there is dirac()',
    )
    expect(() => initializers.dirac(3)([3, 1, 4], 'float32')).toThrow('4 outputs do not divide into 3 groups')
  })

  it('icnr makes of a convolution and a shuffle an enlargement by nearest neighbours', () => {
    random.seed(4)
    const options = { bias: false, padding: 'same', initializer: initializers.icnr(3) } as const
    const convolution = conv2d(2, 18, 3, options)
    const small = random.normal([2, 4, 5, 2])
    const made = pixelShuffle(3).forward(convolution.forward(small) as never) as Tensor
    const corners = made.slice(':', [0, null, 3], [0, null, 3]) as Tensor
    expect(made.dataSync()).toEqual((corners.repeat(3, 1).repeat(3, 2) as Tensor).dataSync())
    // As wide as He's: 2 / (9 · 2).
    const data = initializers.icnr(2)([3, 3, 2, 4000], 'float32').dataSync() as Float32Array
    expect(Math.abs(data.reduce((sum, value) => sum + value ** 2, 0) / data.length - 1 / 9)).toBeLessThan(0.004)
    expect(() => initializers.icnr(3)([3, 3, 2, 12], 'float32')).toThrow('12 outputs do not divide by 9')
  })

  it('sparse leaves the same number of inputs to each output', () => {
    random.seed(3)
    const weight = initializers.sparse(0.75, 0.1)([20, 500], 'float64')
    expect(new Set(weight.notEqual(0).cast('int32').sum(0).dataSync())).toEqual(new Set([5]))
    const kept = [...weight.dataSync()].filter((value) => value !== 0)
    expect(Math.abs(spreadOf(kept) / 0.1 - 1)).toBeLessThan(0.06)
    expect(() => initializers.sparse(1.5)).toThrow('a sparsity of 1.5')
  })

  it('lsuv gives outputs of variance 1, layer by layer', async () => {
    random.seed(3)
    const model = sequential(
      conv2d(3, 8, 3),
      relu(),
      conv2d(8, 8, 3, { stride: 2 }),
      relu(),
      flatten(),
      linear(72, 32),
      relu(),
      linear(32, 5),
    )
    const x = random.normal([64, 9, 9, 3], { std: 3 })
    const variances = await lsuv(model, x)
    expect(Object.keys(variances)).toEqual(['layers.0', 'layers.2', 'layers.5', 'layers.7'])
    for (const variance of Object.values(variances)) expect(Math.abs(variance - 1)).toBeLessThan(0.011)
    expect(Math.abs(model.forward(x).variance().itemSync() - 1)).toBeLessThan(0.011)
    expect([...model.namedParameters().keys()]).toHaveLength(8)
    await expect(lsuv(sequential(relu()), x)).rejects.toThrow('no layer with a weight has run')
    await expect(lsuv(linear(3, 4, { bias: false }), zeros([2, 3]))).rejects.toThrow('have variance 0')
  })

  it('count what flows in and out', () => {
    expect(fans([5, 7])).toEqual({ fanIn: 5, fanOut: 7 })
    expect(fans(shape)).toEqual({ fanIn, fanOut })
    expect(() => fans([5])).toThrow('a weight of shape [5] has no number of inputs and outputs')
    expect(() => initializers.heNormal(-1)).toThrow('a gain of -1')
  })
})

describe('unfilled', () => {
  it('makes zeros of what would be drawn, and leaves the generator where it is', () => {
    random.seed(3)
    const drawn = linear(4, 3).weight.value.dataSync()
    random.seed(3)
    const hollow = unfilled(() => linear(4, 3))
    expect([...hollow.weight.value.dataSync(), ...hollow.bias!.value.dataSync()]).toEqual(new Array(15).fill(0))
    expect(linear(4, 3).weight.value.dataSync()).toEqual(drawn)
  })

  it('ends with an error, too', () => {
    const wrong = () => unfilled(() => linear(-1, 3))
    expect(wrong).toThrow(/linear/)
    expect(
      linear(40, 30)
        .weight.value.dataSync()
        .some((x) => x !== 0),
    ).toBe(true)
  })
})
