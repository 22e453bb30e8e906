import { seed } from 'shapewise'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { speciesPictures } from '../../../src/recipes/vision/decisions/species.js'
import { runInMemory } from '../running.js'

beforeAll(() => {
  vi.stubEnv('SHAPEWISE_OFFLINE', '1')
  vi.stubEnv('SHAPEWISE_DATA', '/nowhere')
})
afterAll(() => {
  vi.unstubAllEnvs()
})

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

it('fine-grained compares learning before and not, and refuses', async () => {
  seed(0)
  const { metrics, pictures } = await runInMemory('fine-grained', { species: 4, others: 4, unknown: 4, epochs: 20 })
  expect(metrics.accuracyWith).toBeGreaterThan(0.4)
  expect(metrics.charactersGain).toBeUndefined()
  expect(metrics.openSetArea).toBeGreaterThan(0.3)
  expect(Object.keys(pictures)).toHaveLength(3)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
