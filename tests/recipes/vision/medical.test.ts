import { random, seed } from 'shapewise'
import { dataset, floatColumn, integerColumn } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import { cheapest, ratesAt, temperature } from '../../../src/recipes/vision/decisions/judging.js'
import { LookingNet } from '../../../src/recipes/vision/decisions/looking-net.js'
import { pointing } from '../../../src/recipes/vision/decisions/looks.js'
import { CROP, cropsOf } from '../../../src/recipes/vision/decisions/nuclei-crops.js'
import { runInMemory } from '../running.js'
import { withMedicalFiles } from './medical-files.js'

withMedicalFiles()

describe('decisions', () => {
  it('have rates and costs', () => {
    const judged = { probabilities: [0.9, 0.4, 0.6, 0.1, 0.2], truth: [1, 1, 0, 0, 0] }
    expect(ratesAt(judged, 0.5, 10)).toEqual({ sensitivity: 1 / 2, specificity: 2 / 3, cost: 11 / 5 })
    expect(ratesAt(judged, 0.3, 10)).toEqual({ sensitivity: 1, specificity: 2 / 3, cost: 1 / 5 })
    // Where a miss costs as much as a false alarm, what is likelier is said.
    expect(cheapest(1)).toBe(0.5)
    expect(cheapest(9)).toBeCloseTo(0.1, 12)
  })

  it('are cheapest at the threshold of the theory, where probabilities are right', () => {
    const probabilities = Array.from({ length: 20 }, (_, i) => (i + 0.5) / 20).flatMap((p) => new Array(40).fill(p))
    const truth = probabilities.map((p, i) => Number((i % 40) + 0.5 < 40 * p))
    const costs = Array.from({ length: 19 }, (_, i) => ratesAt({ probabilities, truth }, (i + 1) / 20, 4).cost)
    expect(Math.min(...costs)).toBe(costs[3])
  })

  it('have the temperature of the closed form', () => {
    // Of ten cases said with ±3, eight are so: the best probability is 0.8, whose logit is log 4.
    const logits = [...new Array(10).fill(3), ...new Array(10).fill(-3)]
    const truth = [...new Array(8).fill(1), 0, 0, ...new Array(8).fill(0), 1, 1]
    expect(temperature(logits, truth)).toBeCloseTo(3 / Math.log(4), 4)
  })
})

describe('where a network looks', () => {
  it('is a map whose mean is what it says', async () => {
    seed(0)
    const model = new LookingNet()
    model.eval()
    const pictures = random.uniform([3, CROP, CROP, 3])
    const difference = model.maps(pictures).mean([1, 2]).sub(model.forward(pictures)).abs().max()
    expect(await difference.item()).toBeLessThan(1e-5)
  })

  it('is judged by what it points at', async () => {
    const masks = new Int32Array(2 * CROP * CROP).map((_, i) => Number(i < CROP * CROP && i % CROP < 12))
    const inputs = floatColumn(new Float32Array(2 * CROP * CROP * 3), [CROP, CROP, 3])
    const crops = dataset({
      ...{ inputs, labels: integerColumn(Int32Array.of(1, 0), []) },
      masks: integerColumn(masks, [CROP, CROP]),
    })
    const { pointsAtNucleus, pointsByChance } = await pointing(new LookingNet(), crops)
    expect([0, 1]).toContain(pointsAtNucleus)
    expect(pointsByChance).toBeCloseTo(12 / CROP, 9)
  })
})

describe('crops', () => {
  it('are labelled by the nucleus pixels in them, and left out where there are few', () => {
    const labels = new Int32Array(256 * 256)
    // A nucleus of 10 × 10 in the corner of the first piece; 5 × 5 pixels of another in the middle of the last.
    for (let i = 0; i < 100; i++) labels[256 * Math.floor(i / 10) + (i % 10)] = 3
    for (let i = 0; i < 25; i++) labels[256 * (240 + Math.floor(i / 5)) + 235 + (i % 5)] = 9
    const pictures = dataset({
      inputs: floatColumn(new Float32Array(256 * 256 * 3), [256, 256, 3] as const),
      labels: integerColumn(labels, [256, 256] as const),
    })
    const crops = cropsOf(pictures)
    // Seven by seven pieces, of which the last ends at pixel 240 and sees nothing of the second nucleus.
    expect(crops.values('labels').reduce((sum, label) => sum + label, 0)).toBe(1)
    expect(crops.example(0).labels).toBe(1)
    expect(crops.example(0).masks.reduce((sum, one) => sum + one, 0)).toBe(100)
    expect(crops.length).toBe(49)
  })
})

it('medical judges tumours and nuclei', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('medical', { passes: 4 })
  expect(metrics.tableAuc).toBeGreaterThan(0.9)
  expect(metrics.pictureAuc).toBeGreaterThan(0.6)
  expect(tables[0]!.rows).toHaveLength(4)
  expect(Object.keys(pictures)).toHaveLength(4)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
