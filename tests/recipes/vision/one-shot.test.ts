import { random, seed, type Tensor, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { shrunk, turned } from '../../../src/recipes/vision/likeness/characters.js'
import { prototypical, siamese, triplet } from '../../../src/recipes/vision/likeness/embedding.js'
import { centred, modifiedHausdorff } from '../../../src/recipes/vision/likeness/hausdorff.js'
import { nearestBy, shareRight, trialsOf } from '../../../src/recipes/vision/likeness/trials.js'
import { runInMemory } from '../running.js'
import { withOmniglotFiles } from './omniglot-files.js'

withOmniglotFiles()

it('one-shot recognises zigzags by one drawing, and shows the matches', async () => {
  seed(0)
  const { metrics, tables, pictures } = await runInMemory('one-shot', { batches: 20, trials: 4 })
  // Three to choose from: chance is wrong in two of three cases.
  expect(metrics.hausdorffError).toBe(0)
  expect(metrics.prototypicalAccuracy).toBeGreaterThan(0.6)
  expect(tables[0]!.rows.map(([name]) => name)).toEqual(['Hausdorff', 'siamese', 'triplet', 'prototypical'])
  expect(Object.keys(pictures)).toEqual(['1-errors.svg', '2-unseen-alphabets.svg', '3-one-run.svg'])
  for (const picture of Object.values(pictures)) expect(picture).not.toMatch(/NaN|Infinity|no values/)
})

describe('the modified Hausdorff distance', () => {
  it('is the larger of two mean distances to the nearest point', () => {
    // From the first to the second 0, 1 and 5, from the second to the first 0 and 1.
    const [a, b] = [Float64Array.of(0, 0, 2, 0, 7, 0), Float64Array.of(0, 0, 1, 0).map((x, i) => (i === 2 ? 2 : x))]
    expect(modifiedHausdorff(a, b)).toBeCloseTo((0 + 0 + 5) / 3)
    expect(modifiedHausdorff(b, a)).toBeCloseTo((0 + 0 + 5) / 3)
    expect(modifiedHausdorff(Float64Array.of(0, 0), Float64Array.of(3, 4))).toBe(5)
  })

  it('does not see where a drawing lies', () => {
    const points = [
      [1, 2],
      [5, 2],
      [3, 8],
    ] as const
    const moved = points.map(([x, y]) => [x + 10, y - 4] as const)
    expect(modifiedHausdorff(centred(points), centred(moved))).toBeCloseTo(0)
  })
})

describe('drawings', () => {
  const drawing = new Uint8Array(105 * 105)
  for (let y = 30; y < 60; y++) for (let x = 10; x < 25; x++) drawing[105 * y + x] = 1

  it('keep their ink when they become smaller, with its middle in the middle', () => {
    const cells = shrunk(drawing)
    const ink = cells.reduce((sum, cell) => sum + cell, 0)
    expect(ink).toBeCloseTo((30 * 15) / 3.75 ** 2, 3)
    const middle = (of: (at: number) => number) => cells.reduce((sum, cell, at) => sum + cell * of(at), 0) / ink
    expect(middle((at) => at % 28)).toBeCloseTo(13.5, 1)
    expect(middle((at) => Math.floor(at / 28))).toBeCloseTo(13.5, 1)
    expect(Math.max(...cells)).toBeCloseTo(1)
  })

  it('have eight different turns', () => {
    const picture = Float32Array.from({ length: 784 }, (_, i) => i)
    const turns = Array.from({ length: 8 }, (_, turn) => turned(picture, turn).join())
    expect(new Set(turns).size).toBe(8)
    expect(turns[0]).toBe(picture.join())
    expect(turned(turned(picture, 1), 3).join()).toBe(turns[0])
    expect(turned(turned(picture, 4), 4).join()).toBe(turns[0])
  })

  it('make trials with one drawer on each side', () => {
    const characters = ['a', 'b', 'c'].map((name, i) => ({
      ...{ name, alphabet: 'Greek' },
      drawings: [0, 1, 2].map((drawer) => Float32Array.of(i, drawer)),
    }))
    for (const trial of trialsOf(characters, 10, 3)) {
      const drawers = [trial.train, trial.test].map((some) => new Set(some.map((one) => one[1])))
      expect(drawers.map(({ size }) => size)).toEqual([1, 1])
      expect([...drawers[0]!]).not.toEqual([...drawers[1]!])
      const places = nearestBy(trial, (one, other) => Math.abs(one[0]! - other[0]!))
      expect(shareRight([places], [trial])).toBe(1)
    }
  })
})

describe('losses of embeddings [classes, drawings, features]', () => {
  const apart = (distance: number) =>
    tensor(
      Array.from({ length: 15 }, (_, i) =>
        Array.from({ length: 4 }, () => [distance * (i % 5), distance * Math.floor(i / 5)]),
      ),
    ) as Tensor

  it.each(Object.entries({ siamese, triplet, prototypical }))(
    '%s is small where classes lie apart',
    async (_, loss) => {
      expect(await loss(apart(10)).item()).toBeLessThan(1e-6)
      expect(await loss(apart(0.01)).item()).toBeGreaterThan(0.1)
      seed(0)
      const mixed = random.normal([15, 4, 2]).mul(10) as Tensor
      expect(await loss(mixed).item()).toBeGreaterThan(0.1)
    },
  )

  it('prototypical is the cross entropy of squared distances to the first drawings', async () => {
    const vectors = [
      [[0], [1]],
      [[3], [2.5]],
    ]
    const crossEntropy = (own: number, other: number) => Math.log(1 + Math.exp(own ** 2 - other ** 2))
    const wanted = (crossEntropy(1, 2) + crossEntropy(0.5, 2.5)) / 2
    expect(await prototypical(tensor(vectors) as Tensor).item()).toBeCloseTo(wanted, 5)
  })
})
