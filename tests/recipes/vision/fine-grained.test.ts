import { seed } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../../src/recipes/vision/decisions/open-set.js'
import { speciesPictures } from '../../../src/recipes/vision/decisions/species.js'
import { runInMemory } from '../running.js'
import { withOmniglotFiles } from './omniglot-files.js'

withOmniglotFiles({ drawers: 8 })

describe('species', () => {
  const drawn = (first: number, from: number) => speciesPictures({ seed: 0, first, species: 6, each: 6, from })

  it('are the same by number, and individuals are others', () => {
    expect(drawn(3, 0).values('inputs')).toEqual(drawn(3, 0).values('inputs'))
    expect(drawn(3, 0).values('inputs')).not.toEqual(drawn(3, 100).values('inputs'))
  })

  // By chance it would be one of six.
  it('differ more than individuals: means of a species are nearer to their own than to others', () => {
    const means = (from: number) => {
      const data = drawn(0, from)
      return Array.from({ length: 6 }, (_, species) => {
        const { inputs } = data.gather(Array.from({ length: 6 }, (_, i) => 6 * species + i))
        return Float32Array.from({ length: 3072 }, (_, at) => {
          let sum = 0
          for (let i = 0; i < 6; i++) sum += inputs.data[3072 * i + at]!
          return sum / 6
        })
      })
    }
    const [some, others] = [means(0), means(100)]
    const distance = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0)
    const right = some.filter((mean, i) => {
      const distances = others.map((other) => distance(mean, other))
      return distances.indexOf(Math.min(...distances)) === i
    })
    expect(right.length).toBeGreaterThanOrEqual(4)
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
  const options = { species: 4, others: 4, unknown: 4, before: 8, epochs: 20 }
  const { metrics, pictures } = await runInMemory('fine-grained', options)
  expect(metrics.speciesPretrained).toBeGreaterThan(0.4)
  expect(metrics.gain).toBeCloseTo(metrics.speciesPretrained! - metrics.speciesFromNothing!)
  expect(metrics.charactersPretrained).toBeGreaterThan(0.4)
  expect(metrics.nearnessArea).toBeGreaterThan(0.3)
  expect(Object.keys(pictures)).toHaveLength(4)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
