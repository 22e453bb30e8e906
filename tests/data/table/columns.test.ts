import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  fillMissing,
  fitScaler,
  imputer,
  invertScale,
  KnnImputer,
  parseDate,
  type ScalerKind,
  scale,
} from '../../../src/data/index.js'
import { cycles } from '../../../src/data/table/dates.js'
import { normalProbability, normalQuantile } from '../../../src/data/table/normal.js'

type Numbers = readonly (number | null)[]
interface Fixture {
  readonly columns: Readonly<Record<string, Numbers>>
  readonly scalers: readonly { name: string; kind: string; new: Numbers; scaled: Numbers; back: Numbers }[]
  readonly imputers: readonly {
    kind: 'mean' | 'median' | 'mostFrequent'
    rows: readonly Numbers[]
    filled: readonly Numbers[]
  }[]
  readonly knn: readonly {
    neighbours: number
    rows: readonly Numbers[]
    new: readonly Numbers[]
    filled: readonly Numbers[]
    own: readonly Numbers[]
  }[]
}

/** By scikit-learn: scripts/fixtures/tables.py. */
const fixture: Fixture = JSON.parse(readFileSync(new URL('../../fixtures/tables.json', import.meta.url), 'utf8'))
const numbers = (values: Numbers): number[] => values.map((x) => x ?? Number.NaN)

function expectClose(found: ArrayLike<number>, wanted: Numbers, tolerance = 1e-9): void {
  expect(found.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    if (value === null) expect(found[i], `place ${i}`).toBeNaN()
    else
      expect(Math.abs(found[i]! - value), `place ${i}: ${found[i]}, not ${value}`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(value)),
      )
  })
}

describe('scaling', () => {
  it.each(fixture.scalers)('$kind of $name is as in scikit-learn, and back', ({ name, kind, ...wanted }) => {
    const [word, quantiles] = kind.split(' ')
    const column = numbers(fixture.columns[name]!)
    const scaler = fitScaler(
      word as ScalerKind,
      [...column, Number.NaN],
      quantiles === undefined ? {} : { quantiles: Number(quantiles) },
    )
    const scaled = scale(JSON.parse(JSON.stringify(scaler)), numbers(wanted.new))
    // Of a column of one value scikit-learn takes what is above it as the smallest, too.
    if (word!.toLowerCase().endsWith('quantile') && new Set(column).size === 1) return
    expectClose(scaled, wanted.scaled, 1e-8)
    expectClose(invertScale(scaler, scaled.subarray(0, -1)), wanted.back, 1e-7)
  })

  it('none changes nothing', () => {
    const none = fitScaler('none', [])
    expect([...scale(none, [1, 2]), ...invertScale(none, [3])]).toEqual([1, 2, 3])
  })

  it('says what does not fit', () => {
    expect(() => fitScaler('standard', [Number.NaN])).toThrow(/fitScaler: there is no number/)
    expect(() => fitScaler('robust', [1, Infinity])).toThrow(/a value is Infinity/)
    expect(() => fitScaler('standart' as never, [1])).toThrow(/Did you mean 'standard'/)
    expect(() => fitScaler('quantile', [1], { quantiles: 0 })).toThrow(/quantiles is 0/)
  })

  it('knows the normal distribution', () => {
    // Tables: Φ(1.959963984540054) = 0.975, Φ(−3.090232306167813) = 0.001, Φ(−8.222082216130435) = 1e-16.
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14)
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 13)
    expect(normalQuantile(1e-16)).toBeCloseTo(-8.222082216130435, 12)
    for (const x of [-5, -1.3, 0, 0.2, 4]) expect(normalQuantile(normalProbability(x))).toBeCloseTo(x, 8)
  })
})

describe('missing values', () => {
  it.each(fixture.imputers)('are filled in as scikit-learn does: $kind', ({ kind, rows, filled }) => {
    rows[0]!.forEach((_, column) => {
      const values = rows.map((row) => row[column] ?? Number.NaN)
      expectClose(
        fillMissing(imputer(kind, values), values),
        filled.map((row) => row[column]!),
      )
    })
  })

  it.each(fixture.knn)('are filled in by $neighbours neighbours', ({ neighbours, rows, new: given, filled, own }) => {
    const knn = new KnnImputer(rows.map(numbers), { neighbours })
    for (const [i, row] of knn.fill(given.map(numbers)).entries()) expectClose(row, filled[i]!)
    for (const [i, row] of knn.fill(rows.map(numbers)).entries()) expectClose(row, own[i]!)
  })

  it('say what does not fit', () => {
    expect(() => imputer('mean', [Number.NaN])).toThrow(/all values are missing/)
    expect(() => new KnnImputer([[1, 2], [3]])).toThrow(/row 1 has 1 numbers, row 0 has 2/)
    expect(() => new KnnImputer([[Number.NaN]])).toThrow(/column 0 has no value/)
    expect(() => new KnnImputer([])).toThrow(/no rows/)
    expect(() => new KnnImputer([[1]], { neighbors: 1 } as never)).toThrow(/Did you mean 'neighbours'/)
    expect(() => new KnnImputer([[1]]).fill([[1, 2]])).toThrow(/row 0 has 2 numbers, not 1/)
  })
})

describe('dates', () => {
  it.each([
    ['2024-02-29', 'iso', Date.UTC(2024, 1, 29)],
    ['2023-02-29', 'iso', undefined],
    ['1969/12/31', 'iso', -864e5],
    ['2024-12-31T23:59:30.5Z', 'iso', Date.UTC(2024, 11, 31, 23, 59, 30, 500)],
    ['2024-12-31 23:59+02:00', 'iso', Date.UTC(2024, 11, 31, 21, 59)],
    ['2024-12-31 25:00', 'iso', undefined],
    ['31.12.2024', 'dayFirst', Date.UTC(2024, 11, 31)],
    ['31/12/2024', 'monthFirst', undefined],
    ['12/31/2024 7:05', 'monthFirst', Date.UTC(2024, 11, 31, 7, 5)],
    ['0001-01-01', 'iso', Date.parse('0001-01-01')],
    ['yesterday', 'iso', undefined],
  ] as const)('%s (%s) is read', (text, format, time) => {
    expect(parseDate(text, format)).toBe(time)
  })

  it('go round', () => {
    const noon = new Date('1969-12-28T12:00:00Z')
    expect(cycles.day(noon)).toBe(0.5)
    expect(cycles.week(noon)).toBeCloseTo(0.5 / 7, 12)
    expect(cycles.year(new Date('2024-01-01'))).toBe(0)
    expect(cycles.year(new Date('2024-07-02'))).toBeCloseTo(0.5, 12)
  })
})
