import { random, seed, type Tensor, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { principalComponents, quadratic } from '../../../src/recipes/foundations/features/components.js'
import { RadialBasis, rowsOf, squaredDistances } from '../../../src/recipes/foundations/features/radial-basis.js'
import { runInMemory } from '../running.js'

const largest = (x: Tensor): Promise<number> => x.abs().max().item()

describe('principalComponents', () => {
  it('finds the axes of a cloud that lies in three dimensions of twelve', async () => {
    seed(0)
    const axes = random.normal([12, 3]).qr().q
    const places = random.normal([500, 3]).mul(tensor([3, 2, 1]))
    const x = places.matmul(axes.transpose()).add(5)
    const { of, back } = await principalComponents(x, 3)
    expect(await largest(back(of(x)).sub(x))).toBeLessThan(1e-4)
    // As much as the singular values say lies along each.
    const deviations = (await x.sub(x.mean(0)).svd().s.slice([0, 3]).array()) as number[]
    const found = (await of(x).square().sum(0).sqrt().array()) as number[]
    found.forEach((value, i) => {
      expect(value / deviations[i]!).toBeCloseTo(1, 3)
    })
  })
})

it('quadratic has each product once', async () => {
  const products = await quadratic(tensor([[2, 3, 5]])).array()
  expect(products).toEqual([[2, 3, 5, 4, 6, 10, 9, 15, 25]])
})

describe('RadialBasis', () => {
  it('goes through its targets where every example has a bump', async () => {
    seed(0)
    const x = random.uniform([30, 2], { high: 10 })
    const y = random.normal([30, 2])
    const basis = new RadialBasis(x, 1, 2)
    await basis.add(x, y, () => {})
    const distances = await squaredDistances(x, x).data()
    const between = (i: number, j: number) => distances[i * 30 + j]!
    const far = Array.from({ length: 30 }, (_, i) => i).filter((i) =>
      Array.from({ length: 30 }, (_, j) => j).every((j) => i === j || between(i, j) > 0.25),
    )
    const error = basis.outputs(x, basis.weights()).sub(y).abs()
    for (const i of far) expect(await error.slice(i).max().item()).toBeLessThan(0.05)
  })

  it('is what least squares give at once, for examples in batches and for a part of the bumps', async () => {
    seed(1)
    const [x, y] = [random.normal([1500, 3]), random.normal([1500, 1])]
    const centres = random.normal([8, 3])
    const basis = new RadialBasis(centres, 2, 1)
    await basis.add(x, y, () => {})
    for (const count of [8, 5]) {
      const heights = squaredDistances(x, centres)
        .mul(-1 / 8)
        .exp()
        .slice(':', [0, count])
      const expected = heights.cast('float64').lstsq(y.cast('float64'))
      const difference = basis.outputs(x, basis.weights(count)).sub(heights.matmul(expected.cast('float32')))
      expect(await largest(difference)).toBeLessThan(0.01)
    }
  })

  it('cuts rows into batches', () => {
    expect(rowsOf(random.normal([5, 2]), 2).map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ])
  })
})

describe('features-against-learning', () => {
  it('tells six classifiers apart, and draws what they see', async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('features-against-learning', {
      limit: 480,
      bumps: 60,
      passes: 2,
    })
    for (const value of Object.values(metrics)) expect(value).toBeGreaterThan(0.25)
    for (const name of ['nearestNeighbourAccuracy', 'rbfAccuracy', 'hogAccuracy']) {
      expect(metrics[name], name).toBeGreaterThan(0.7)
    }
    expect(Object.keys(metrics)).toHaveLength(6)
    expect(tables[0]!.rows).toHaveLength(6)
    expect(Object.keys(pictures).map((name) => name[0])).toEqual(['1', '2', '3', '4', '5', '6'])
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  }, 180_000)
})
