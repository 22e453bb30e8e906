import { seed } from 'shapewise'
import { checkerboard, dataset, floatColumn, gaussians, RandomStream } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import { contest, type Settings, score } from '../../../src/recipes/foundations/trees/contest.js'
import type { Split, Views } from '../../../src/recipes/foundations/trees/problems.js'
import { runInMemory } from '../running.js'

const context = {
  report: { log() {}, data() {}, progress() {}, epoch: () => Promise.resolve(), table() {}, pictures() {} },
  signal: new AbortController().signal,
  seed: 0,
}
const settings: Settings = {
  forest: { trees: 30 },
  boosting: { rounds: 40, depth: 4, leafRows: 3 },
  network: { hidden: [32], epochs: 20, batchSize: 16, learningRate: 1e-2, dropout: 0 },
}
const views = (split: Split): Views => ({ trees: split, network: split })

describe('score', () => {
  it('is the share of right classes, or R²', () => {
    expect(score([1, 0, 2, 2], { kind: 'classes', labels: [1, 0, 1, 2], count: 3 })).toBe(0.75)
    expect(score([1, 2, 3], { kind: 'values', values: [1, 2, 3] })).toBe(1)
    // The mean for all explains nothing; by hand: 1 − (1 + 0 + 1) / 2.
    expect(score([2, 2, 2], { kind: 'values', values: [1, 2, 3] })).toBe(0)
    expect(score([2, 2, 4], { kind: 'values', values: [1, 2, 3] })).toBe(0)
  })
})

describe('contest', () => {
  it('all three tell clouds apart that hardly overlap', async () => {
    seed(0)
    const [train, test] = gaussians({ count: 400, classes: 3, noise: 0.2, seed: 1 }).split(0.5, { stratify: 'labels' })
    const scores = await contest(context, 'clouds', [views({ kind: 'classes', classes: 3, train, test })], settings)
    for (const value of Object.values(scores)) expect(value).toBeGreaterThan(0.9)
  })

  it('trees see steps along the axes that a small network does not', async () => {
    seed(0)
    const [train, test] = checkerboard({ count: 2000, seed: 1 }).split(0.5, { stratify: 'labels' })
    const scores = await contest(context, 'board', [views({ kind: 'classes', classes: 2, train, test })], settings)
    expect(scores.boosting).toBeGreaterThan(scores.network + 0.05)
  })

  it('all three learn values', async () => {
    seed(0)
    const random = new RandomStream(0)
    const draw = (rows: number) => {
      const x = Float32Array.from({ length: rows * 2 }, () => random.normal())
      const y = Float32Array.from({ length: rows }, (_, i) => x[2 * i]! + Math.sin(2 * x[2 * i + 1]!))
      return dataset({ inputs: floatColumn(x, [2]), targets: floatColumn(y, [1]) })
    }
    const split: Split = { kind: 'values', train: draw(800), test: draw(400) }
    const scores = await contest(context, 'waves', [views(split)], settings)
    for (const value of Object.values(scores)) expect(value).toBeGreaterThan(0.85)
  })
})

describe('forests-against-networks', () => {
  it('compares them on what data there are, and draws where they see classes', async () => {
    seed(0)
    const { metrics, tables, pictures } = await runInMemory('forests-against-networks', { limit: 300 })
    expect(metrics.digitsForestAccuracy).toBeGreaterThan(0.5)
    expect(metrics.digitsNetworkAccuracy).toBeGreaterThan(0.3)
    expect(tables.at(-1)!.columns).toEqual(['', 'forest', 'boosting', 'network'])
    expect(Object.keys(pictures)).toContain('1-who-errs-least.svg')
    expect(Object.keys(pictures)).toContain('3-steps-along-the-axes-against-curves.svg')
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  }, 180_000)
})
