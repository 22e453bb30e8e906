import { full, ones, seed, tensor, zeros } from 'shapewise'
import { camVid } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import { evenLight, Multiscale } from '../../../src/recipes/vision/pixels/multiscale.js'
import { SqueezedFcn } from '../../../src/recipes/vision/pixels/squeezed-fcn.js'
import { byPlace, judge } from '../../../src/recipes/vision/pixels/street-scores.js'
import { OUTPUTS, pixelLoss, streets } from '../../../src/recipes/vision/pixels/streets.js'
import { runInMemory } from '../running.js'
import { withRoads } from './road-pictures.js'

const data = process.env.SHAPEWISE_DATA ?? ''
const silent = {
  ...{ log: () => {}, data: () => {}, progress: () => {}, table: () => {}, pictures: () => {} },
  epoch: () => Promise.resolve(),
}

const expectSeen = (pictures: Readonly<Record<string, string>>) => {
  expect(Object.keys(pictures)).toHaveLength(2)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
}

it.skipIf(data === '')(
  'fcn-camvid learns more with ImageNet (only where SHAPEWISE_DATA names the data)',
  async () => {
    seed(0)
    const { metrics, pictures, tables } = await runInMemory('fcn-camvid', { passes: 4, limit: 8 })
    expect(metrics.imagenetPixelAccuracy).toBeGreaterThan(metrics.fcnPixelAccuracy!)
    expect(tables).toHaveLength(1)
    expectSeen(pictures)
  },
  240_000,
)

describe('roads that are drawn', () => {
  withRoads(4)

  it('pixel-labelling learns what is road, house and sky', async () => {
    seed(0)
    const { metrics, pictures, tables } = await runInMemory('pixel-labelling', { passes: 12, limit: 4 })
    // The sky alone is less than half.
    expect(metrics.pixelAccuracy).toBeGreaterThan(0.6)
    expect(metrics.fourKindsAccuracy).toBe(metrics.pixelAccuracy)
    expect(tables[0]!.rows).toHaveLength(3)
    expectSeen(pictures)
  })

  it('scores are judged at the size of the pictures, where there are labels', async () => {
    const data = await streets(silent, { limit: 0, validation: false })
    const { test } = await camVid()
    const labels = [...Array(test.length).keys()].map((i) => test.example(i).labels)
    const [road, sky, house] = [3, 0, 1].map(
      (kind) => labels.flatMap((one) => [...one.filter((x) => x === kind)]).length,
    )
    const scores = zeros([4, 96, 128, 11]).add(tensor([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]))
    const { pixelAccuracy, classAccuracy, iou, named } = await judge(scores, data)
    expect(pixelAccuracy).toBeCloseTo(road! / (road! + sky! + house!), 12)
    expect(classAccuracy).toBeCloseTo(1 / 3, 12)
    expect(iou.slice(0, 4)).toEqual([0, 0, Number.NaN, pixelAccuracy])
    expect(new Set(named)).toEqual(new Set([3]))
    // Road below and sky above are more than one of them.
    expect((await judge(byPlace(data), data)).pixelAccuracy).toBeGreaterThan(pixelAccuracy)
  })
})

describe('networks for the pixels of streets', () => {
  it('a pixel is named by 46 × 46 pixels of each size', () => {
    const model = new Multiscale({ scales: 1, maps: [2, 2, 2], classes: 2 })
    // A window of 7 and a pool, and again with steps of 2, and a window of 7 with steps of 4.
    expect(1 + 6 + 1 + 2 * 6 + 2 + 4 * 6).toBe(46)
    expect(model.features.parameterCount()).toBe(49 * 2 * (3 + 2 + 2) + 3 * 4)
    expect(new Multiscale({ maps: [2, 2, 2], classes: 2 }).features.parameterCount()).toBe(
      model.features.parameterCount(),
    )
  })

  it('more light and contrast make no difference', async () => {
    const x = tensor([
      [
        [
          [0.1, 0.5, 0.9],
          [0.3, 0.2, 0.7],
        ],
      ],
    ])
    const [one, other] = [await evenLight(x).data(), await evenLight(x.mul(40).add(3)).data()]
    expect(Math.max(...one.map((value, i) => Math.abs(value - other[i]!)))).toBeLessThan(0.15)
  })

  it('what SqueezeNet sees is put back to where it saw it', async () => {
    seed(0)
    const model = new SqueezedFcn(OUTPUTS).eval()
    const grey = full([1, 96, 128, 3], 0.5)
    const before = model.forward(grey)
    expect(before.shape).toEqual([1, 96, 128, OUTPUTS])
    for (const [row, column] of [
      [20, 24],
      [48, 64],
      [72, 96],
    ] as const) {
      const bump = ones([1, 8, 8, 3]).pad([0, [row - 4, 92 - row], [column - 4, 124 - column], 0])
      const change = (await model.forward(grey.add(bump)).sub(before).square().sum([0, 3]).data()) as Float32Array
      const total = change.reduce((sum, value) => sum + value, 0)
      const middle = (of: (pixel: number) => number) =>
        change.reduce((sum, value, pixel) => sum + of(pixel) * value, 0) / total
      expect(Math.abs(middle((pixel) => Math.floor(pixel / 128) + 0.5) - row)).toBeLessThan(1.5)
      expect(Math.abs(middle((pixel) => (pixel % 128) + 0.5) - column)).toBeLessThan(1.5)
    }
  })

  it('what has no label does not count', () => {
    const logits = tensor([[[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], new Array(11).fill(9)]])
    const of = (labels: number[]) => pixelLoss(logits, tensor([labels], [1, 2], 'int32')).itemSync()
    expect(of([1, 11])).toBeCloseTo(Math.log(Math.E + 10) - 1, 5)
  })
})
