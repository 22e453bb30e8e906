import { seed } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import type { Traits } from '../../../src/recipes/vision/decisions/drawn-species.js'
import { refusal } from '../../../src/recipes/vision/decisions/open-set.js'
import { individual, speciesPictures, typical } from '../../../src/recipes/vision/decisions/species.js'
import { runInMemory } from '../running.js'
import { withOmniglotFiles } from './omniglot-files.js'

withOmniglotFiles({ drawers: 12 })

describe('species', () => {
  const drawn = (first: number, from: number) =>
    speciesPictures({ seed: 0, family: 'one', first, species: 6, each: 6, from })

  it('are the same by number, and individuals are others', () => {
    expect(drawn(3, 0).values('inputs')).toEqual(drawn(3, 0).values('inputs'))
    expect(drawn(3, 0).values('inputs')).not.toEqual(drawn(3, 100).values('inputs'))
  })

  it('are leaves, which are greener, and seeds by turns', () => {
    const data = drawn(0, 0)
    const greenness = [0, 0]
    for (let i = 0; i < data.length; i++) {
      const { inputs, labels } = data.example(i)
      for (let at = 0; at < 3 * 1024; at += 3) greenness[labels % 2]! += inputs[at + 1]! - inputs[at]!
    }
    expect(greenness[0]!).toBeGreaterThan(greenness[1]! + 500)
  })

  it('differ in traits seven times as much as their individuals do', () => {
    const random = new RandomStream(0)
    const spread = (sample: () => Traits) => {
      const lengths = Array.from({ length: 200 }, () => sample().length)
      const mean = lengths.reduce((sum, value) => sum + value, 0) / 200
      return Math.sqrt(lengths.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 200)
    }
    const one = typical(random, 'one')
    expect(spread(() => typical(random, 'all'))).toBeCloseTo(1 / Math.sqrt(12), 1)
    expect(spread(() => typical(random, 'one'))).toBeCloseTo(0.4 / Math.sqrt(12), 1)
    expect(spread(() => individual(random, one))).toBeCloseTo(0.016, 2)
  })
})

describe('a refusal', () => {
  it('refuses what does not reach the score of nine tenths of known pictures', () => {
    const aside = [0.5, 0.9, 0.3, 0.6, 0.7, 0.8, 0.4, 0.95, 0.99, 1]
    const { threshold, accepted, accuracy, refused, curve } = refusal(
      { aside, known: [0.35, 0.4, 0.6, 0.9], unknown: [0.1, 0.2, 0.5] },
      [true, false, true, true],
    )
    expect(threshold).toBe(0.4)
    expect([accepted, accuracy, refused]).toEqual([3 / 4, 2 / 3, 2 / 3])
    // Of 12 pairs, the known one scores higher in all but two.
    expect(curve.area).toBeCloseTo(10 / 12)
  })
})

it('fine-grained compares learning before and not, and refuses', async () => {
  seed(0)
  const options = { species: 4, others: 4, unknown: 4, alone: 20, before: 4, afterwards: 10 }
  const { metrics, pictures } = await runInMemory('fine-grained', options)
  expect(metrics.speciesPretrained).toBeGreaterThan(0.4)
  expect(metrics.gain).toBeCloseTo(metrics.speciesPretrained! - metrics.speciesFromNothing!)
  expect(metrics.charactersGain).toBeCloseTo(metrics.charactersPretrained! - metrics.charactersFromNothing!)
  expect(metrics.nearnessArea).toBeGreaterThan(0.3)
  expect(Object.keys(pictures)).toHaveLength(4)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
