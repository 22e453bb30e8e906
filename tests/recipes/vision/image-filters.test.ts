import { readFileSync } from 'node:fs'
import { seed, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import {
  filtered,
  filteredDirectly,
  modulus,
  modulusDirectly,
  type Plain,
} from '../../../src/recipes/vision/filters/filtering.js'
import { edgeFilters, editorFilters, gabor, type Kernel } from '../../../src/recipes/vision/filters/kernels.js'
import { SIDE, sparseFeatures } from '../../../src/recipes/vision/filters/learned-features.js'
import { runInMemory } from '../running.js'
import { withoutPhotos } from './photo-data.js'

// Truth: SciPy, scripts/fixtures/filters.py.
const fixture: Readonly<Record<string, number[][]>> = JSON.parse(
  readFileSync(new URL('../../fixtures/filters.json', import.meta.url), 'utf8'),
)
const rows = fixture.picture!
const [height, width] = [rows.length, rows[0]!.length]
const picture = tensor(Float32Array.from(rows.flat()), [1, height, width, 1])
const plain: Plain = { height, width, channels: 1, values: Float64Array.from(rows.flat()) }

const worst = (found: ArrayLike<number>, name: string): number =>
  fixture[name]!.flat().reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0)

describe('filters', () => {
  const kernels: Readonly<Record<string, Kernel>> = {
    ...edgeFilters,
    ...Object.fromEntries(Object.entries(editorFilters).map(([name, { kernel }]) => [name, kernel])),
  }
  it.each(Object.keys(kernels).filter((name) => name in fixture))('%s is what SciPy gives', (name) => {
    expect(worst(filtered(picture, kernels[name]!).dataSync(), name)).toBeLessThan(2e-6)
    expect(worst(filteredDirectly(plain, kernels[name]!).values, name)).toBeLessThan(1e-11)
  })

  it('waves under a bell and the strength of edges have no phase', () => {
    const [even, odd] = (['even', 'odd'] as const).map((part) =>
      gabor(part, { angle: 0.25, wavelength: 5, sigma: 2, length: 1.5 }),
    )
    expect(even!.flat().reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(0, 12)
    expect(worst(modulus(filtered(picture, even!), filtered(picture, odd!)).dataSync(), 'wave')).toBeLessThan(2e-6)
    expect(
      worst(modulusDirectly(filteredDirectly(plain, even!), filteredDirectly(plain, odd!)).values, 'wave'),
    ).toBeLessThan(1e-10)
    const [right, down] = ['Sobel, to the right', 'Sobel, downwards'].map((name) =>
      filtered(picture, edgeFilters[name]!),
    )
    expect(worst(modulus(right!, down!).dataSync(), 'strength')).toBeLessThan(4e-6)
  })

  it('channels do not mix', () => {
    const colours = filtered(picture.expand([1, height, width, 3]).mul(tensor([1, 0, 2])), edgeFilters.Laplacian!)
    expect(worst(colours.slice('...', 0).dataSync(), 'Laplacian')).toBeLessThan(2e-6)
    expect(colours.slice('...', 1).abs().max().itemSync()).toBe(0)
    expect(worst(colours.slice('...', 2).div(2).dataSync(), 'Laplacian')).toBeLessThan(2e-6)
  })
})

it('sparse features are the causes that patches are sums of', async () => {
  seed(0)
  // Each patch is a sum of squares at 9 places, each with a weight that is mostly near 0.
  const random = new RandomStream(0)
  const count = 2000
  const patches = new Float32Array(count * SIDE * SIDE)
  for (let i = 0; i < count; i++) {
    for (let cause = 0; cause < 9; cause++) {
      const weight = random.normal() ** 3
      for (let k = 0; k < 16; k++) {
        const [x, y] = [4 * (cause % 3) + (k % 4), 4 * Math.floor(cause / 3) + (k >> 2)]
        patches[i * SIDE * SIDE + y * SIDE + x] = weight
      }
    }
  }
  const { before, after, looks } = await sparseFeatures(patches, {
    features: 9,
    iterations: 60,
    signal: new AbortController().signal,
  })
  expect(after).toBeLessThan(before)
  for (const look of looks) {
    const energy = look.reduce((sum, value) => sum + value ** 2, 0)
    const perCause = Array.from(
      { length: 9 },
      (_, cause) => 16 * look[(4 * Math.floor(cause / 3) + 1) * SIDE + 4 * (cause % 3) + 1]! ** 2,
    )
    expect(Math.max(...perCause) / energy).toBeGreaterThan(0.9)
  }
})

it.skipIf(withoutPhotos !== '')(
  `image-filters shows what kernels do, and what is learned${withoutPhotos}`,
  async () => {
    seed(0)
    const { metrics, pictures } = await runInMemory('image-filters', { width: 90, patches: 600, iterations: 5 })
    expect(metrics.largestDeviation).toBeLessThan(1e-5)
    expect(metrics.filteredPictures).toBe(27)
    expect(Object.keys(pictures)).toHaveLength(4)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity/)
  },
)
