import { random, seed } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import { digitScene } from '../../../src/recipes/vision/finding/digit-scenes.js'
import { bestThreshold, compareCosts, curveOf, scoresAt } from '../../../src/recipes/vision/finding/hunting.js'
import { paste, placed } from '../../../src/recipes/vision/finding/placing.js'
import { digitBox, pyramid, SIDES } from '../../../src/recipes/vision/finding/sliding.js'
import { WindowNet } from '../../../src/recipes/vision/finding/window-net.js'
import { examplesOf } from '../../../src/recipes/vision/finding/windows.js'
import { withDigitFiles } from '../digit-files.js'
import { runInMemory } from '../running.js'

withDigitFiles(400, 100)

const stock = { pixels: new Float32Array(784).fill(1), labels: Int32Array.of(7) }

describe('a scene', () => {
  it('holds digits in squares that do not overlap, and windows around them', async () => {
    const stream = new RandomStream(3)
    const scene = digitScene(stream, stock)
    expect(scene.objects.length).toBeGreaterThan(2)
    for (const { box } of scene.objects) {
      for (const place of box) expect(place >= 0 && place <= 256).toBe(true)
      expect(box[2] - box[0]).toBeGreaterThan(19)
      expect(box[2] - box[0]).toBeLessThan(61)
    }
    const levels = await pyramid(scene)
    expect(levels.map(({ width }) => width)).toEqual(SIDES)
    const examples = examplesOf(stream, scene, levels)
    const digits = examples.filter(({ label }) => label === 7)
    expect(digits).toHaveLength(3 * scene.objects.length)
    // The digit of this test is a square full of ink: the middle of each window is.
    for (const { pixels } of digits) expect(pixels[16 * 32 + 16]).toBeGreaterThan(0.45)
  })

  it('is laid out by lines between pixels', () => {
    const canvas = { width: 4, height: 4, channels: 1, pixels: new Float32Array(16) }
    const picture = { width: 2, height: 2, channels: 1, pixels: Float32Array.of(1, 2, 3, 4) }
    paste(canvas, [1, 1, 3, 3], picture, (at, [value]) => {
      canvas.pixels[at] = value!
    })
    expect([...canvas.pixels]).toEqual([0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0])
    // Half a pixel to the right: the means of neighbours, and beside the picture is nothing.
    canvas.pixels.fill(0)
    paste(canvas, [0.5, 0, 2.5, 2], picture, (at, [value]) => {
      canvas.pixels[at] = value!
    })
    expect([...canvas.pixels.subarray(0, 4)]).toEqual([0.5, 1.5, 1, 0])
    expect(placed(new RandomStream(1), { count: 50, sides: [10, 20], room: 60 }).length).toBeLessThan(50)
  })
})

describe('WindowNet', () => {
  it('says of every window the same, slid by convolutions or cut out', async () => {
    seed(1)
    const model = new WindowNet()
    const scene = digitScene(new RandomStream(1), stock)
    const { largestDifference, costFactor } = await compareCosts([{ scene, levels: await pyramid(scene) }], model)
    expect(largestDifference).toBeLessThan(1e-5)
    expect(costFactor).toBeGreaterThan(2)
    const logits = model.everywhere(random.normal([1, 44, 36, 1]))
    expect([...logits.shape]).toEqual([1, 4, 2, 11])
  })

  it('sees a digit in the middle of its window', () => {
    expect(digitBox(0, 8, 12)).toEqual([14, 18, 34, 38])
    const [left, top, right, bottom] = digitBox(5, 0, 0)
    // The smallest level: each of its pixels is 256 / 84 of the scene's.
    expect([left, top, right - left, bottom - top].map((each) => (each * 84) / 256)).toEqual(
      [6, 6, 20, 20].map((each) => expect.closeTo(each, 9)),
    )
  })
})

it('precision and recall count all objects, found or not', () => {
  const box = [0, 0, 10, 10] as const
  const elsewhere = [50, 50, 60, 60] as const
  const looked = [
    {
      found: [
        { box, label: 1, score: 0.9 },
        { box: elsewhere, label: 1, score: 0.5 },
      ],
      objects: [{ box, label: 1 }],
    },
    { found: [], objects: [{ box, label: 2 }] },
  ]
  expect(curveOf(looked).recalls.at(-1)).toBe(0.5)
  expect(scoresAt(looked, 0.6)).toEqual({ precision: 1, recall: 0.5, f1: 2 / 3 })
  expect(scoresAt(looked, 0.4)).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 })
  expect(bestThreshold(looked)).toBe(0.9)
})

it('sliding-window finds digits, and slides faster by convolutions', async () => {
  seed(0)
  const { metrics, pictures } = await runInMemory('sliding-window', {
    scenes: 60,
    kept: 4,
    tested: 4,
    passes: 4,
    rounds: 2,
  })
  expect(metrics.f1).toBeGreaterThan(0.1)
  expect(metrics.largestDifference).toBeLessThan(1e-4)
  expect(Object.keys(pictures)).toHaveLength(3)
  for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity|no values/)
})
