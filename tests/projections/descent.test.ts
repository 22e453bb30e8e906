import { RandomStream } from 'shapewise/data'
import { nearestNeighbours, pca, TSne, trustworthiness, tsne } from 'shapewise/projections'
import { describe, expect, it } from 'vitest'

const random = new RandomStream(3)
const cloud = (count: number, width: number, spread = 1): number[][] =>
  Array.from({ length: count }, () => Array.from({ length: width }, () => random.normal(0, spread)))

describe('the gradient of t-SNE', () => {
  it.each([1, 2, 3])('is that of finite differences in %i dimensions', async (components) => {
    const neighbours = await nearestNeighbours(cloud(30, 5), { k: 29 })
    const start = Float64Array.from({ length: 30 * components }, () => random.normal())
    const run = new TSne(neighbours, components, start, { perplexity: 8, angle: 0 })
    // Far from the start, where nothing is alike any more.
    for (const axis of [run.x, run.y, run.z].slice(0, components))
      axis.set(Float64Array.from({ length: 30 }, () => random.normal()))
    const gradient = run.gradient().slice()
    for (const [axis, places] of [run.x, run.y, run.z].slice(0, components).entries()) {
      for (const i of [0, 7, 29]) {
        const [before, step] = [places[i], 1e-5]
        const [up, down] = [step, -step].map((by) => {
          places[i] = before + by
          return run.divergence()
        })
        places[i] = before
        expect(gradient[3 * i + axis]).toBeCloseTo((up - down) / (2 * step), 7)
      }
    }
  })

  it('by cells is nearly that of all pairs', async () => {
    const neighbours = await nearestNeighbours(cloud(600, 5), { k: 60 })
    const start = Float64Array.from({ length: 1800 }, () => random.normal())
    const [exact, quick] = [0, 0.5].map((angle) => {
      const run = new TSne(neighbours, 3, start, { perplexity: 20, angle })
      for (const axis of [run.x, run.y, run.z]) for (let i = 0; i < 600; i++) axis[i] *= 1e5
      return { gradient: run.gradient(), divergence: run.divergence() }
    })
    const size = Math.hypot(...exact.gradient)
    expect(Math.hypot(...exact.gradient.map((value, i) => value - quick.gradient[i]))).toBeLessThan(0.05 * size)
    expect(Math.abs(quick.divergence / exact.divergence - 1)).toBeLessThan(0.005)
  })
})

describe('t-SNE', () => {
  it('is the same each time, whatever the scale of the vectors', async () => {
    const vectors = cloud(60, 4)
    const places = async (factor: number, onStep = (_: TSne): void => {}) => {
      const scaled = vectors.map((row) => row.map((value) => value * factor))
      return (await tsne(scaled, { perplexity: 10, steps: 50, onStep })).places.data()
    }
    expect(await places(1)).toEqual(await places(1))
    // Looking at it changes nothing.
    expect(await places(1, (run) => void run.divergence())).toEqual(await places(1))
    // Powers of two round nothing.
    expect(await places(2 ** 40)).toEqual(await places(1))
  })

  it('takes equal vectors, constant columns, and as few as there are', async () => {
    const equal = await tsne(
      Array.from({ length: 12 }, () => [1, 2, 3]),
      { perplexity: 3, steps: 300 },
    )
    expect(Array.from(await equal.places.data()).every(Number.isFinite)).toBe(true)
    for (const count of [2, 3, 4]) {
      const { places, divergence } = await tsne(cloud(count, 3), { perplexity: 1, steps: 300 })
      expect(Array.from(await places.data()).every(Number.isFinite)).toBe(true)
      expect(Number.isFinite(divergence)).toBe(true)
    }
    const flat = await tsne(cloud(20, 1), { components: 3, perplexity: 4, steps: 300 })
    expect(Array.from(await flat.places.data()).every(Number.isFinite)).toBe(true)
  })

  it('goes on where it is when the perplexity changes', async () => {
    const vectors = cloud(80, 4)
    const neighbours = await nearestNeighbours(vectors, { k: 60 })
    const run = new TSne(
      neighbours,
      2,
      vectors.flatMap((row) => row.slice(0, 2)),
      { perplexity: 5 },
    )
    while (run.steps < 500) run.step()
    run.settings.perplexity = 20
    const before = run.divergence()
    run.resume(250)
    while (run.steps < 500) run.step()
    expect(run.divergence()).toBeLessThan(before)
  })

  it('stops where it is asked to', async () => {
    const controller = new AbortController()
    const onStep = (run: TSne) => {
      if (run.steps === 3) controller.abort(new Error('enough'))
    }
    await expect(tsne(cloud(20, 3), { perplexity: 4, signal: controller.signal, onStep })).rejects.toThrow('enough')
  })

  it('says what it cannot do', async () => {
    await expect(tsne([])).rejects.toThrow(/no vectors/)
    await expect(tsne(cloud(10, 3))).rejects.toThrow(/perplexity is 30 for 10 vectors/)
    await expect(tsne([[1], [Number.NaN], [2]], { perplexity: 1 })).rejects.toThrow(/vector 1 has NaN at 0/)
    await expect(tsne(cloud(9, 3), { perplexity: 2, components: 4 })).rejects.toThrow(/components is 4/)
    await expect(pca([[1, 2]], { components: 3 })).rejects.toThrow(/There are 2 features/)
    await expect(nearestNeighbours([[1], [2]], { k: 2 })).rejects.toThrow(/each has 1 others/)
    await expect(trustworthiness([[1], [2]], [[1], [2]])).rejects.toThrow(/k is 5 for 2 vectors/)
  })
})

describe('principal components', () => {
  it('of more features than are held as a covariance are those of a few', async () => {
    // Vectors of 1,500 features that lie in a plane.
    const [a, b] = [cloud(1, 1500)[0], cloud(1, 1500)[0]]
    const vectors = cloud(50, 2).map(([s, t]) => a.map((value, j) => 3 * s * value + t * b[j]))
    const found = await pca(vectors, { components: 3 })
    expect(found.shares[0] + found.shares[1]).toBeCloseTo(1, 5)
    const back = await (await found.inverse(await found.transform(vectors))).data()
    const error = Math.hypot(...vectors.flat().map((value, i) => value - Number(back[i])))
    expect(error / Math.hypot(...vectors.flat())).toBeLessThan(1e-4)
  })

  it('of equal vectors are anything, without variance', async () => {
    const found = await pca(
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
      { components: 3 },
    )
    expect(Array.from(found.variances)).toEqual([0, 0, 0])
    expect(Array.from(found.shares)).toEqual([0, 0, 0])
    const places = await (await found.transform([[1, 2, 3]])).data()
    expect(Array.from(places, Number)).toEqual([0, 0, 0])
  })
})
