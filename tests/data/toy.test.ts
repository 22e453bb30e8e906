import { describe, expect, it } from 'vitest'
import {
  checkerboard,
  circles,
  gaussians,
  moons,
  sine,
  spiral,
  swissRoll,
  type ToyOptions,
  xor,
} from '../../src/data/index.js'

const labelled = { spiral, moons, circles, xor, gaussians, checkerboard }
type Toy = (options: ToyOptions) => { readonly length: number; values(name: 'inputs'): Float32Array }
const all: Readonly<Record<string, Toy>> = { ...labelled, swissRoll, sine }

describe('toy sets', () => {
  it.each(Object.entries(all))('%s: points depend on the seed, not on how many there are', (_, make) => {
    for (const count of [1, 3, 64, 600]) {
      const data = make({ count, seed: 7 })
      expect(data.length).toBe(count)
      const more = [...make({ count: count + 5, seed: 7 }).values('inputs')]
      const inputs = [...data.values('inputs')]
      expect(more.slice(0, inputs.length)).toEqual(inputs)
      expect([...make({ count, seed: 8 }).values('inputs')]).not.toEqual(inputs)
    }
  })

  it.each(Object.entries(all))('%s: refuses what is out of range', (name, make) => {
    expect(() => make({ count: 0 })).toThrow(`${name}: count is 0`)
    expect(() => make({ count: 3, noise: -1 })).toThrow(`${name}: noise is -1`)
    expect(() => make({ count: 3, nois: 1 } as never)).toThrow(/no option 'nois'/)
    expect(() => make(undefined as never)).toThrow(`${name}: the options are missing`)
  })

  it.each(Object.entries(labelled))('%s: has equal classes', (_, make) => {
    const ones = make({ count: 64 })
      .values('labels')
      .filter((label) => label === 1)
    expect(ones.length).toBeGreaterThan(20)
  })

  it('lie where their formulas say', () => {
    const places = (data: ReturnType<typeof moons>) => {
      const [inputs, labels] = [data.values('inputs'), data.values('labels')]
      return Array.from(labels, (label, i) => ({ label, x: inputs[2 * i]!, y: inputs[2 * i + 1]! }))
    }
    for (const { label, x, y } of places(moons({ count: 99, noise: 0 }))) {
      expect(label === 0 ? Math.hypot(x, y) : Math.hypot(1 - x, 0.5 - y)).toBeCloseTo(1)
      expect(label === 0 ? y >= -1e-6 : y <= 0.5 + 1e-6).toBe(true)
    }
    for (const { label, x, y } of places(circles({ count: 99, noise: 0, classes: 4 }))) {
      expect(Math.hypot(x, y)).toBeCloseTo(1 - label / 4)
    }
    for (const { label, x, y } of places(spiral({ count: 99, noise: 0, classes: 3 }))) {
      const turns = Math.atan2(y, x) / (2 * Math.PI) - Math.hypot(x, y) - label / 3
      expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-4)
    }
    for (const { label, x, y } of places(xor({ count: 99 }))) expect(label).toBe(Number(x * y < 0))
    for (const { label, x, y } of places(checkerboard({ count: 99 }))) {
      expect((Math.floor(2 * x + 2) + Math.floor(2 * y + 2)) % 2).toBe(label)
    }
    const roll = swissRoll({ count: 99 })
    roll.values('targets').forEach((t, i) => {
      const { inputs } = roll.example(i)
      expect(inputs[0]).toBeCloseTo(t * Math.cos(t), 4)
      expect(inputs[2]).toBeCloseTo(t * Math.sin(t), 4)
    })
    const wave = sine({ count: 99, noise: 0 })
    wave.values('targets').forEach((y, i) => {
      expect(y).toBeCloseTo(Math.sin(wave.example(i).inputs[0]!))
    })
  })
})
