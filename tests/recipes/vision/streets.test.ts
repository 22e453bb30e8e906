import { seed, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { Multiscale } from '../../../src/recipes/vision/pixels/multiscale.js'
import { pixelLoss } from '../../../src/recipes/vision/pixels/streets.js'
import { runInMemory } from '../running.js'
import { withRoads } from './picture-archives.js'

withRoads(4)

describe('labels for the pixels of streets', () => {
  it.each([
    ['pixel-labelling', 'pixelAccuracy', 5],
    ['fcn-camvid', 'unetPixelAccuracy', 6],
  ])('%s', async (name, accuracy, rows) => {
    seed(0)
    const { metrics, pictures, tables } = await runInMemory(name, { passes: 24 })
    // The sky alone is less than half.
    expect(metrics[accuracy]).toBeGreaterThan(0.5)
    expect(Object.keys(metrics).length).toBeGreaterThanOrEqual(rows - 1)
    expect(tables).toHaveLength(1)
    expect(Object.keys(pictures)).toHaveLength(2)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })

  it('a pixel is named by 46 × 46 pixels of each size', () => {
    const model = new Multiscale({ scales: 1, maps: [2, 2, 2], classes: 2 })
    // A window of 7 and a pool, and again with steps of 2, and a window of 7 with steps of 4.
    expect(1 + 6 + 1 + 2 * 6 + 2 + 4 * 6).toBe(46)
    expect(model.features.parameterCount()).toBe(49 * 2 * (3 + 2 + 2) + 3 * 4)
    expect(new Multiscale({ maps: [2, 2, 2], classes: 2 }).features.parameterCount()).toBe(
      model.features.parameterCount(),
    )
  })

  it('what has no label does not count', () => {
    const logits = tensor([[[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], new Array(11).fill(9)]])
    const of = (labels: number[]) => pixelLoss(logits, tensor([labels], [1, 2], 'int32')).itemSync()
    expect(of([1, 11])).toBeCloseTo(Math.log(Math.E + 10) - 1, 5)
  })
})
