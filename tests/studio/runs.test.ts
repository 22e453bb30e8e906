import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunEntry } from '../../src/studio/index.js'
import { colouring, numbered } from '../../studio/runs/colours.js'
import { density, readHistograms } from '../../studio/runs/histograms.js'
import { filtered, resultNames, sorted } from '../../studio/runs/listing.js'
import { differences, distinguishing, flatten } from '../../studio/runs/options.js'
import { outline } from '../../studio/runs/outline.js'
import { RunPoints } from '../../studio/runs/points.js'
import { reels } from '../../studio/runs/reels.js'
import { durationText, numberText, rangeOf, scale, ticks } from '../../studio/runs/scale.js'
import { smoothed, smoothingRule } from '../../studio/runs/smoothing.js'

const lines = (...all: readonly object[]) => all.map((line) => `${JSON.stringify(line)}\n`).join('')
const step = (at: number, epoch: number, loss: number | string, time?: number) => ({
  ...{ type: 'step', step: at, epoch, values: { loss } },
  ...(time !== undefined && { time }),
})
const epochEnd = (epoch: number, at: number, loss: number, more: object = {}) => ({
  ...{
    type: 'epoch',
    step: at,
    epoch,
    epochs: 3,
    metrics: { loss },
    validation: { loss: 2 * loss },
    learningRates: { optimizer: 0.1 },
  },
  ...more,
})

describe('points of a run', () => {
  it('are those that were stored, by kind', () => {
    const points = new RunPoints()
    points.take(lines(step(1, 1, 3), step(2, 1, 'NaN'), epochEnd(1, 2, 2.5)))
    points.take(lines(step(3, 2, 1), { type: 'note', step: 3, text: 'A jump.' }))
    expect(points.names).toEqual(['loss', 'learning rate'])
    const found = points.series('run', 'loss', 'step').map(({ source, x, y }) => [source, [...x], [...y]])
    expect(found).toEqual([
      ['batch', [1, 2, 3], [3, Number.NaN, 1]],
      ['epoch', [2], [2.5]],
      ['validation', [2], [5]],
    ])
    expect(points.notes).toEqual([{ step: 3, text: 'A jump.' }])
    expect(points.count).toBe(6)
  })

  it('leave damaged lines and strange values out', () => {
    const points = new RunPoints()
    points.take(
      `{"type":"st\nnull\n[]\n7\n${lines(step(1, 1, 'much'), { type: 'step' }, { type: 'other', step: 2 })}\n\n`,
    )
    expect(points.series('run', 'loss', 'step').map(({ y }) => [...y])).toEqual([[Number.NaN]])
  })

  it('of batches lie within their epoch, once its length is known', () => {
    const points = new RunPoints()
    points.take(lines(step(1, 1, 1), step(2, 1, 1)))
    const places = () => [...points.series('run', 'loss', 'epoch')[0]!.x]
    expect(places()).toEqual([])
    points.take(lines(epochEnd(1, 4, 1), step(6, 2, 1)))
    expect(places()).toEqual([0.25, 0.5, 1.5])
    points.take(lines(epochEnd(2, 12, 1)))
    expect(places()).toEqual([0.25, 0.5, 1.25])
  })

  it('have times of their own, from the first one on; without them there is no such axis', () => {
    const points = new RunPoints()
    points.take(lines(step(1, 1, 1, 5000), step(2, 1, 2, 7500)))
    expect([...points.series('run', 'loss', 'relative')[0]!.x]).toEqual([0, 2.5])
    expect([...points.series('run', 'loss', 'wall')[0]!.x]).toEqual([5000, 7500])
    const old = new RunPoints()
    old.take(lines(step(1, 1, 1)))
    expect([old.hasTimes, old.series('run', 'loss', 'wall')[0]!.x.length]).toEqual([false, 0])
  })

  it('of parts of a recipe are curves of their own', () => {
    const points = new RunPoints()
    points.take(lines(epochEnd(1, 1, 1, { stage: 'wide' }), epochEnd(1, 1, 2, { stage: 'deep' })))
    const found = points.series('run', 'loss', 'step').filter(({ source }) => source === 'epoch')
    expect(found.map(({ stage, y }) => [stage, [...y]])).toEqual([
      ['wide', [1]],
      ['deep', [2]],
    ])
  })
})

