import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed } from 'shapewise'
import { generateDigits, RandomStream, writeIdx } from 'shapewise/data'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runInMemory } from '../running.js'

/** Folders of data as users have them. */
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'random-labels-'))
  vi.stubEnv('SHAPEWISE_DATA', root)
  vi.stubEnv('SHAPEWISE_OFFLINE', '1')
  seed(0)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

/** Records of CIFAR-10 whose class is the brightness of a column of pixels among noise. */
function writeStripes(name: string, count: number, start: number): void {
  const random = new RandomStream(start)
  const records = new Uint8Array(count * 3073)
  for (let i = 0; i < count; i++) {
    const record = records.subarray(i * 3073, (i + 1) * 3073)
    const label = random.integer(10)
    record[0] = label
    for (let at = 0; at < 3072; at++) {
      const isLit = Math.floor((at % 32) / 3) === label
      record[at + 1] = random.uniform(0, 100) + (isLit ? 80 : 0)
    }
  }
  mkdirSync(join(root, 'cifar10'), { recursive: true })
  writeFileSync(join(root, 'cifar10', name), records)
}

describe('random-labels', () => {
  it('learns true and random labels, and tells only true ones of pictures it has not seen', async () => {
    writeStripes('train_first4000.bin', 150, 1)
    writeStripes('test_first1000.bin', 300, 2)
    const { metrics, tables, pictures } = await runInMemory('random-labels', { batchSize: 25 })
    expect(metrics.randomTrainAccuracy).toBeGreaterThanOrEqual(0.99)
    // Chance, with four standard deviations.
    expect(metrics.randomTestAccuracy).toBeLessThan(0.1 + 4 * Math.sqrt(0.09 / 300))
    expect(metrics.trueTestAccuracy).toBeGreaterThan(0.9)
    expect(metrics.randomTimeFactor).toBeGreaterThan(1)
    expect(tables[0]!.rows).toHaveLength(9)
    const accuracyOf = (name: string): number =>
      Number.parseFloat(tables[0]!.rows.find(([kind]) => kind === name)![3] as string)
    // Layers without a notion of neighbours do not care about the order of pixels, as long as it is the same.
    expect(accuracyOf('shuffled pixels')).toBeGreaterThan(90)
    expect(accuracyOf('random pixels')).toBeLessThan(25)
    expect(accuracyOf('20 % random')).toBeGreaterThan(accuracyOf('80 % random'))
    expect(Object.keys(pictures)).toHaveLength(4)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
  })

  it('takes digits where there is no CIFAR-10', async () => {
    mkdirSync(join(root, 'mnist'))
    const { images, labels } = generateDigits({ count: 60, seed: 1 })
    for (const name of ['train', 't10k']) {
      const file = (kind: string) => join(root, 'mnist', `${name}-${kind}-ubyte`)
      writeFileSync(file('images-idx3'), writeIdx({ type: 'uint8', shape: [60, 28, 28], data: images }))
      writeFileSync(file('labels-idx1'), writeIdx({ type: 'uint8', shape: [60], data: labels }))
    }
    const { metrics } = await runInMemory('random-labels', { batchSize: 20 })
    expect(metrics.randomTrainAccuracy).toBeGreaterThan(0.95)
    expect(metrics.trueTestAccuracy).toBeGreaterThan(0.95)
  })
})
