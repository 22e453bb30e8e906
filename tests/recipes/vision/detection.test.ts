import { random, seed, type Tensor, tensor } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { type Box, boxIou, meanAveragePrecision, type TrueObject } from 'shapewise/metrics'
import * as nn from 'shapewise/nn'
import { describe, expect, it } from 'vitest'
import {
  anchors,
  NOTHING,
  NUMBERS,
  placedFrom,
  REGION_NUMBERS,
  REGIONS,
  seenFrom,
  someRegions,
  wanted,
} from '../../../src/recipes/vision/finding/anchors.js'
import { ByRegions, type Detector, finder, OneStage } from '../../../src/recipes/vision/finding/detectors.js'
import { kinds, photoScene, SIDE, type Stock } from '../../../src/recipes/vision/finding/photo-scenes.js'
import { runInMemory } from '../running.js'
import { withoutPhotos } from './photo-data.js'

/** A grey wall, and in front of it squares that fill the middle half of their pictures. */
const stock: Stock = {
  photos: [{ width: 256, height: 256, channels: 3, pixels: new Float32Array(256 * 256 * 3).fill(0.5) }],
  thing: () => {
    const isInside = (i: number) => [i % 16, Math.floor(i / 16)].every((place) => place >= 4 && place < 12)
    return {
      width: 16,
      height: 16,
      channels: 1,
      pixels: Float32Array.from({ length: 256 }, (_, i) => Number(isInside(i))),
    }
  },
}

const close = (box: Box) => box.map((side) => expect.closeTo(side, 4))

describe('a scene of things on a photograph', () => {
  it('has tight boxes, which do not overlap', () => {
    // Of a digit, which is painted in one colour.
    const { objects, pixels } = photoScene(new RandomStream(5), {
      ...stock,
      thing: (stream, label) => stock.thing(stream, label % 10),
    })
    expect(objects.length).toBeGreaterThan(2)
    for (const [i, { box, label }] of objects.entries()) {
      expect(objects.every((other, j) => i === j || boxIou(box, other.box) === 0)).toBe(true)
      if (label >= 10) continue
      const [left, top, right, bottom] = box
      const at = (x: number, y: number) => [...pixels.subarray(3 * (y * SIDE + x), 3 * (y * SIDE + x) + 3)]
      const [x, y] = [Math.round((left + right) / 2), Math.round((top + bottom) / 2)]
      const inside = at(x, y)
      for (const place of [at(Math.ceil(left) + 1, y), at(Math.floor(right) - 2, y), at(x, Math.ceil(top) + 1)]) {
        expect(place).toEqual(inside)
      }
      const wall = at(Math.floor(left) - 2, y)
      expect(Math.max(...wall) - Math.min(...wall)).toBe(0)
    }
  })
})

describe('anchors', () => {
  const objects: readonly TrueObject[] = [
    { box: [20, 24, 50, 60], label: 3 },
    { box: [70, 70, 78, 90], label: 1 },
    { box: [100, 3, 127, 30], label: 17 },
  ]
  const numbers = wanted(objects)
  const rows = anchors.map((_, i) => [...numbers.subarray(i * NUMBERS, (i + 1) * NUMBERS)] as const)

  it('say where boxes are', () => {
    for (const { box } of objects) {
      for (const anchor of anchors.slice(300, 320)) {
        expect(placedFrom(anchor, seenFrom(anchor, box))).toEqual(close(box))
      }
    }
  })

  it('are each told the object that they cover, and each object is told to one', () => {
    for (const { label } of objects) expect(rows.some(([own]) => own === label)).toBe(true)
    for (const [i, [label, ...seen]] of rows.entries()) {
      const agreements = objects.map(({ box }) => boxIou(box, anchors[i]!))
      if (label! >= 0) {
        const object = objects.find((each) => each.label === label)!
        expect(placedFrom(anchors[i]!, Float32Array.from(seen))).toEqual(close(object.box))
      } else if (label === NOTHING) expect(Math.max(...agreements)).toBeLessThan(0.4)
      else expect(Math.max(...agreements)).toBeLessThan(0.5)
    }
    expect(wanted([]).filter((_, i) => i % NUMBERS === 0)).toEqual(new Float32Array(anchors.length).fill(NOTHING))
  })

  it('are drawn as regions', () => {
    const regions = someRegions(new RandomStream(1), objects)
    expect(regions).toHaveLength(REGIONS * REGION_NUMBERS)
    const labels = Array.from({ length: REGIONS }, (_, i) => regions[i * REGION_NUMBERS + 4]!)
    for (const { label } of objects) expect(labels).toContain(label)
    expect(labels.filter((label) => label === NOTHING).length).toBeGreaterThan(REGIONS / 2)
    expect(someRegions(new RandomStream(1), [])).toHaveLength(REGIONS * REGION_NUMBERS)
  })

  it('find everything if all of them say what they are told', async () => {
    class Told extends nn.Module {
      everywhere() {
        const chances = rows.flatMap(([label]) => kinds.map((_, kind) => (kind === label ? 0.9 : 0)))
        return {
          chances: tensor(Float32Array.from(chances), [1, anchors.length, kinds.length]),
          boxes: tensor(Float32Array.from(rows.flatMap(([, ...seen]) => seen)), [1, anchors.length, 4]),
        }
      }
    }
    const found = await finder(new Told() as unknown as Detector)(new Float32Array(SIDE * SIDE * 3))
    expect(found).toHaveLength(objects.length)
    expect(meanAveragePrecision([found], [objects])).toEqual({ map: 1, map50: 1, map75: 1 })
  })

  it.each([OneStage, ByRegions])('are taught to %o', async (Way) => {
    seed(1)
    const detector = new Way()
    const targets = tensor(detector.targets(new RandomStream(2), objects), [1, ...detector.targetShape]) as Tensor
    const pictures = random.uniform([1, SIDE, SIDE, 3]) as Tensor
    const loss = async (targets: Tensor) => detector.loss(detector.forward(pictures), targets).item()
    expect(await loss(targets)).toBeGreaterThan(1)
    // Without objects only what is seen where nothing is counts.
    const none = tensor(detector.targets(new RandomStream(2), []), [1, ...detector.targetShape]) as Tensor
    expect(Number.isFinite(await loss(none))).toBe(true)
    const { chances, boxes } = detector.everywhere(pictures)
    expect([chances.shape, boxes.shape].map((shape) => [...shape])).toEqual([
      [1, anchors.length, kinds.length],
      [1, anchors.length, 4],
    ])
    const most = Math.max(...(await chances.data()))
    expect(most > 0 && most < 1).toBe(true)
  })
})

it.skipIf(withoutPhotos !== '')(`detection learns two ways to find things${withoutPhotos}`, async () => {
  seed(0)
  const { metrics, pictures } = await runInMemory('detection', { scenes: 48, passes: 2, tested: 3 })
  expect(metrics.regionsSecondsPerPicture).toBeGreaterThan(0)
  expect(Object.keys(pictures)).toHaveLength(2)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
