import { seed, type Tensor, tensor, zeros } from 'shapewise'
import { RandomStream } from 'shapewise/data'
import { describe, expect, it } from 'vitest'
import { receptiveField } from '../../../src/recipes/vision/filters/receptive-field.js'
import { dreamer, dreamInOctaves } from '../../../src/recipes/vision/painting/dreaming.js'
import { photo } from '../../../src/recipes/vision/photos.js'
import { pretrainedSqueezenet } from '../../../src/recipes/vision/squeezenet.js'
import { runInMemory } from '../running.js'
import { withoutPhotos } from './photo-data.js'

describe('dreamer', () => {
  /** How red a picture is, with more for its left half. */
  const red = (x: Tensor): Tensor =>
    x
      .slice('...', 0)
      .sum([1, 2])
      .add(x.slice(':', ':', [0, 4], 0).sum([1, 2])) as Tensor
  const grey = zeros([1, 8, 8, 3]).add(0.5) as Tensor
  const random = () => new RandomStream(0)

  it('takes steps of the wanted mean size along the gradient', () => {
    const x = dreamer(red)(grey, { steps: 1, stepSize: 0.03, random: random() })
    // The gradient is 2 in a sixth of the numbers and 1 in another, so 0.5 on average.
    const [left, right] = [0, 7].map((column) => x.slice(0, 0, column).dataSync())
    expect([...left!].map((value) => value - 0.5)).toEqual([expect.closeTo(0.12, 5), 0, 0])
    expect([...right!].map((value) => value - 0.5)).toEqual([expect.closeTo(0.06, 5), 0, 0])
  })

  it('jitter shifts the picture back to where it was', () => {
    const ramp = tensor(
      Float32Array.from({ length: 192 }, (_, i) => i / 192),
      [1, 8, 8, 3],
    )
    const x = dreamer((y) => y.sum([1, 2, 3]) as Tensor)(ramp, { steps: 5, stepSize: 0, jitter: 3, random: random() })
    expect([...x.dataSync()]).toEqual([...ramp.dataSync()])
  })

  it('decay draws towards grey, smoothness makes neighbours alike, octaves keep the size', async () => {
    seed(0)
    const nothing = dreamer((y) => y.mul(0).sum([1, 2, 3]) as Tensor)
    const black = zeros([2, 8, 8, 3]) as Tensor
    expect(nothing(black, { steps: 1, stepSize: 0.1, decay: 0.5, random: random() }).dataSync()[5]).toBeCloseTo(0.25, 6)
    const spot = tensor(
      Float32Array.from({ length: 192 }, (_, i) => Number(i === 3 * 27)),
      [1, 8, 8, 3],
    )
    expect(nothing(spot, { steps: 3, stepSize: 0.01, smoothness: 1, random: random() }).dataSync()[81]).toBeLessThan(
      0.9,
    )
    const octaves = dreamInOctaves(dreamer(red), grey, {
      steps: 2,
      stepSize: 0.02,
      octaves: 2,
      scale: 1.4,
      random: random(),
    })
    expect(octaves.shape).toEqual([1, 8, 8, 3])
    expect(await red(octaves).item()).toBeGreaterThan(await red(grey).item())
  })
})

it('receptive fields are those of the table of windows', () => {
  // By hand: r ← r + 2 j, j ← j s.
  expect(receptiveField('conv1')).toEqual({ side: 3, first: 1, step: 2 })
  expect(receptiveField('fire2')).toEqual({ side: 15, first: 3, step: 4 })
  expect(receptiveField('fire5')).toEqual({ side: 63, first: 7, step: 8 })
  expect(receptiveField('fire9')).toEqual({ side: 207, first: 15, step: 16 })
})

describe.skipIf(withoutPhotos !== '')(`recipes on SqueezeNet${withoutPhotos}`, () => {
  it('the network sees what onnxruntime says, for pictures from 0 to 1', async () => {
    const { probabilities, classes } = await pretrainedSqueezenet()
    const found = await probabilities(await photo('kitten_224.png')).data()
    expect(classes[281]).toContain('tabby')
    expect(found[281]).toBeCloseTo(0.938, 2)
  })

  it('deep-dream makes layers answer more strongly', async () => {
    seed(0)
    const { metrics, pictures } = await runInMemory('deep-dream', { width: 96, octaves: 1, steps: 4 })
    expect(metrics.activationGain).toBeGreaterThan(1.5)
    expect(Object.keys(pictures)).toHaveLength(2)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity/)
  })

  it('what-filters-see imagines, finds and covers', async () => {
    seed(0)
    const { metrics, pictures } = await runInMemory('what-filters-see', {
      size: 64,
      steps: 2,
      photos: 2,
      occlusionStep: 84,
    })
    expect(metrics.calming).toBeGreaterThan(1)
    expect(metrics.occlusionDrop).toBeGreaterThan(0)
    expect(Object.keys(pictures)).toHaveLength(6)
    for (const svg of Object.values(pictures)) expect(svg).not.toMatch(/NaN|Infinity/)
  })
})
