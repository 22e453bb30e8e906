import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { runInMemory } from '../running.js'

it('five-tricks learns with all of them what it does not learn with none', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('five-tricks', { limit: 1200, steps: 100, batchSize: 32 })
  // A guess reaches one tenth.
  expect(metrics.allTricksAccuracy).toBeGreaterThan(0.7)
  expect(metrics.noTrickAccuracy).toBeLessThan(0.3)
  expect(tables[0]!.rows).toHaveLength(6)
  expect(tables[0]!.rows.map((row) => row[4])).toContain('all but dropout')
  expect(Object.keys(pictures)).toHaveLength(6)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
}, 240_000)
