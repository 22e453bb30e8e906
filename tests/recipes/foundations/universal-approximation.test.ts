import { linspace, seed, type Tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { handBuilt, slope } from '../../../src/recipes/foundations/universal-approximation.js'
import { runInMemory } from '../running.js'

describe('universal-approximation', () => {
  it('comes nearer with more units, faster than bumps built by hand', async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('universal-approximation', { seeds: 2, steps: 100 })
    expect(metrics.finalError).toBeLessThan(0.01)
    expect(metrics.errorSlope).toBeLessThan(-1)
    // What is constant on parts of width h is off by about h.
    expect(metrics.bumpSlope).toBeGreaterThan(-1.1)
    expect(metrics.bumpSlope).toBeLessThan(-0.7)
    expect(tables[0]!.rows.map(([units]) => units)).toEqual(['2', '4', '8', '16', '32', '64'])
    expect(Object.keys(pictures)).toHaveLength(4)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })

  it('builds bumps as high as the function is in their middle', async () => {
    const middles = linspace(-0.75, 0.75, 4, 'float64')
    const square = (x: Tensor) => x.square()
    const off = handBuilt(square, 8, middles).sub(square(middles))
    expect(await off.abs().max().item()).toBeLessThan(1e-6)
  })

  it('finds the power of a law', () => {
    expect(slope([8, 2, 0.5], [1, 2, 4])).toBeCloseTo(-2, 12)
  })
})
