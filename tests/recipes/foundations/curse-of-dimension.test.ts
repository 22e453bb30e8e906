import { seed } from 'shapewise'
import { expect, it } from 'vitest'
import { ballShare } from '../../../src/recipes/foundations/curse-of-dimension.js'
import { runInMemory } from '../running.js'

it('knows the volumes of balls', () => {
  // Volumes of unit balls: 2, π, 4 π / 3, π² / 2, 8 π² / 15, π³ / 6; of the cubes around them: 2ⁿ.
  const volumes = [2, Math.PI, (4 * Math.PI) / 3, Math.PI ** 2 / 2, (8 * Math.PI ** 2) / 15, Math.PI ** 3 / 6]
  for (const [i, volume] of volumes.entries()) expect(ballShare(i + 1)).toBeCloseTo(volume / 2 ** (i + 1), 12)
})

it('measures empty balls and far neighbours, and repairs them by a linear reduction and an invariant', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('curse-of-dimension', { samples: 10_000 })
  // Four standard deviations.
  expect(metrics.maxVolumeError).toBeLessThan(4 * Math.sqrt(0.25 / 10_000))
  expect(metrics.ballShare3).toBeCloseTo(Math.PI / 6, 1)
  expect(metrics.farthestToNearest1000).toBeLessThan(1.25)
  // The mean alone would have error 1.
  expect(metrics.rawError).toBeGreaterThan(0.9)
  expect(metrics.reducedError).toBeLessThan(0.75 * metrics.rawError!)
  expect(metrics.invariantError).toBeLessThan(metrics.reducedError!)
  expect(tables[0]!.rows[2]).toEqual(['3', metrics.ballShare3!.toFixed(5), '0.52360'])
  expect(Object.keys(pictures)).toHaveLength(4)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
