import { readFileSync } from 'node:fs'
import { RandomStream } from 'shapewise/data'
import { nearestNeighbours, pca, TSne, trustworthiness, tsne } from 'shapewise/projections'
import { describe, expect, it } from 'vitest'

type Rows = number[][]
interface Known {
  readonly pca: { vectors: Rows; axes: Rows; variances: number[]; shares: number[]; places: Rows }[]
  readonly clusters: Rows
  readonly neighbours: { indices: Rows; distances: Rows }
  readonly tsne: {
    components: number
    perplexity: number
    divergence: number
    places: Rows
    trustworthiness: number
  }[]
}
const known: Known = JSON.parse(readFileSync(new URL('../fixtures/projections.json', import.meta.url), 'utf8'))

/** Numbers differ by so much of the largest at most. */
function expectNear(actual: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(wanted.length)
  const scale = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  for (let i = 0; i < wanted.length; i++) expect(Math.abs(actual[i] - wanted[i])).toBeLessThanOrEqual(tolerance * scale)
}

describe('pca', () => {
  it.each(known.pca)('finds the components of scikit-learn, up to their sign', async (wanted) => {
    const count = wanted.variances.length
    const found = await pca(wanted.vectors, { components: count })
    const places = (await (await found.transform(wanted.vectors)).array()) as Rows
    const whitened = (await (await found.transform(wanted.vectors, { whiten: true })).array()) as Rows
    for (let k = 0; k < count; k++) {
      // Relative for each: small variances keep their digits beside large ones.
      expect(found.variances[k] / wanted.variances[k]).toBeCloseTo(1, 5)
      expect(Math.abs(found.shares[k] / wanted.shares[k])).toBeCloseTo(1, 5)
      const sign = Math.sign(found.axes[k].reduce((sum, value, j) => sum + value * wanted.axes[k][j], 0))
      const along = (rows: Rows, by: number) => rows.map((row) => by * row[k])
      expectNear(found.axes[k], along(transposed(wanted.axes), sign), 1e-4)
      expectNear(along(places, 1), along(wanted.places, sign), 1e-4)
      expectNear(along(whitened, 1), along(wanted.places, sign / Math.sqrt(wanted.variances[k])), 1e-4)
    }
  })

  it('has axes without variance where there are more than directions in which vectors differ', async () => {
    const draws = new RandomStream(4)
    const vectors = Array.from({ length: 12 }, () => Array.from({ length: 300 }, () => draws.normal()))
    const found = await pca(vectors, { components: 20 })
    expect(found.variances.every((variance, k) => (k < 11 ? variance > 1 : variance === 0))).toBe(true)
    expect(found.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5)
    for (const [k, axis] of found.axes.entries()) {
      const along = found.axes.map((other) => axis.reduce((sum, value, j) => sum + value * other[j], 0))
      expectNear(
        along,
        Array.from({ length: 20 }, (_, other) => Number(other === k)),
        1e-10,
      )
    }
    const places = await (await found.transform(vectors)).slice(':', [11, 20]).abs().max().item()
    expect(places).toBeLessThan(1e-4)
  })
})

const transposed = (rows: Rows): Rows => rows[0].map((_, j) => rows.map((row) => row[j]))

it('nearestNeighbours finds those of scikit-learn', async () => {
  const { indices, distances, k } = await nearestNeighbours(known.clusters, { k: 10 })
  expect(k).toBe(10)
  expect(Array.from(indices)).toEqual(known.neighbours.indices.flat())
  expectNear(distances, known.neighbours.distances.flat(), 1e-9)
})

describe('tsne', () => {
  it.each(known.tsne)(
    'descends as far as scikit-learn in $components dimensions with perplexity $perplexity',
    async (wanted) => {
      const { components, perplexity } = wanted
      const { places, divergence } = await tsne(known.clusters, { components, perplexity })
      expect(places.shape).toEqual([240, components])
      // Its picture by the same measure: it minds all pairs, and in three dimensions lets the tails of t fall more.
      const neighbours = await nearestNeighbours(known.clusters, { k: 3 * perplexity })
      const theirs = new TSne(neighbours, components, wanted.places.flat(), { perplexity, angle: 0 })
      for (const [k, axis] of [theirs.x, theirs.y, theirs.z].slice(0, components).entries()) {
        axis.set(wanted.places.map((place) => place[k]))
      }
      expect(divergence).toBeLessThan(theirs.divergence() * 1.05)
      // Another measure, which is not what has been descended.
      expect(await trustworthiness(known.clusters, places, { k: 7 })).toBeGreaterThan(wanted.trustworthiness - 0.01)
    },
  )

  it('of pictures that scikit-learn made trustworthiness is what it says', async () => {
    for (const { places, trustworthiness: wanted } of known.tsne) {
      expect(await trustworthiness(known.clusters, places, { k: 7 })).toBeCloseTo(wanted, 6)
    }
  })
})
