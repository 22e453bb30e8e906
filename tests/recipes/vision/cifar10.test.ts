import { seed } from 'shapewise'
import { beforeEach, expect, it } from 'vitest'
import { runInMemory } from '../running.js'
import { withStripedPictures } from './striped-pictures.js'

withStripedPictures(400, 100)
beforeEach(() => seed(0))

it('cifar10 learns pictures that are moved and mirrored', async () => {
  const { metrics } = await runInMemory('cifar10', { limit: 256, epochs: 3, batchSize: 32 })
  // Guessing is right in one of ten cases.
  expect(metrics.accuracy).toBeGreaterThan(0.3)
  expect(metrics.picturesPerSecond).toBeGreaterThan(0)
})

it('cifar10-fast tells when it reached which accuracy', async () => {
  const { metrics, tables, pictures } = await runInMemory('cifar10-fast', { passes: 12 })
  expect(metrics.accuracy).toBeGreaterThan(0.5)
  expect(tables[0]!.columns.slice(1, 4)).toEqual(['to 85 %', 'to 90 %', 'to 92 %'])
  expect(tables[0]!.rows[0]![5]).toBe(`${(100 * metrics.accuracy!).toFixed(2)} %`)
  expect(Object.keys(pictures)).toEqual(['1-accuracy-over-seconds.svg'])
  expect(pictures['1-accuracy-over-seconds.svg']).not.toMatch(/NaN|Infinity|no values/)
})
