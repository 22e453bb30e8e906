import { seed } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { runInMemory } from '../running.js'

describe('multi-task', () => {
  it('learns four tasks by a shared layer and by layers of their own, better with more labels', async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('multi-task', {
      draws: 2,
      labels: 100,
      steps: 60,
      units: 32,
    })
    // Guesses would reach a tenth once and a half three times: 0.4.
    expect(metrics.sharedAccuracy).toBeGreaterThan(0.65)
    expect(metrics.separateAccuracy).toBeGreaterThan(0.65)
    const means = tables[0]!.rows.map((row) => Number.parseFloat(String(row[5])))
    expect(tables[0]!.rows.map(([labels]) => labels)).toEqual(['25', '50', '100'])
    expect(means[2]).toBeGreaterThan(means[0]! + 3)
    expect(metrics.gainWithManyLabels).toBeCloseTo(metrics.sharedAccuracy! - metrics.separateAccuracy!, 5)
    expect(Object.keys(pictures)).toHaveLength(3)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  }, 180_000)
})
