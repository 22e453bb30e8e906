import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { withDigitFiles } from '../digit-files.js'
import { runInMemory } from '../running.js'

withDigitFiles(1500, 300)

it('finds rates, compares schedules, and learns by one cycle', async () => {
  seed(0)
  const options = { passes: 3, batchSize: 32, limit: 0, short: 384, rates: 2 }
  const { metrics, tables, pictures } = await runInMemory('learning-rate', options)
  expect(metrics.oneCycleAccuracy).toBeGreaterThan(0.8)
  expect([0.1, 0.2]).toContain(metrics.oneCycleRate)
  // Who sees all 0 first and all 9 last has forgotten most.
  expect(metrics.sortedAccuracy).toBeLessThan(0.4)
  expect(metrics.shuffledAccuracy).toBeGreaterThan(metrics.sortedAccuracy!)
  expect(tables.find(({ title }) => title.startsWith('Right'))!.rows).toHaveLength(4)
  expect(Object.keys(pictures)).toHaveLength(5)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
