import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { runInMemory } from '../running.js'

it('double-precision-check trains alike in four precisions, and draws how rounding grows', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('double-precision-check', {
    ...{ limit: 1500, batchSize: 50, epochs: 1, repeats: 1, partingSteps: 20 },
  })
  for (const precision of ['float64', 'float32', 'bfloat16', 'float16']) {
    // A guess would reach one tenth.
    expect(metrics[`${precision}Accuracy`]).toBeGreaterThan(0.5)
  }
  expect(tables[0]!.rows.map(([name]) => name)).toEqual(['float64', 'float32', 'bfloat16', 'float16'])
  // Rounded sums in another order: a difference, and hardly one.
  expect(metrics.float32Parting).toBeGreaterThan(1e-9)
  expect(metrics.float32Parting).toBeLessThan(1e-3)
  expect(metrics.float64Parting).toBeLessThan(1e-10)
  expect(metrics.batchesParting).toBeGreaterThan(0.05)
  expect(Object.keys(pictures)).toHaveLength(3)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
