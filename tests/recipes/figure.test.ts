import { memoryStorage, RunFolder } from 'shapewise/train'
import { describe, expect, it } from 'vitest'
import { figure } from '../../src/recipes/figure.js'
import type { Picture } from '../../src/recipes/report.js'

describe('figure', () => {
  it('draws what the axes show of a curve that leaves them by far, and gaps where there is no number', async () => {
    const folder = await RunFolder.open(memoryStorage())
    await folder.begin({ name: 'figure' })
    const drawn: Picture[] = []
    const report = { pictures: ({ pictures }: { pictures: readonly Picture[] }) => drawn.push(...pictures) }
    await figure({ folder, report: report as never }, '1-far', {
      y: { from: 0, to: 1 },
      series: [{ y: [0, 0, 1e12, Infinity, 0, 0] }],
    })
    const { width, height, values } = drawn[0]!
    const inked = (column: number) => Array.from({ length: height }, (_, row) => values[row * width + column])
    expect(inked(0).filter((ink) => ink === 1)).toHaveLength(1)
    // It rises so fast that it stays in one column.
    const rise = Math.round((width - 1) / 5)
    expect(inked(rise).filter((ink) => ink === 1).length).toBeGreaterThan(height / 3)
    expect(inked(Math.round((width - 1) * 0.6)).some((ink) => ink === 1)).toBe(false)
    expect(inked(width - 1).some((ink) => ink === 1)).toBe(true)
  })
})
