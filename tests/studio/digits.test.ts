import { describe, expect, it } from 'vitest'
import { CodeSpace } from '../../studio/digits/code-space.js'
import { makeDigits, Reader } from '../../studio/digits/reader.js'
import { PIXELS } from '../../studio/digits/shapes.js'

const COUNT = 4800
const calm = async () => {}

describe('the reader of digits', async () => {
  const digits = makeDigits(COUNT)
  const reader = new Reader(COUNT / 64)
  await reader.train(digits, calm)
  const [first] = [digits.pictures.slice(0, PIXELS)]

  it('learns to read', async () => {
    // A guess would reach one tenth.
    expect(await reader.accuracy()).toBeGreaterThan(0.8)
  })

  it('shows every layer of LeNet-5, and evidence that adds up alike in each', async () => {
    const { probabilities, stages, evidence } = await reader.read(first)
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    expect(stages.map(({ name, maps, width, height }) => [name, maps, width, height])).toEqual([
      ['C1', 6, 28, 28],
      ['S2', 6, 14, 14],
      ['C3', 16, 10, 10],
      ['S4', 16, 5, 5],
      ['C5', 120, 1, 1],
      ['F6', 84, 1, 1],
    ])
    for (const { values, maps, width, height, evidence } of stages) {
      expect(values).toHaveLength(maps * width * height)
      expect(evidence).toHaveLength(maps)
    }
    // Between relu and the largest of windows the network is linear: pooling passes evidence on without loss.
    const total = (parts: Float32Array) => parts.reduce((sum, part) => sum + part, 0)
    expect(total(stages[1]!.evidence)).toBeCloseTo(total(stages[0]!.evidence), 2)
    expect(total(stages[3]!.evidence)).toBeCloseTo(total(stages[2]!.evidence), 2)
    expect(evidence).toHaveLength(PIXELS)
  })

  it('follows the evidence from map to map: the ways from a map add up to what it says', async () => {
    expect((await reader.read(first)).links).toEqual([])
    const { evidence, stages, answers, links } = await reader.read(first, true)
    const said = [
      Float32Array.of(evidence.reduce((sum, part) => sum + part, 0)),
      ...stages.map((stage) => stage.evidence),
      answers,
    ]
    expect(links.map(({ maps, values }) => [maps, values.length / maps])).toEqual([
      [1, 6],
      [6, 6],
      [6, 16],
      [16, 16],
      [16, 120],
      [120, 84],
      [84, 10],
    ])
    for (const [layer, { maps, values }] of links.entries()) {
      for (let from = 0; from < maps; from++) {
        const ways = values.filter((_, i) => i % maps === from).reduce((sum, way) => sum + way, 0)
        expect(ways).toBeCloseTo(said[layer]![from]!, 3)
      }
    }
    // Pooling keeps maps apart.
    const pooled = links[1]!
    expect(pooled.values.every((way, i) => way === 0 || i % 6 === Math.floor(i / 6))).toBe(true)
  })

  it('is fooled by a small change, which stays a picture', async () => {
    const before = await reader.read(first)
    const fooled = await reader.fool(first)
    expect(fooled).toBeDefined()
    const after = await reader.read(fooled!.picture)
    const read = (probabilities: Float32Array) => probabilities.indexOf(Math.max(...probabilities))
    expect(read(after.probabilities)).toBe(fooled!.digit)
    expect(read(after.probabilities)).not.toBe(read(before.probabilities))
    const change = Math.hypot(...fooled!.picture.map((value, i) => value - first[i]!))
    expect(change).toBeLessThan(0.6 * Math.hypot(...first))
    expect(fooled!.picture.every((value) => value >= 0 && value <= 1)).toBe(true)
  })

  it('goes on from weights that were kept', async () => {
    const other = new Reader()
    other.loadState(await reader.state())
    expect((await other.read(first)).probabilities).toEqual((await reader.read(first)).probabilities)
  })
})

it('the code space draws digits again from two numbers', async () => {
  const digits = makeDigits(1280)
  const space = new CodeSpace(20 * 30)
  await space.train(digits, 30, calm)
  const pictures = digits.pictures.subarray(0, 200 * PIXELS)
  const places = await space.map(pictures)
  const inside = places.filter((place) => Math.abs(place) <= 1)
  expect(inside.length / places.length).toBeGreaterThan(0.9)
  const drawn = await space.decode(places)
  const mean = Float32Array.from({ length: PIXELS }, (_, k) => {
    let sum = 0
    for (let i = 0; i < 200; i++) sum += pictures[i * PIXELS + k]! / 200
    return sum
  })
  const error = (of: (i: number, k: number) => number): number => {
    let sum = 0
    for (let i = 0; i < 200; i++) for (let k = 0; k < PIXELS; k++) sum += (of(i, k) - pictures[i * PIXELS + k]!) ** 2
    return sum
  }
  // Better than the mean of all pictures by a good part.
  expect(error((i, k) => drawn[i * PIXELS + k]!)).toBeLessThan(0.85 * error((_, k) => mean[k]!))
})
