import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { random, type Tensor, tensor } from '../../src/index.js'
import * as nn from '../../src/nn/index.js'

const far = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))

describe('resize with antialias is what Pillow does (scripts/fixtures/pillow-resize.py)', () => {
  const { shape, values, cases } = JSON.parse(
    readFileSync(new URL('../fixtures/pillow-resize.json', import.meta.url), 'utf8'),
  ) as {
    shape: [number, number]
    values: number[]
    cases: { mode: 'bicubic' | 'bilinear'; size: [number, number]; values: number[] }[]
  }
  it.each(cases.map((one) => [`${one.mode}, ${one.size.join(' × ')}`, one] as const))('%s', (_, wanted) => {
    const found = tensor(values, [1, ...shape, 1]).resize(wanted.size, { mode: wanted.mode, antialias: true })
    expect(found.shape).toEqual([1, ...wanted.size, 1])
    expect(far(found.dataSync(), wanted.values)).toBeLessThan(2e-6)
  })
})

describe("the coefficient of Keys' curve", () => {
  const x = random.normal([1, 9, 7, 2], { dtype: 'float64' }) as Tensor
  const inside = (y: Tensor): ArrayLike<number> => y.slice(':', [6, 12], [6, 8]).dataSync()

  it('is −½ with antialias: away from the edge the same as without, where nothing shrinks', () => {
    const [smoothed, plain] = [{ antialias: true }, { cubicCoefficient: -0.5 }].map((options) =>
      inside(x.resize([18, 14], { mode: 'bicubic', ...options })),
    )
    expect(far(smoothed!, plain!)).toBeLessThan(1e-12)
  })

  it('half way between two elements it weighs the outer ones with a / 8', () => {
    const line = tensor([1, 0, 0, 0], [1, 4, 1])
    for (const a of [-0.75, -0.5, 0]) {
      // Place 1.5 of a line whose corners stay: element 3 of 7.
      const y = line.resize(7, { mode: 'bicubic', alignCorners: true, cubicCoefficient: a })
      expect(y.dataSync()[3]).toBeCloseTo(a / 8, 6)
    }
  })
})

it('corners stay where they are with antialias, too', () => {
  const line = tensor([0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 9, 1])
  const y = line.resize(5, { mode: 'bilinear', antialias: true, alignCorners: true }).dataSync()
  // Weights ¼ ½ ¼ inside, and ⅔ ⅓ where half of them is missing.
  expect(far(y, [1 / 3, 2, 4, 6, 8 - 1 / 3])).toBeLessThan(1e-6)
})

it('options that mean nothing are refused', () => {
  const x = random.normal([1, 4, 4, 1])
  expect(() => x.resize(2, { antialias: true })).toThrow(/the nearest element is not smoothed.*bicubic/s)
  expect(() => x.resize(2, { mode: 'bicubic', cubicCoefficient: 'sharp' as never })).toThrow(/the cubic coefficient/)
  expect(() => nn.resize2d(2, { antialias: true })).toThrow(/resize2d: the nearest element/)
  expect(String(nn.resize2d(2, { mode: 'bicubic', antialias: true }))).toContain('smoothed')
})
