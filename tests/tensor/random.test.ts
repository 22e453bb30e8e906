import { random, seed, type Tensor, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { topologicalOrder } from '../../src/graph/graph.js'

const key = random.key(7)
const values = (t: Tensor): number[] => (t.arraySync() as number[]).flat() as number[]
const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length
const variance = (xs: readonly number[]): number => mean(xs.map((x) => (x - mean(xs)) ** 2))

/** The largest distance between the empirical and the given distribution function (Kolmogorov–Smirnov). */
function ksDistance(xs: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...xs].sort((a, b) => a - b)
  return Math.max(
    ...sorted.map((x, i) => Math.max(Math.abs(cdf(x) - i / xs.length), Math.abs(cdf(x) - (i + 1) / xs.length))),
  )
}
// The 0.1 % critical value of the distance is 1.95 / √n.
const N = 20_000
const CRITICAL = 1.95 / Math.sqrt(N)
/** Abramowitz and Stegun 7.1.26, accurate to 1.5e-7. */
const phi = (x: number): number => {
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * z)
  const erf =
    1 -
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-z * z)
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2
}

describe('distributions', () => {
  it('uniform', () => {
    const xs = values(random.uniform([N], { key, low: -1, high: 3 }))
    expect(ksDistance(xs, (x) => (x + 1) / 4)).toBeLessThan(CRITICAL)
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(-1)
    expect(Math.max(...xs)).toBeLessThan(3)
    const fine = values(random.uniform([N], { key, dtype: 'float64' }))
    expect(ksDistance(fine, (x) => x)).toBeLessThan(CRITICAL)
    expect(fine.some((x) => Math.fround(x) !== x)).toBe(true)
  })
  it('normal', () => {
    expect(ksDistance(values(random.normal([N], { key, mean: 2, std: 3 })), (x) => phi((x - 2) / 3))).toBeLessThan(
      CRITICAL,
    )
    expect(ksDistance(values(random.normal([N], { key, dtype: 'float64' })), phi)).toBeLessThan(CRITICAL)
  })
  it('truncated normal', () => {
    const xs = values(random.truncatedNormal([N], { key }))
    const [from, to] = [phi(-2), phi(2)]
    expect(ksDistance(xs, (x) => (phi(x) - from) / (to - from))).toBeLessThan(CRITICAL)
    expect(Math.max(...xs.map(Math.abs))).toBeLessThanOrEqual(2)
  })
  it('exponential and Gumbel', () => {
    expect(ksDistance(values(random.exponential([N], { key, rate: 2 })), (x) => 1 - Math.exp(-2 * x))).toBeLessThan(
      CRITICAL,
    )
    expect(ksDistance(values(random.gumbel([N], { key })), (x) => Math.exp(-Math.exp(-x)))).toBeLessThan(CRITICAL)
  })
  it('bernoulli, randint, categorical', () => {
    const flips = values(random.bernoulli(0.3, [N], { key }).cast('float32'))
    expect(Math.abs(mean(flips) - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / N))
    const dice = values(random.randint([N], 1, 7, { key }))
    expect([Math.min(...dice), Math.max(...dice)]).toEqual([1, 6])
    expect(Math.abs(mean(dice) - 3.5)).toBeLessThan(4 * Math.sqrt(35 / 12 / N))
    const classes = values(random.categorical(tensor([0, Math.log(3)]), { key, shape: [N] }))
    expect(Math.abs(mean(classes) - 0.75)).toBeLessThan(4 * Math.sqrt(0.1875 / N))
    expect(Math.abs(variance(dice) - 35 / 12)).toBeLessThan(0.1)
  })
  it('permutation and shuffle', () => {
    const order = values(random.permutation(1000, { key }))
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    // Spearman's correlation with the identity has standard deviation 1/√(n − 1).
    const rho = 1 - (6 * order.reduce((sum, value, i) => sum + (value - i) ** 2, 0)) / (1000 * (1000 ** 2 - 1))
    expect(Math.abs(rho)).toBeLessThan(4 / Math.sqrt(999))
    expect(values(random.shuffle(tensor([5, 6, 7]), { key })).sort()).toEqual([5, 6, 7])
  })
})

describe('keys and the global generator', () => {
  it('the same key gives the same numbers, split keys others', () => {
    expect(values(random.uniform([5], { key }))).toEqual(values(random.uniform([5], { key })))
    const [a, b] = [0, 1].map((i) => random.split(key).at(i))
    expect(values(random.uniform([5], { key: a }))).not.toEqual(values(random.uniform([5], { key: b })))
  })
  it('seed makes the sequence repeat, draws differ', () => {
    seed(11)
    const first = [values(random.uniform([3])), values(random.uniform([3]))]
    seed(11)
    expect([values(random.uniform([3])), values(random.uniform([3]))]).toEqual(first)
    expect(first[0]).not.toEqual(first[1])
    seed(12)
    expect(values(random.uniform([3]))).not.toEqual(first[0])
  })
  it('a key and seed of a number are Threefry words', () => {
    // Random123 known-answer vector: key 0, counter 0.
    seed(0)
    expect(random.key(0).arraySync()).toEqual([0, 0])
    expect(random.key(2 ** 40 + 5).arraySync()).toEqual([256, 5])
    expect(random.split(random.key(0), 1).arraySync()).toEqual([[0x6b200159, 0x99ba4efe]])
  })
  it('refuses nonsense', () => {
    expect(() => seed(-1)).toThrow(/seed -1/)
    expect(() => random.uniform([2], { dtype: 'int32' })).toThrow(/int32/)
    expect(() => random.randint([2], 3, 3)).toThrow(/no integers from 3/)
    expect(() => random.bernoulli(1.5, [2])).toThrow(/1.5/)
    expect(() => random.truncatedNormal([2], { low: 1, high: 0 })).toThrow(/low 1/)
    expect(() => random.exponential([1], { rate: 0 })).toThrow(/rate 0/)
  })
})

it('an uncompiled draw is few nodes to look at, whatever the distribution takes', () => {
  for (const draw of [random.normal, random.uniform, random.truncatedNormal, random.gumbel, random.exponential]) {
    const { node } = draw([3, 4], { key })
    expect(topologicalOrder([node], ({ storage }) => storage !== undefined).length).toBeLessThan(16)
  }
})
