import { tensor } from 'shapewise'
import { cosineDecay, exponentialDecay, oneCycle, type Schedule, stepDecay } from 'shapewise/optim'
import { describe, expect, it } from 'vitest'

const rates = (schedule: Schedule, steps: readonly number[]): number[] =>
  steps.map((step) => schedule(tensor(step, [])).itemSync())

function expectRates(schedule: Schedule, steps: readonly number[], wanted: readonly number[]): void {
  rates(schedule, steps).forEach((rate, i) => {
    expect(rate).toBeCloseTo(wanted[i], 6)
  })
}

describe('schedules', () => {
  it('stepDecay: rate · factor^⌊step / every⌋', () => {
    expectRates(stepDecay(1, { every: 10, factor: 0.5 }), [0, 9, 10, 19, 20, 35], [1, 1, 0.5, 0.5, 0.25, 0.125])
  })

  it('exponentialDecay: rate · factor^(step / every)', () => {
    expectRates(exponentialDecay(1, { every: 10, factor: 0.25 }), [0, 5, 10, 20], [1, 0.5, 0.25, 0.0625])
  })

  it('cosineDecay rises in equal parts, then follows half a wave, then stays', () => {
    const schedule = cosineDecay(1, { warmUp: 4, steps: 12, final: 0.1 })
    expectRates(schedule, [0, 1, 2, 3], [0.25, 0.5, 0.75, 1])
    const wave = (part: number) => 0.1 + (0.9 * (1 + Math.cos(Math.PI * part))) / 2
    expectRates(schedule, [4, 6, 8, 10, 12, 100], [1, wave(0.25), 0.55, wave(0.75), 0.1, 0.1])
  })

  it('oneCycle goes up to the highest rate and down to almost nothing', () => {
    const schedule = oneCycle(1, { steps: 101, rise: 0.5, startFactor: 10, endFactor: 100 })
    expectRates(schedule, [0, 49.5, 100, 1000], [0.1, 1, 0.001, 0.001])
  })

  it('refuse numbers that make no sense', () => {
    expect(() => stepDecay(0.1, { every: 0 })).toThrow(/stepDecay: every is 0/)
    expect(() => exponentialDecay(0.1, { every: 1, factor: 0 })).toThrow(/factor is 0/)
    expect(() => cosineDecay(0.1, { steps: 5, warmUp: 5 })).toThrow(/warm-up of 5 steps of 5/)
    expect(() => cosineDecay(-0.1, { steps: 5 })).toThrow(/learning rate is -0.1/)
    expect(() => oneCycle(0.1, { steps: 1 })).toThrow(/leaves none to rise in/)
    expect(() => oneCycle(0.1, { steps: 10, rise: 1 })).toThrow(/rise takes 1/)
  })
})