describe('smoothing', () => {
  it('is the weighted mean of the points so far', () => {
    const values = [3, 1, 4, 1, 5, 9]
    const weight = 0.7
    const byHand = values.map((_, t) => {
      const weights = Array.from({ length: t + 1 }, (_, i) => weight ** (t - i))
      return weights.reduce((sum, w, i) => sum + w * values[i]!, 0) / weights.reduce((sum, w) => sum + w)
    })
    smoothed(Float64Array.from(values), weight).forEach((value, i) => {
      expect(value).toBeCloseTo(byHand[i]!, 12)
    })
    expect(smoothingRule(0.7)).toContain('0.70 times')
  })

  it('leaves what is not finite out, and a constant as it is', () => {
    const values = Float64Array.of(Number.NaN, 2, Number.POSITIVE_INFINITY, 2)
    expect([...smoothed(values, 0.9)]).toEqual([Number.NaN, 2, 2, 2])
    expect([...smoothed(new Float64Array(0), 0.9)]).toEqual([])
    expect([...smoothed(Float64Array.of(5, 7), 0)]).toEqual([5, 7])
  })
})

describe('what is drawn of a curve', () => {
  const [along, up] = [scale(0, 1000, 0, 50), scale(-1, 1, 100, 0)]

  it('covers in each column of pixels what all of its points cover', () => {
    const value = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(Number.NaN))
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), (values) => {
        const x = Float64Array.from(values, (_, i) => (1000 * i) / values.length)
        const drawn = outline(x, Float64Array.from(values), along, up)
        const columns = (points: readonly (readonly [number, number])[]) => {
          const found = new Map<number, number[]>()
          for (const [px, py] of points) {
            if (Number.isNaN(px) || Number.isNaN(py)) continue
            found.set(Math.floor(px), [...(found.get(Math.floor(px)) ?? []), py])
          }
          return [...found].map(([column, ys]) => [column, Math.min(...ys), Math.max(...ys), ys[0], ys.at(-1)])
        }
        const whole = values.map((each, i) => [along.at(x[i]!), up.at(each)] as const)
        const pairs = Array.from({ length: drawn.length / 2 }, (_, i) => [drawn[2 * i]!, drawn[2 * i + 1]!] as const)
        const cut = pairs.map(([px, py]) => [px, py] as const)
        const [expected, found] = [columns(whole), columns(cut)]
        expect(found.map(([column, low, high]) => [column, low, high])).toEqual(
          expected.map(([column, low, high]) => [column, low, high]),
        )
      }),
    )
  })

  it('is short where points are many, and exact where they are few', () => {
    const x = Float64Array.from({ length: 100_000 }, (_, i) => i / 100)
    expect(outline(x, x.map(Math.sin), along, up).length).toBeLessThanOrEqual(2 * 4 * 51)
    const few = outline(Float64Array.of(0, 500, 1000), Float64Array.of(0, 1, -1), along, up)
    expect([...few]).toEqual([0, 50, 25, 0, 50, 100])
    expect(outline(new Float64Array(0), new Float64Array(0), along, up).length).toBe(0)
  })

  it('has gaps where a logarithmic scale has no place', () => {
    const drawn = outline(Float64Array.of(0, 500, 1000), Float64Array.of(1, 0, 0.1), along, scale(0.1, 1, 100, 0, true))
    expect([...drawn]).toEqual([0, 0, Number.NaN, Number.NaN, 50, 100])
  })
})

