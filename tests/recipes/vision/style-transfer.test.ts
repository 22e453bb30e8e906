import { readFileSync } from 'node:fs'
import { compile, random, seed, type Tensor, tensor } from 'shapewise'
import { describe, expect, it } from 'vitest'
import { gram } from '../../../src/recipes/vision/painting/perceptual-loss.js'
import { transformerNet, waveNet } from '../../../src/recipes/vision/painting/transformer-net.js'
import { runInMemory } from '../running.js'
import { withoutPhotos } from './photo-data.js'

it('gram multiplies channels, whatever the places', () => {
  const maps = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2])
  // By hand: (1² + 3² + 5² + 7²) / 4 and so on.
  expect([...gram(maps).dataSync()]).toEqual([21, 25, 25, 30])
})

it('the network that paints keeps sizes, and stays between black and white', () => {
  seed(0)
  const model = transformerNet({ channels: [2, 3, 4], blocks: 1 })
  const painted = compile((x: Tensor) => model.forward(x as never) as Tensor)(random.uniform([2, 16, 24, 3]) as Tensor)
  expect(painted.shape).toEqual([2, 16, 24, 3])
  expect(painted.min().itemSync()).toBeGreaterThanOrEqual(0)
  expect(painted.max().itemSync()).toBeLessThanOrEqual(1)
})

describe.skipIf(withoutPhotos !== '')(`on the published weights${withoutPhotos}`, () => {
  it('the published network paints what it paints in PyTorch (scripts/fixtures/style_wave.py)', async () => {
    const wanted: number[] = JSON.parse(
      readFileSync(new URL('../../fixtures/style-wave.json', import.meta.url), 'utf8'),
    )
    const picture = Float32Array.from(wanted, (_, i) => {
      const [y, x, c] = [Math.floor(i / 48), Math.floor(i / 3) % 16, i % 3]
      return 0.5 + 0.5 * Math.sin(0.3 * y + 0.5 * x * (1 + c))
    })
    const model = await waveNet()
    const painted = model.forward(tensor(picture, [1, 16, 16, 3]) as never) as Tensor
    const found = await painted.data()
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - found[i]!)))).toBeLessThan(1e-3)
  })

  it('style-transfer goes downhill, and one pass is faster', async () => {
    seed(0)
    const { metrics, pictures, tables } = await runInMemory('style-transfer', { size: 64, iterations: 6, steps: 4 })
    expect(metrics.lossFallByLbfgs).toBeGreaterThan(1)
    expect(metrics.feedForwardFactor).toBeGreaterThan(0)
    expect(tables[0]!.rows).toHaveLength(4)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity/)
  })
})
