import { seed } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { runInMemory } from '../running.js'

describe('depth-against-width', () => {
  it.each([1, 3, 7])('folds the sawtooth exactly by %i layers, and multiplies by four units', async (layers) => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('depth-against-width', { layers, passes: 2 })
    expect(metrics.sawtoothDeepError).toBeLessThan(1e-6)
    expect(metrics.sawtoothWideError).toBeLessThan(1e-6)
    expect(metrics.productError).toBeLessThan(1e-6)
    // The next term of the series of exp: λ² Σ xᵢ² / 6 of a product that is below 1, with λ = 0.05 and eight numbers.
    expect(metrics.flatError).toBeLessThan((0.05 ** 2 * 8) / 6)
    expect(metrics.treeError).toBeLessThan((0.05 ** 2 * 8) / 6)
    expect(tables[1]!.rows.map((row) => [row[0], row[2], row[4]])).toEqual([
      ['2', '4', '4'],
      ['4', '12', '16'],
      ['8', '28', '256'],
    ])
    expect(Object.keys(pictures)).toHaveLength(3)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })

  it('trains two units to make two pieces, and none of fourteen units for 128', async () => {
    seed(0)
    const { metrics: few } = await runInMemory('depth-against-width', { layers: 1, passes: 300 })
    expect(few.sawtoothShallowError).toBeLessThan(0.01)
    const { metrics: many } = await runInMemory('depth-against-width', { layers: 7, passes: 5 })
    // The best constant is off by a quarter.
    expect(many.sawtoothShallowError).toBeGreaterThan(0.2)
  })
})