describe('scales', () => {
  it('have round marks within the range', () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticks(-3, 7, 4)).toEqual([0, 5])
    expect(ticks(1e-4, 1, 6, true)).toEqual([1e-4, 1e-3, 1e-2, 0.1, 1].map((value) => expect.closeTo(value, 10)))
    fc.assert(
      fc.property(
        fc.double({ min: -1000, max: 1000, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, size) => {
          const found = ticks(low, low + size, 5)
          expect(found.length).toBeLessThanOrEqual(7)
          for (const mark of found) expect(mark >= low - size * 1e-6 && mark <= low + size * (1 + 1e-6)).toBe(true)
        },
      ),
    )
  })

  it('go there and back', () => {
    for (const isLog of [false, true]) {
      const one = scale(0.5, 20, 10, 300, isLog)
      expect([one.at(0.5), one.at(20)]).toEqual([10, 300])
      expect(one.from(one.at(3))).toBeCloseTo(3, 10)
    }
  })

  it('reach over finite values, over positive ones if logarithmic', () => {
    const values = [Float64Array.of(1, Number.NaN, 3), Float64Array.of(-2, Number.POSITIVE_INFINITY)]
    const [low, high] = rangeOf(values)!
    expect([low < -2 && low > -3, high > 3 && high < 4]).toEqual([true, true])
    expect(rangeOf(values, true)![0]).toBeGreaterThan(0.9)
    expect(rangeOf([Float64Array.of(Number.NaN)])).toBeUndefined()
    const [below, above] = rangeOf([Float64Array.of(0)])!
    expect(below < 0 && above > 0).toBe(true)
  })

  it('tell numbers and durations in few words', () => {
    const numbers = [0, 0.1, 1 / 3, 60_000, 1e-7, 12_345_678_901, -2.5, Number.NaN].map((value) => numberText(value))
    expect(numbers).toEqual(['0', '0.1', '0.3333', '60000', '1e-7', '1.23e10', '−2.5', 'NaN'])
    expect([0.5, 42, 90, 3600, 5400, 200_000].map(durationText)).toEqual([
      '0.5 s',
      '42 s',
      '1 min 30 s',
      '1 h',
      '1 h 30 min',
      '2 d 8 h',
    ])
  })
})

const run = (id: string, more: Partial<RunEntry> = {}): RunEntry => ({
  ...{
    id,
    name: 'lenet-mnist',
    state: 'finished',
    started: `2026-01-0${id.length}T00:00:00Z`,
    updated: '',
    resumed: 0,
  },
  ...{ options: {}, results: {} },
  ...more,
})

describe('the list', () => {
  const runs = [
    run('a', { options: { learningRate: 0.1, optimizer: { name: 'adam' } }, results: { loss: 0.3 }, note: 'Good.' }),
    run('bb', { options: { learningRate: 0.01 }, results: { loss: 0.1, accuracy: 0.9 }, state: 'failed' }),
    run('ccc', { label: 'The best' }),
  ]
  const found = (filter: string) => filtered(runs, filter).map(({ id }) => id)

  it('is filtered by words, options and results', () => {
    expect(found('')).toEqual(['a', 'bb', 'ccc'])
    expect(found('BEST')).toEqual(['ccc'])
    expect(found('good')).toEqual(['a'])
    expect(found('failed')).toEqual(['bb'])
    expect(found('learningrate=0.10')).toEqual(['a'])
    expect(found('optimizer.name=adam lenet')).toEqual(['a'])
    expect(found('loss<0.2')).toEqual(['bb'])
    expect(found('loss>0.05 accuracy>0.5')).toEqual(['bb'])
    expect(found('nothing=1')).toEqual([])
    expect(found('<=>')).toEqual([])
  })

  it('is sorted by any column; what has no value comes last', () => {
    const order = (column: 'result' | 'started' | 'run', isRising: boolean) =>
      sorted(runs, { column, isRising }, 'loss').map(({ id }) => id)
    expect(order('result', true)).toEqual(['bb', 'a', 'ccc'])
    expect(order('result', false)).toEqual(['a', 'bb', 'ccc'])
    expect(order('started', false)).toEqual(['ccc', 'bb', 'a'])
    expect(order('run', true)).toEqual(['a', 'bb', 'ccc'])
    expect(resultNames(runs)).toEqual(['loss', 'accuracy'])
  })
})

