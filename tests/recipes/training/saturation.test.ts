import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { runInMemory } from '../running.js'

it('saturation finds that gradients vanish in deep sigmoid networks, and do not in rectifiers with fitted weights', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('saturation', { limit: 1200, deepest: 8, steps: 100 })
  // Each layer of slope ¼ and weights of variance 1 / 3 n: a factor below 1 / 4 √3, seven times.
  expect(metrics.deepSigmoidGradientRatio).toBeLessThan(1e-4)
  expect(metrics.deepReluGradientRatio).toBeGreaterThan(0.1)
  expect(metrics.deepReluAccuracy).toBeGreaterThan(0.5)
  expect(metrics.deepSigmoidAccuracy).toBeLessThan(0.3)
  expect(tables[0]!.rows).toHaveLength(7)
  expect(Object.keys(pictures)).toHaveLength(4)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
}, 240_000)
