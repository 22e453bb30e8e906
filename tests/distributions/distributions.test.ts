import { readFileSync } from 'node:fs'
import { compile, grad, ones, random, seed, type Tensor, tensor, zeros } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { gammaSampleGradient } from '../../src/distributions/gamma-gradient.js'
import * as distributions from '../../src/distributions/index.js'
import { expectValues } from '../support/runLayerTest.js'

// Truth: PyTorch, by scripts/fixtures/distributions.py.

type List = number | readonly List[]

interface Case {
  readonly name: string
  readonly parameters: readonly List[]
  readonly others?: readonly List[]
  readonly values: List
  readonly logProb: readonly number[]
  readonly entropy?: readonly number[]
  readonly kl?: readonly number[] | null
  readonly moments: readonly [mean: readonly number[], variance: readonly number[]] | null
}

type Any = distributions.Distribution<number[]> & { kl?(other: unknown): Tensor }

const cases: readonly Case[] = JSON.parse(
  readFileSync(new URL('../fixtures/distributions.json', import.meta.url), 'utf8'),
)

const double = (list: List): Tensor => (tensor(list as number[]) as Tensor).cast('float64')

function make(name: string, parameters: readonly Tensor[]): Any {
  if (name === 'BivariateMixture') {
    const [logits, mx, my, sx, sy, correlation] = parameters
    const mixture = new distributions.BivariateMixture({ logits, means: [mx, my], scales: [sx, sy], correlation })
    return mixture as unknown as Any
  }
  const library = distributions as unknown as Record<string, new (...given: readonly Tensor[]) => Any>
  return new library[name](...parameters)
}

describe.each(cases)('$name', ({ name, parameters, others, values, logProb, entropy, kl, moments }) => {
  // JSON's numbers through float32 would lose digits.
  const exact = (list: List): Tensor => {
    const shape = double(list).shape
    return tensor(Float64Array.from([list].flat(9) as number[]), [...shape])
  }
  const given = parameters.map(exact)
  const points = name === 'Categorical' ? tensor(Int32Array.from(values as number[])) : exact(values)

  it('has the probabilities, entropy and divergence of PyTorch', () => {
    const d = make(name, given)
    expectValues('logProb', d.logProb(points as Tensor).dataSync(), logProb, 1e-11)
    if (entropy !== undefined) expectValues('entropy', d.entropy().dataSync(), entropy, 1e-11)
    if (kl && d.kl) expectValues('kl', d.kl(make(name, (others ?? []).map(exact))).dataSync(), kl, 1e-11)
    const compiled = compile((x: Tensor, ...p: Tensor[]) => make(name, p).logProb(x))
    expectValues('compiled', compiled(points as Tensor, ...given).dataSync(), logProb, 1e-11)
  })

  it('is drawn with its mean and variance, by the key alone, compiled or not', () => {
    const n = 20_000
    const d = make(
      name,
      given.map((p) => p.cast('float32')),
    )
    const key = random.key(5)
    const samples = d.sample({ shape: [n], key }) as Tensor
    expect(d.sample({ shape: [n], key }).dataSync()).toEqual(samples.dataSync())
    const compiled = compile((k: Tensor) => d.sample({ shape: [n], key: k }) as Tensor)
    expectValues('compiled', compiled(key).dataSync(), samples.dataSync(), 1e-4)
    seed(3)
    expect((d.sample({ shape: [8] }) as Tensor).dataSync()).not.toEqual((d.sample({ shape: [8] }) as Tensor).dataSync())
    if (moments === null) {
      const wanted = (d as unknown as distributions.Categorical<number[]>).logarithms.exp()
      for (let c = 0; c < 3; c++) {
        const found = (samples.equal(c).cast('float32').mean(0) as Tensor).dataSync()
        const p = (wanted.at(c, -1) as Tensor).dataSync()
        for (let i = 0; i < p.length; i++) expect(Math.abs(found[i] - p[i])).toBeLessThan(5 * Math.sqrt(p[i] / n))
      }
      return
    }
    const x = samples.cast('float64')
    const [mean, variance] = [x.mean(0) as Tensor, x.variance(0) as Tensor]
    const fourth = (x.sub(mean).square().square().mean(0) as Tensor).dataSync()
    moments[0].forEach((wanted, i) => {
      const spread = moments[1][i]
      expect(Math.abs(mean.dataSync()[i] - wanted)).toBeLessThan(5 * Math.sqrt(spread / n) + 1e-6)
      const error = Math.sqrt(Math.max(0, fourth[i] - spread ** 2) / n)
      expect(Math.abs(variance.dataSync()[i] - spread)).toBeLessThan(5 * error + 1e-3 * spread)
    })
  })
})

