import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random, seed, type Tensor, tensor, zeros } from 'shapewise'
import { generateDigits, writeIdx } from 'shapewise/data'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { digitDataset } from '../../../src/data/sources/mnist-files.js'
import { findCriticalPoints } from '../../../src/recipes/training/critical-points.js'
import { CLASSES, descend, digitLandscape, weightCount } from '../../../src/recipes/training/landscape.js'
import { runInMemory } from '../running.js'

beforeEach(() => {
  seed(0)
})

describe('findCriticalPoints', () => {
  it('finds minima, saddles and maxima of cos x + cos y, and what index they have', async () => {
    const f = (x: Tensor<[number]>) => x.cos().sum() as Tensor<[]>
    const starts = random.uniform([30, 2], { low: -3, high: 3, dtype: 'float64' })
    const found = await findCriticalPoints(f, starts, { steps: 30 })
    expect(found.length).toBeGreaterThan(20)
    for (const { loss, index, eigenvalues } of found) {
      // cos is 1 with curvature −1, or −1 with curvature 1.
      const negative = Math.round((loss + 2) / 2)
      expect(loss).toBeCloseTo(2 * negative - 2, 12)
      expect(index).toBe(negative / 2)
      expect(Array.from(eigenvalues, Math.round)).toEqual([-1, -1, 1, 1].slice(2 - negative, 4 - negative))
    }
    expect(new Set(found.map(({ index }) => index))).toEqual(new Set([0, 0.5, 1]))
  })

  it('accepts nothing where the gradient does not vanish', async () => {
    const slope = (x: Tensor<[number]>) => x.sum().add(x.square().sum().mul(0).exp()) as Tensor<[]>
    expect(await findCriticalPoints(slope, zeros([2, 3], 'float64'), { steps: 5 })).toEqual([])
  })
})

describe('digitLandscape', () => {
  it('is ln 10 where all weights are 0, and ten offsets away a cross-entropy that is known', async () => {
    const { images, labels } = generateDigits({ count: 30, seed: 1 })
    const landscape = await digitLandscape(digitDataset(images, labels), 3, 2)
    const size = weightCount(3, 2)
    expect(size).toBe(2 * (3 + 1 + CLASSES) + CLASSES)
    expect(await landscape(zeros([size], 'float64')).item()).toBeCloseTo(Math.log(10), 12)
    const weights = new Float64Array(size)
    weights[size - 10] = 2
    const zerosThere = labels.filter((label) => label === 0).length / 30
    const expected = Math.log(Math.exp(2) + 9) - 2 * zerosThere + 0.005 * 4
    expect(await landscape(tensor(weights, [size])).item()).toBeCloseTo(expected, 12)
  })

  it('is descended', async () => {
    const bowl = (x: Tensor<[number]>) => x.square().sum() as Tensor<[]>
    const { places, losses } = await descend(bowl, random.normal([3, 2], { dtype: 'float64' }), { steps: 150 })
    expect(losses).toHaveLength(150)
    expect(await places.abs().max().item()).toBeLessThan(1e-2)
  })
})

describe('saddle-points', () => {
  const root = mkdtempSync(join(tmpdir(), 'saddle-points-'))
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true, force: true })
  })

  it('finds saddles whose loss rises with their index, and alike minima of wide networks', async () => {
    mkdirSync(join(root, 'mnist'))
    const { images, labels } = generateDigits({ count: 60, seed: 1 })
    for (const name of ['train', 't10k']) {
      const file = (kind: string) => join(root, 'mnist', `${name}-${kind}-ubyte`)
      writeFileSync(file('images-idx3'), writeIdx({ type: 'uint8', shape: [60, 28, 28], data: images }))
      writeFileSync(file('labels-idx1'), writeIdx({ type: 'uint8', shape: [60], data: labels }))
    }
    vi.stubEnv('SHAPEWISE_DATA', root)
    const { metrics, tables, pictures } = await runInMemory('saddle-points', {
      ...{ starts: 40, examples: 60, steps: 250, runs: 8 },
    })
    expect(metrics.criticalPoints).toBeGreaterThan(3)
    expect(metrics.indexLossCorrelation).toBeGreaterThan(0.8)
    expect(metrics.spreadOf32Units).toBeLessThan(0.5 * metrics.spreadOf2Units!)
    // The highest is the place of zero weights: all classes alike but for how often they occur.
    expect(Number(tables[0]!.rows.at(-1)![0])).toBeGreaterThan(2)
    expect(Object.keys(pictures)).toHaveLength(3)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })
})
