import { RandomStream } from 'shapewise/data'
import { trustworthiness } from 'shapewise/projections'
import { describe, expect, it } from 'vitest'
import { asPictures, nearestTo, scaled, type Vectors } from '../../../studio/embedding/data/collection.js'
import { examples } from '../../../studio/embedding/data/examples.js'
import { type Frame, Projector } from '../../../studio/embedding/method/projector.js'
import { decodeSettings, defaults, encodeSettings, type Settings } from '../../../studio/embedding/method/settings.js'

const random = new RandomStream(4)
const vectorsOf = (rows: readonly (readonly number[])[]): Vectors => {
  return { count: rows.length, width: rows[0]?.length ?? 1, data: Float32Array.from(rows.flat()) }
}
const cloud = (count: number, width: number): Vectors =>
  vectorsOf(Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal())))

/** All frames of a projection. */
async function project(projector: Projector, changes: Partial<Settings>): Promise<Frame[]> {
  const frames: Frame[] = []
  const turn = async () => {}
  await projector.project(
    { ...defaults, steps: 300, ...changes },
    { tell: (frame) => frames.push(frame), prepare() {}, turn, rest: turn },
  )
  return frames
}
const last = (frames: readonly Frame[]): Frame => frames.at(-1)!

describe('a projector', () => {
  const { vectors, colourings } = examples.clusters(250)

  it.each(['pca', 'tsne', 'umap'] as const)('places clusters apart by %s, and measures how well', async (method) => {
    const { places, trust, isDone } = last(await project(new Projector(vectors), { method, epochs: 150 }))
    expect(isDone).toBe(true)
    const rows = Array.from({ length: 250 }, (_, i) => Array.from(places.subarray(3 * i, 3 * i + 2)))
    const given = Array.from({ length: 250 }, (_, i) => Array.from(vectors.data.subarray(50 * i, 50 * (i + 1))))
    expect(await trustworthiness(given, rows, { k: 10 })).toBeCloseTo(trust!, 4)
    expect(trust).toBeGreaterThan(method === 'pca' ? 0.75 : 0.9)
    // The label of the nearest in the picture is one's own, but for the widest cloud now and then.
    const labels = colourings[0]!.of
    let right = 0
    for (let i = 0; i < 250; i++) {
      const [nearest] = nearestTo({ count: 250, width: 3, data: places }, i, 'euclidean', 1)
      if (labels[nearest!.index] === labels[i]) right++
    }
    expect(right / 250).toBeGreaterThan(method === 'pca' ? 0.7 : 0.9)
  })

  it.each(['tsne', 'umap'] as const)(
    'gives the same picture by %s for the same seed, another for another',
    async (method) => {
      const places = async (seed: number) =>
        last(await project(new Projector(vectors), { method, seed, steps: 260, epochs: 50, dimensions: '3' })).places
      expect(await places(1)).toEqual(await places(1))
      expect(await places(2)).not.toEqual(await places(1))
    },
  )

  it('goes on from where points are when the perplexity changes, also to more neighbours than were looked for', async () => {
    const projector = new Projector(vectors)
    const before = last(await project(projector, { perplexity: 10 }))
    const after = await project(projector, { perplexity: 60 })
    expect(after[0]!.places).toEqual(before.places)
    expect(last(after).places).not.toEqual(before.places)
    projector.forget()
    expect((await project(projector, { perplexity: 10 }))[0]!.places).not.toEqual(last(after).places)
  })

  it.each(['pca', 'tsne', 'umap'] as const)('takes few, equal and flat vectors by %s', async (method) => {
    const equal = vectorsOf(Array.from({ length: 40 }, () => [1, 2, 3]))
    const flat = vectorsOf(Array.from({ length: 40 }, (_, i) => [i, 5, 5]))
    const line = cloud(40, 1)
    for (const given of [...[0, 1, 2, 3, 4, 6].map((count) => cloud(count, 3)), equal, flat, line]) {
      for (const dimensions of ['2', '3'] as const) {
        const { places } = last(await project(new Projector(given), { method, dimensions, steps: 260, epochs: 50 }))
        expect(places).toHaveLength(3 * given.count)
        expect(places.every(Number.isFinite)).toBe(true)
      }
    }
  })

  it('says which setting could not be kept', async () => {
    expect(last(await project(new Projector(cloud(20, 3)), {})).warning).toMatch(/the perplexity is 6.3 at most/)
    expect(last(await project(new Projector(cloud(4, 3)), { method: 'umap' })).warning).toMatch(
      /UMAP needs five points/,
    )
    const few = await project(new Projector(cloud(8, 3)), { method: 'umap', epochs: 50 })
    expect(last(few).warning).toMatch(/6 neighbours each at most/)
  })

  it('places vectors whose columns differ by nine orders of magnitude', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [(i >> 1) * 1e5 + 1e7, (i % 2) * 1e-3, 7])
    const wide = last(await project(new Projector(vectorsOf(rows)), { method: 'pca' })).places
    // As they are the second axis is the small column; scaled, both count.
    expect(Math.abs(wide[1]! - wide[4]!)).toBeCloseTo(1e-3, 6)
    for (const method of ['tsne', 'umap'] as const) {
      const { places } = last(await project(new Projector(vectorsOf(rows)), { method, scaling: 'columns', epochs: 50 }))
      expect(places.every(Number.isFinite)).toBe(true)
    }
  })
})