describe('gradients of samples', () => {
  it('go to mean and standard deviation', () => {
    const key = random.key(1)
    const [mean, std] = [tensor([1, 2]), tensor([0.5, 3])]
    const x = new distributions.Normal(mean, std).sample({ key })
    expect([...grad(x.sum(), mean).dataSync()]).toEqual([1, 1])
    expectValues('std', grad(x.sum(), std).dataSync(), x.sub(mean).div(std).dataSync(), 1e-5)
  })

  it('go to the rate of a gamma', () => {
    const [a, b] = [tensor([2, 0.5]), tensor([3, 1])]
    const x = new distributions.Gamma(a, b).sample({ key: random.key(2) })
    expectValues('rate', grad(x.sum(), b).dataSync(), x.div(b).neg().dataSync(), 1e-5)
  })

  it('go to the concentration of a gamma as SciPy’s quantiles move', () => {
    // By scripts/fixtures/gamma.py.
    const rows: number[][] = JSON.parse(readFileSync(new URL('../fixtures/gamma.json', import.meta.url), 'utf8'))
    const [a, z] = [0, 1].map((i) => tensor(Float64Array.from(rows.map((row) => row[i]))))
    const found = gammaSampleGradient(a, z).dataSync()
    rows.forEach(([a, z, wanted], i) => {
      expect(Number(found[i]) / wanted, `a ${a}, z ${z}`).toBeCloseTo(1, 7)
    })
    // In float32, of samples that are 0 for all digits, and compiled.
    const narrow = compile(() => gammaSampleGradient(a.cast('float32'), z.cast('float32')))().dataSync()
    rows.forEach(([, z, wanted], i) => {
      if (z > 1e-30) expect(Number(narrow[i]) / wanted).toBeCloseTo(1, 4)
    })
    expect([...gammaSampleGradient(tensor([0.001, 1]), tensor([0, 0])).dataSync()]).toEqual([0, 0])
  })

  it('of gammas and betas have the derivatives of the means as their means', () => {
    const derivative = (fn: (a: Tensor<[]>) => Tensor<[]>, a: number): number =>
      grad(fn)(tensor(a)).dataSync()[0] as number
    const options = { shape: [10_000], key: random.key(5) } as const
    for (const a of [0.3, 1, 4]) {
      // E[x] = a / b
      expect(derivative((a) => new distributions.Gamma(a, 2).sample(options).mean(), a)).toBeCloseTo(0.5, 1)
      // E[x²] = a (a + 1)
      expect(
        derivative((a) => new distributions.Gamma(a, 1).sample(options).square().mean(), a) / (2 * a + 1),
      ).toBeCloseTo(1, 1)
      // E[x] = a / (a + b)
      const toA = derivative((a) => new distributions.Beta(a, 3).sample(options).mean(), a)
      expect(toA * (a + 3) ** 2).toBeCloseTo(3, 1)
      const toB = derivative((b) => new distributions.Beta(2, b).sample(options).mean(), a)
      expect(-toB * (a + 2) ** 2).toBeCloseTo(2, 1)
    }
  })
})

describe('shapes', () => {
  it('are those of parameters, behind what is asked for', () => {
    const d = new distributions.Normal(zeros([4, 1]), ones([3]) as Tensor as Tensor<[4, 1]>)
    expect(d.sample({ shape: [2] }).shape).toEqual([2, 4, 3])
    expect(new distributions.Poisson(tensor([1, 2])).sample({ shape: [0] }).shape).toEqual([0, 2])
    const c = new distributions.Categorical(zeros([5, 3]))
    expect(c.sample({ shape: [2] }).shape).toEqual([2, 5])
    expect(c.logProb(c.sample({ shape: [2] })).shape).toEqual([2, 5])
  })

  it('and parameters that make no sense are refused', () => {
    expect(() => new distributions.Normal(0, 0)).toThrow(/Normal: the standard deviation is 0/)
    expect(() => new distributions.Gamma(-1, 1)).toThrow(/the concentration is -1/)
    expect(() => new distributions.Categorical(tensor(1) as Tensor)).toThrow(/logits are a scalar/)
  })
})
