import { concat, random, seed, type Tensor, tensor } from 'shapewise'
import { pictures } from 'shapewise/data'
import { psnr } from 'shapewise/metrics'
import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/recipes/vision/sharpening/judging.js'
import { type Pair, Raisr } from '../../../src/recipes/vision/sharpening/raisr.js'
import { enlarged, shrunk } from '../../../src/recipes/vision/sharpening/sharp-pictures.js'
import { runInMemory } from '../running.js'
import { withoutPhotos } from './photo-data.js'

/** Stripes of one direction with hard edges, brightness [1, side, side, 1]. */
function stripes(degrees: number, side = 64): Pair {
  const [right, down] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  const values = Float32Array.from({ length: side * side }, (_, i) =>
    Math.sin((right * (i % side) + down * Math.floor(i / side)) / 3) > 0 ? 0.9 : 0.1,
  )
  const sharp = tensor(values, [1, side, side, 1])
  return { sharp, cheap: enlarged(shrunk(sharp, 2), 2) }
}

const inside = (x: Tensor): Tensor => x.slice(':', [8, -8], [8, -8]) as Tensor
const gain = async (filters: Raisr, { cheap, sharp }: Pair): Promise<number> =>
  psnr(inside(await filters.sharpened(cheap)), inside(sharp)) - psnr(inside(cheap), inside(sharp))

describe('RAISR', () => {
  it('learns from stripes of one direction what serves for those that are turned or mirrored', async () => {
    const [a, b] = [stripes(20), stripes(35)]
    const both = { cheap: concat([a.cheap, b.cheap]) as Tensor, sharp: concat([a.sharp, b.sharp]) as Tensor }
    const filters = await Raisr.learn(both, { side: 7, every: 3 })
    for (const degrees of [20, 160, 70, 110]) expect(await gain(filters, stripes(degrees))).toBeGreaterThan(1)
    // A direction that it has not seen gets filters of no strength.
    expect(Math.abs(await gain(filters, stripes(0.01)))).toBeLessThan(1)
  })

  it('finds the filters by least squares, when what lacks is a known sum of neighbours', async () => {
    seed(1)
    const cheap = random.uniform([1, 96, 96, 1]) as Tensor
    const moved = [1, 2].flatMap((axis) => [cheap.roll(1, axis), cheap.roll(-1, axis)] as Tensor[])
    // The same from each side, so that mirror images lack the same.
    const around = moved.reduce((a, b) => a.add(b) as Tensor).div(4)
    const sharp = cheap.add(cheap.sub(around).mul(0.3)) as Tensor
    const filters = await Raisr.learn({ cheap, sharp }, { side: 3, every: 1 })
    // Rare kinds of edges are held back, so the error is compared over all pixels: hardly anything of what lacked still does.
    expect(await gain(filters, { cheap, sharp })).toBeGreaterThan(35)
  })
})

it('judges by brightness: equal pictures, and noise that is known', async () => {
  const x = tensor(
    Float32Array.from({ length: 20 * 20 * 3 }, (_, i) => (i % 7) / 8),
    [1, 20, 20, 3],
  )
  const brighter = x.add(0.1)
  const { psnr: decibels, sharpness } = await judge(brighter, x, 2)
  expect(decibels).toBeCloseTo(20, 0)
  expect(sharpness).toBeCloseTo(1, 1)
  expect((await judge(x, x, 2)).ssim).toBeCloseTo(1, 6)
  expect((await judge(pictures.gaussianBlur(x, 1), x, 2)).sharpness).toBeLessThan(0.8)
})

describe.skipIf(withoutPhotos !== '')(`on photographs and emoji${withoutPhotos}`, () => {
  it('super-resolution learns to add to bicubic interpolation', async () => {
    const { metrics, pictures, tables } = await runInMemory('super-resolution', {
      photographs: 2,
      crops: 80,
      emoji: 40,
      steps: 90,
      validation: true,
    })
    expect(metrics.raisrGain).toBeGreaterThan(0)
    expect(metrics.gainOverBicubic).toBeGreaterThan(0)
    expect(metrics.emojiGain).toBeGreaterThan(0.3)
    expect(tables.map(({ rows }) => rows.length)).toEqual([3, 6])
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity/)
  })
})
