import { random, seed, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { legendre } from '../../../src/recipes/foundations/capacity.js'
import { leastSquares } from '../../../src/recipes/foundations/one-layer/double-descent.js'
import { runInMemory } from '../running.js'

describe('capacity', () => {
  it('chooses a low order by validation, and has the error of random features peak at the number of examples', async () => {
    seed(0)
    const options = { draws: 100, steps: 40, pictures: 60, digitSteps: 10 }
    const { metrics, tables, pictures } = await runInMemory('capacity', options)
    expect(metrics.bestOrder).toBeGreaterThanOrEqual(2)
    expect(metrics.bestOrder).toBeLessThanOrEqual(6)
    expect(metrics.overfitFactor).toBeGreaterThan(5)
    // No polynomial errs less than the noise.
    expect(metrics.testError).toBeGreaterThan(0.28)
    expect(metrics.testError).toBeLessThan(0.4)
    expect(metrics.featurePeak).toBeCloseTo(1, 0)
    expect(metrics.featureErrorLargest).toBeLessThan(metrics.featureErrorAtPeak! - 0.1)
    expect(tables[0]!.rows).toHaveLength(2)
    expect(Object.keys(pictures)).toHaveLength(5)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  }, 180_000)

  it("spans polynomials by Legendre's, whose third is (5 x³ − 3 x) / 2", async () => {
    const values = await legendre(tensor([-1, 0.5, 1]), 3).data()
    expect([...values].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([
      ...[1, -1, 1, -1],
      ...[1, 0.5, -0.125, -0.4375],
      ...[1, 1, 1, 1],
    ])
  })

  it.each([
    [8, 3],
    [3, 8],
    [5, 5],
  ])('solves %i equations with %i unknowns as the pseudoinverse does', async (rows, columns) => {
    seed(1)
    const [a, b] = [random.normal([rows, columns]).cast('float64'), random.normal([rows, 2]).cast('float64')]
    expect(await leastSquares(a, b).sub(a.lstsq(b)).abs().max().item()).toBeLessThan(1e-10)
  })
})
