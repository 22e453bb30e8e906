import { seed } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { expect, it } from 'vitest'
import { borders, outlined } from '../../../src/recipes/vision/pixels/borders.js'
import { separation } from '../../../src/recipes/vision/pixels/nuclei-targets.js'
import { withDataFolder } from '../data-folder.js'
import { runInMemory } from '../running.js'
import { NUCLEI, writeDiscs } from './picture-archives.js'

withDataFolder([NUCLEI], async (root) => {
  const draw = new RandomStream(7)
  const grey = (x: number, y: number, isInside: boolean) => (isInside ? 60 + ((x * y) % 20) : 5)
  await writeDiscs(root, draw, { pictures: 5, discs: 24, radius: () => draw.uniform(5, 12), grey })
})

it('unet-nuclei finds bright discs, and draws their borders', async () => {
  seed(0)
  const { metrics, pictures } = await runInMemory('unet-nuclei', { passes: 20 })
  // All pixels taken for discs would come to about a fifth.
  expect(metrics.iou).toBeGreaterThan(0.5)
  expect(metrics.objectF1).toBeGreaterThan(0.1)
  expect(Object.keys(pictures)).toHaveLength(2)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})

it('what lies between two objects gets the extra weight of the paper', () => {
  const [width, height, sigma] = [9, 5, 3]
  const labels: number[] = Array.from({ length: width * height }, (_, i) => (i % width < 2 ? 4 : i % width > 5 ? 7 : 0))
  labels[4 * width + 4] = 2
  const weights = separation(labels, width, sigma)
  labels.forEach((own, pixel) => {
    if (own > 0) return
    const nearest = new Map<number, number>()
    labels.forEach((label, other) => {
      const distance = Math.hypot(
        (other % width) - (pixel % width),
        Math.floor(other / width) - Math.floor(pixel / width),
      )
      if (label > 0) nearest.set(label, Math.min(nearest.get(label) ?? Infinity, distance))
    })
    const [d1, d2] = [...nearest.values()].sort((a, b) => a - b)
    expect(weights[pixel]).toBeCloseTo(Math.exp(-((d1! + d2!) ** 2) / (2 * sigma ** 2)), 6)
  })
})

it('borders lie inside, and tell objects that touch apart', () => {
  const labels = [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]
  expect([...borders(labels, 6)]).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0])
  const { values } = outlined(new Float32Array(54), labels, new Array(18).fill(0), 6)
  expect(Array.from(values).slice(3 * 2, 3 * 3)).toEqual([0.1, 0.85, 0.3].map(Math.fround))
})
