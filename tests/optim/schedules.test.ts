import { readFileSync } from 'node:fs'
import { Parameter, tensor } from 'shapewise'
import * as optim from 'shapewise/optim'
import {
  cosineDecay,
  cosineRestarts,
  cyclicRate,
  exponentialDecay,
  linearDecay,
  multiStepDecay,
  noam,
  oneCycle,
  onPlateau,
  type PlateauOptions,
  rates as ratesOf,
  rateTable,
  type Schedule,
  sequence,
  sgd,
  stepDecay,
  warmUp,
  warmUpStableDecay,
} from 'shapewise/optim'
import { describe, expect, it } from 'vitest'

// Truth: PyTorch, by scripts/fixtures/optim.py.
type Call = readonly [name: string, ...args: unknown[]]
interface Fixtures {
  readonly schedules: readonly { readonly call: Call; readonly rates: readonly number[] }[]
  readonly plateau: readonly {
    readonly options: PlateauOptions
    readonly values: readonly number[]
    readonly rates: readonly number[]
  }[]
}
const fixtures: Fixtures = JSON.parse(readFileSync(new URL('../fixtures/optim.json', import.meta.url), 'utf8'))
const library: Readonly<Record<string, unknown>> = { ...optim }

/** Calls a function of the library; arguments may be calls themselves, also inside of lists. */
function call([name, ...args]: Call): Schedule {
  const make = library[name]
  if (typeof make !== 'function') throw new Error(`there is no optim.${name}`)
  const made = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(made)
    if (typeof value !== 'object' || value === null) return value
    if ('call' in value) return call(value.call as Call)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, made(inner)]))
  }
  return make(...args.map(made))
}

describe('schedules give the rates of PyTorch', () => {
  for (const { call: entry, rates: wanted } of fixtures.schedules) {
    it(JSON.stringify(entry), async () => {
      const schedule = call(entry)
      const found = await ratesOf(schedule, wanted.length)
      for (const [i, rate] of wanted.entries()) expect(found[i]).toBeCloseTo(rate, 10)
      // One by one, as an optimizer asks.
      for (const [i, rate] of wanted.entries()) {
        if (i % 7 === 3) expect(schedule(tensor(i, [], 'float64')).itemSync()).toBeCloseTo(rate, 10)
      }
    })
  }
})

describe('onPlateau', () => {
  for (const { options, values, rates: wanted } of fixtures.plateau) {
    it(`lowers the rate when PyTorch does: ${JSON.stringify(options)}`, () => {
      const optimizer = sgd([new Parameter(tensor([1]))], { learningRate: 0.3 })
      let plateau = onPlateau(optimizer, options)
      for (const [i, value] of values.entries()) {
        const before = optimizer.learningRate
        const lowered = plateau.observe(value)
        expect(optimizer.learningRate).toBeCloseTo(wanted[i], 10)
        expect(lowered).toBe(optimizer.learningRate !== before)
        // Taken up again from stored data it is the same.
        const state = JSON.parse(JSON.stringify(plateau.state()))
        plateau = onPlateau(optimizer, options)
        plateau.loadState(state)
      }
    })
  }

  it('takes NaN for no progress, and refuses a schedule', () => {
    const optimizer = sgd([new Parameter(tensor([1]))], { learningRate: 1 })
    const plateau = onPlateau(optimizer, { patience: 1 })
    expect([Number.NaN, Number.NaN, Number.NaN].map((value) => plateau.observe(value))).toEqual([false, true, false])
    optimizer.learningRate = linearDecay(1, { steps: 3 })
    expect(() => [2, 3, 4, 5].map((value) => plateau.observe(value))).toThrow(/learning rate is a schedule/)
    expect(() => onPlateau(optimizer, { patience: -1 })).toThrow(/patience is -1/)
    expect(() => onPlateau(optimizer, { patiense: 1 } as never)).toThrow(/Did you mean 'patience'/)
  })
})

describe('rates', () => {
  it('of a number and of a schedule, and as a table', async () => {
    expect(await ratesOf(0.5, 3)).toEqual([0.5, 0.5, 0.5])
    expect(await ratesOf(linearDecay(1, { steps: 4 }), 6)).toEqual([1, 0.75, 0.5, 0.25, 0, 0])
    expect(await rateTable(linearDecay(1, { steps: 10 }), 11, 3)).toBe(
      [` 0  1.000e+0  ${'█'.repeat(40)}`, ` 5  5.000e-1  ${'█'.repeat(20)}`, '10  0.000e+0'].join('\n'),
    )
    await expect(ratesOf(0.5, 0)).rejects.toThrow(/number of steps is 0/)
  })
})

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
    expect(() => multiStepDecay(0.1, { at: [5, 3] })).toThrow(/at is \[5, 3\].*rising/)
    expect(() => cosineRestarts(0.1, { period: 5, grow: 0.5 })).toThrow(/grow is 0\.5/)
    expect(() => cyclicRate({ low: 2, high: 1, rise: 5 })).toThrow(/low 2 is above high 1/)
    expect(() => warmUpStableDecay(0.1, { steps: 10, warmUp: 5, decay: 6 })).toThrow(/not be longer/)
    expect(() => warmUp(-1, { steps: 5 })).toThrow(/learning rate is -1/)
    expect(() => warmUp(1, { steps: 5, start: 2 })).toThrow(/start is 2/)
    expect(() => sequence([])).toThrow(/list/)
    expect(() => sequence([{ rate: 1 }, { rate: 2 }])).toThrow(/stage 0: steps is Infinity/)
    expect(() => noam(0, { warmUp: 5 })).toThrow(/size is 0/)
    expect(() => linearDecay(0.1, { step: 5 } as never)).toThrow(/Did you mean 'steps'/)
  })
})