describe('vectors', () => {
  it('have neighbours by both distances', () => {
    const vectors = vectorsOf([
      [1, 0],
      [10, 1],
      [0.5, 0.6],
      [0, 0],
    ])
    expect(nearestTo(vectors, 0, 'euclidean', 2).map(({ index }) => index)).toEqual([2, 3])
    const [first] = nearestTo(vectors, 0, 'cosine', 3)
    expect(first!.index).toBe(1)
    expect(first!.distance).toBeCloseTo(1 - 10 / Math.sqrt(101), 6)
    // What has no length has no direction.
    expect(nearestTo(vectors, 3, 'cosine', 3).map(({ distance }) => distance)).toEqual([1, 1, 1])
  })

  it('are scaled', () => {
    const vectors = vectorsOf([
      [3, 4],
      [0, 0],
      [3, 1],
    ])
    expect(Array.from(scaled(vectors, 'unit').data.subarray(0, 4))).toEqual([0.6, 0.8, 0, 0].map(Math.fround))
    const columns = scaled(vectors, 'columns').data
    for (const axis of [0, 1]) {
      const column = [0, 1, 2].map((i) => columns[2 * i + axis]!)
      expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 5)
      expect(column.reduce((sum, value) => sum + value * value, 0) / 3).toBeCloseTo(1, 5)
    }
    expect(scaled(vectors, 'none')).toBe(vectors)
  })

  it('are pictures where they are squares of grey, with ink as there is less of', () => {
    const [paper, ink] = [
      vectorsOf([Array(25).fill(0), [9, ...Array(24).fill(0)]]),
      vectorsOf([[0, ...Array(24).fill(4)]]),
    ]
    expect(asPictures(paper)?.pixels[25]).toBe(255)
    expect(asPictures(ink)?.pixels.slice(0, 2)).toEqual(Uint8Array.of(255, 0))
    for (const rows of [[Array(24).fill(1)], [Array(25).fill(0)], [[-1, ...Array(24).fill(1)]]]) {
      expect(asPictures(vectorsOf(rows))).toBeUndefined()
    }
  })
})

it('settings go into an address and come back; nonsense is as by default', () => {
  const settings: Settings = {
    ...defaults,
    data: 'F6',
    method: 'umap',
    distance: 0.35,
    trained: false,
    pictures: true,
    seed: 7,
  }
  expect(decodeSettings(encodeSettings(settings))).toEqual(settings)
  expect(encodeSettings(defaults).toString()).toBe('')
  const odd = new URLSearchParams('data=toString&count=1e9&perplexity=x&method=__proto__&seed=-4&constructor=1')
  expect(decodeSettings(odd)).toEqual({ ...defaults, count: 10_000, seed: 1 })
})
