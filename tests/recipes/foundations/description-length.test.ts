import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed, type Tensor, tensor, zeros } from 'shapewise'
import { generateDigits, writeIdx } from 'shapewise/data'
import { Module } from 'shapewise/nn'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { digitDataset } from '../../../src/data/sources/mnist-files.js'
import { beginnings, codeLength, frequencyBits, quantized } from '../../../src/recipes/foundations/label-codes.js'
import { runInMemory } from '../running.js'

beforeEach(() => {
  seed(0)
})

/** Says what stands in the first ten pixels. */
class Oracle extends Module {
  constructor(readonly certainty: number) {
    super()
  }

  forward(x: Tensor<[number, 28, 28, 1]>): Tensor<[number, 10]> {
    return x.reshape([x.shape[0], 784]).slice([0, x.shape[0]], [0, 10]).mul(this.certainty) as Tensor<[number, 10]>
  }
}

describe('codes of labels', () => {
  const labels = Uint8Array.from({ length: 100 }, (_, i) => (i * 7) % 10)
  const images = new Uint8Array(100 * 784)
  labels.forEach((label, i) => {
    // Every tenth of the answers is wrong.
    images[784 * i + (i % 10 === 9 ? (label + 1) % 10 : label)] = 255
  })
  const data = digitDataset(images, labels)

  it('takes log₂ 10 bits for a label of which nothing is known', async () => {
    expect(await codeLength(new Oracle(0), data)).toBeCloseTo(100 * Math.log2(10), 3)
  })

  it('finds out how sure it may be of answers of which a tenth is wrong', async () => {
    // The best that can be done with one certainty for all: the entropy of right, and of which is wrong.
    const best = -90 * Math.log2(0.9) - 10 * Math.log2(0.1 / 9)
    const bits = await codeLength(new Oracle(8), data)
    expect(bits).toBeGreaterThan(best)
    expect(bits).toBeLessThan(1.1 * best)
  })

  it('counts labels by the rule of Laplace', () => {
    // 0! 1! … of each label, over 10 · 11 · 12 · 13.
    expect(frequencyBits([3, 3, 5, 3])).toBeCloseTo(Math.log2((10 * 11 * 12 * 13) / (1 * 2 * 1 * 3)), 10)
  })

  it('doubles its blocks', () => {
    expect(beginnings(300)).toEqual([32, 64, 128, 256])
    expect(beginnings(256)).toEqual([32, 64, 128])
  })

  it('rounds weights to evenly spaced numbers', async () => {
    const rounded = quantized(tensor([-1, -0.4, 0.3, 0.9, 1]), 2)
    for (const [i, value] of [-1, -1 / 3, 1 / 3, 1, 1].entries()) {
      expect((await rounded.data())[i]).toBeCloseTo(value, 6)
    }
    expect(
      await quantized(zeros([2]), 4)
        .abs()
        .max()
        .item(),
    ).toBeLessThan(1e-9)
  })
})

describe('description-length', () => {
  const root = mkdtempSync(join(tmpdir(), 'description-length-'))
  afterAll(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true, force: true })
  })

  it('says labels in fewer bits the more it has seen, and shorter on the way than by weights', async () => {
    mkdirSync(join(root, 'mnist'))
    const { images, labels } = generateDigits({ count: 400, seed: 1 })
    for (const name of ['train', 't10k']) {
      const file = (kind: string) => join(root, 'mnist', `${name}-${kind}-ubyte`)
      writeFileSync(file('images-idx3'), writeIdx({ type: 'uint8', shape: [400, 28, 28], data: images }))
      writeFileSync(file('labels-idx1'), writeIdx({ type: 'uint8', shape: [400], data: labels }))
    }
    vi.stubEnv('SHAPEWISE_DATA', root)
    const { metrics, tables, pictures } = await runInMemory('description-length', { epochs: 1 })
    expect(metrics.uniformKilobits).toBeCloseTo(0.4 * Math.log2(10), 6)
    // Labels by turns, so that counting them tells nothing.
    expect(metrics.frequencyKilobits).toBeGreaterThan(metrics.uniformKilobits!)
    expect(metrics.prequentialKilobits).toBeLessThan(0.75 * metrics.uniformKilobits!)
    expect(metrics.twoPartKilobits).toBeGreaterThan(metrics.uniformKilobits!)
    expect(tables[0]!.rows).toHaveLength(11)
    expect(Object.keys(pictures)).toHaveLength(2)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })
})