describe('histograms', () => {
  const line = (epoch: number, counts: readonly number[], low = 0, high = 1) =>
    `${JSON.stringify({ epoch, step: epoch, histograms: [{ name: 'w', of: 'weights', low, high, counts, lost: 0 }] })}\n`

  it('are read epoch by epoch, of which the last line counts', () => {
    const [spread] = readHistograms(`${line(2, [1, 1])}${line(1, [2])}${line(2, [3], -1, 2)}{"epoch":3,"hist`)
    expect(spread!.rows.map(({ epoch, histogram }) => [epoch, histogram.counts])).toEqual([
      [1, [2]],
      [2, [3]],
    ])
    expect([spread!.low, spread!.high]).toEqual([-1, 2])
    expect(readHistograms('')).toEqual([])
  })

  it('become densities whose sum is 1, wherever the places lie', () => {
    const [spread] = readHistograms(line(1, [1, 0, 3, 4], -2, 2))
    const { histogram } = spread!.rows[0]!
    for (const [from, to, places] of [
      [-2, 2, 4],
      [-3, 5, 37],
      [-2.5, 2.1, 100],
    ] as const) {
      const values = density(histogram, from, to, places)
      expect(values.reduce((sum, value) => sum + value) * ((to - from) / places)).toBeCloseTo(1, 10)
    }
    expect([...density(histogram, -2, 2, 4)]).toEqual([1 / 8, 0, 3 / 8, 4 / 8])
    expect([...density({ ...histogram, low: 1, high: 1, counts: [5, 0] }, 0, 4, 4)]).toEqual([0, 1, 0, 0])
    expect([...density({ ...histogram, counts: [] }, 0, 1, 2)]).toEqual([0, 0])
  })
})

it('pictures of a run belong together by what stands before the epoch', () => {
  const file = (path: string) => ({ path, bytes: 1, time: 1 })
  const names = ['noise-epoch-0010', 'noise-epoch-0002', 'filters', 'a-epoch-1-epoch-0003'].map((name) =>
    file(`pictures/${name}.png`),
  )
  const found = reels([...names, file('worst/01.png'), file('pictures/deep/x.png'), file('run.json')])
  expect(found.map(({ name, frames }) => [name, frames.map(({ epoch }) => epoch)])).toEqual([
    ['noise', [2, 10]],
    ['filters', [undefined]],
    ['a-epoch-1', [3]],
    ['deep/x', [undefined]],
  ])
})

describe('options', () => {
  it('are compared path by path', () => {
    expect([...flatten({ a: 1, b: { c: [2, 'x'], d: {} }, e: undefined })]).toEqual([
      ['a', '1'],
      ['b.c.0', '2'],
      ['b.c.1', 'x'],
      ['b.d', '{}'],
    ])
    const [one, other] = [
      run('a', { seed: 1, options: { rate: 0.1, deep: { size: 3 } } }),
      run('b', { seed: 1, options: { rate: 0.2 } }),
    ]
    const rows = differences([one, other])
    expect(rows.find(({ path }) => path === 'rate')).toEqual({ path: 'rate', values: ['0.1', '0.2'], differs: true })
    expect(distinguishing([one, other])).toEqual(['rate', 'deep.size'])
    expect(distinguishing([one])).toEqual([])
  })

  it('give colours: the same for the same value, a scale for many numbers', () => {
    const runs = ['adam', 'sgd', 'adam'].map((optimizer, i) => run(String(i), { options: { optimizer } }))
    const byOption = colouring(runs, 'optimizer', 'light', new Map())
    expect(byOption.of('0')).toEqual(byOption.of('2'))
    expect(byOption.of('0')).not.toEqual(byOption.of('1'))
    expect(byOption.legend.map(({ text }) => text)).toEqual(['adam', 'sgd'])
    const rates = Array.from({ length: 9 }, (_, i) => run(String(i), { options: { rate: 10 ** -i } }))
    const scaled = colouring(rates, 'rate', 'dark', new Map())
    expect(scaled.legend).toHaveLength(9)
    expect(scaled.of('0')).toEqual(scaled.legend.at(-1)!.colour)
    const ids = rates.map(({ id }) => id)
    const own = colouring(rates, '', 'dark', numbered(ids, new Map()))
    expect(new Set(rates.map(({ id }) => own.of(id).join())).size).toBe(9)
  })

  it('stay with the runs that are shown, whoever comes and goes', () => {
    const first = numbered(['a', 'b', 'c'], new Map())
    expect([...first]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ])
    const next = numbered(['d', 'a', 'c', 'e'], first)
    expect(Object.fromEntries(next)).toEqual({ a: 0, c: 2, d: 1, e: 3 })
    expect(numbered([], next).size).toBe(0)
  })
})
