import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type Dataset,
  inspectTable,
  loadTabular,
  parseCsv,
  rowTable,
  type TabularColumns,
  tabular,
} from '../../../src/data/index.js'

const words = (count: number, make: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => make(i))
const column = (values: readonly string[]) => parseCsv(`x\n${values.map((value) => `"${value}"`).join('\n')}\n`)
const kindOf = (values: readonly string[]) => inspectTable(column(values)).columns[0]!.kind

describe('what columns hold', () => {
  it.each([
    ['number', ['1', '2.5', '-3', '']],
    ['number', ['1', '2', '4', '8', '16']],
    ['number', words(50, (i) => String(i % 4))],
    ['identifier', words(30, (i) => String(i + 100))],
    ['identifier', words(30, (i) => `user-${i * 7}`)],
    ['boolean', ['yes', 'no', 'Yes', 'NA']],
    ['boolean', ['0', '1', '0']],
    ['category', words(40, (i) => 'abc'[i % 3]!)],
    ['category', ['1', '2', 'x', '1']],
    ['category', ['x', 'x', '']],
    ['constant', ['x', 'x', 'x']],
    ['constant', ['', 'NA', '?']],
    ['date', ['2024-01-31', '2023-12-01', '']],
    ['date', ['31.1.2024', '01.12.2023']],
    ['date', ['2024-01-31 12:30', '2024-01-31 13:30:30Z']],
    ['text', words(30, (i) => `this is the ${i}th long sentence of all`)],
  ])('%s: %j', (kind, values) => {
    expect(kindOf(values)).toBe(kind)
  })

  it('is told, with what is better looked at', () => {
    const table = parseCsv(
      `id,day,n\n${words(20, (i) => `${i},${1 + (i % 9)}/2/2024,${i === 7 ? 'much' : i * i}`).join('\n')}\n`,
    )
    const report = inspectTable(table)
    expect(report.columns.map(({ kind }) => kind)).toEqual(['identifier', 'date', 'identifier'])
    const text = String(report).split('\n')
    expect(text[0]).toBe('20 rows')
    expect(text[3]).toMatch(/^day +date +9 +1\/2\/2024 … 9\/2\/2024 {2}! day or month first\? taken as month first$/)
    const chosen = inspectTable(table, { columns: { n: 'category' } }).column('n')
    expect(chosen).toMatchObject({ chosen: true, kind: 'category', note: 'numbers but for 1 values such as "much"' })
    expect(() => inspectTable(table, { columns: { n: 'number' } })).toThrow(
      /"much" in column "n" is no number.*missing/,
    )
    expect(inspectTable(table, { columns: { n: 'number' }, missing: ['much'] }).column('n').missing).toBe(1)
    expect(() => inspectTable(table, { columns: { m: 'number' } })).toThrow(/no column "m"/)
    expect(() => inspectTable(table, { columns: { n: 'numbers' as never } })).toThrow(/Did you mean 'number'/)
    expect(() => inspectTable(table, { columns: { n: 'date' } })).toThrow(/values that are no dates/)
    expect(() => report.column('x')).toThrow(/no column "x"/)
  })
})

const houses = parseCsv(
  `id,rooms,kind,new,seen,price\n${words(120, (i) => `h${i},${i % 10 === 3 ? '' : (i % 7) + 1},${i === 5 ? 'castle' : ['flat', 'house'][i % 2]},${i % 3 === 0 ? 'yes' : 'no'},${2000 + (i % 24)}-0${1 + (i % 9)}-11,${100 + 2 * i}`).join('\n')}\n`,
)

describe('tabular', () => {
  it('makes numbers and codes, by hand', () => {
    const table = tabular(houses, { target: 'price', columns: { seen: 'drop' }, scaling: { rooms: 'minMax' } })
    expect(table.task).toBe('values')
    expect(table.features).toEqual(['rooms', 'rooms missing', 'new', 'kind'])
    expect(table.layout).toEqual({ numbers: 3, categories: [4] })
    expect(table.columns).toEqual(['rooms', 'kind', 'new'])
    const rows = parseCsv('new,kind,x,rooms\nYES,house,1,4\nno,castle,2,\nyes,,3,7\n')
    const yes = (1 - 1 / 3) / Math.sqrt(2 / 9)
    const no = (0 - 1 / 3) / Math.sqrt(2 / 9)
    // Codes: 0 missing, 1 others ('castle' is rare), 2 flat, 3 house; the median of 1 … 7 is 4.
    const wanted = [0.5, 0, yes, 3, 0.5, 1, no, 1, 1, 0, yes, 0]
    for (const [i, value] of table.inputs(rows).entries()) expect(value, `place ${i}`).toBeCloseTo(wanted[i]!, 6)
  })

  it('has one number for each category, and dates that go round', () => {
    const table = tabular(houses, { target: 'price', categories: 'oneHot', minCount: 1, indicators: false })
    expect(table.features).toEqual([
      ...['rooms', 'kind=missing', 'kind=other', 'kind=castle', 'kind=flat', 'kind=house', 'new'],
      ...['seen', 'seen sin year', 'seen cos year', 'seen sin week', 'seen cos week'],
    ])
    const width = table.features.length
    const inputs = table.inputs(houses)
    for (let row = 0; row < 120; row++) {
      const own = inputs.subarray(row * width, (row + 1) * width)
      expect([...own.subarray(1, 6)].sort()).toEqual([0, 0, 0, 0, 1])
      const day = new Date(`${houses.column('seen')[row]}T00:00:00Z`)
      expect(Math.atan2(own[10]!, own[11]!)).toBeCloseTo(
        Math.atan2(Math.sin((2 * Math.PI * day.getUTCDay()) / 7), Math.cos((2 * Math.PI * day.getUTCDay()) / 7)),
        4,
      )
    }
  })

  it('learns from the rows that it is given only', () => {
    const [training, rest] = houses.split(0.6, { seed: 1 })
    const learned = JSON.stringify(tabular(training, { target: 'price' }))
    // Other rows change nothing, whatever they hold.
    const spoiled = rowTable(
      rest.rows.map((row) => Object.fromEntries(rest.names.map((name, i) => [name, name === 'rooms' ? 1e9 : row[i]]))),
    )
    const before = tabular(training, { target: 'price' })
    before.dataset(spoiled)
    expect(JSON.stringify(before)).toBe(learned)
  })

  it('is saved, and applied to columns in any order', () => {
    for (const fill of ['median', 'knn', 'mean', 'mostFrequent'] as const) {
      const table = tabular(houses, { target: 'price', fill, scaling: 'normalQuantile' })
      const again = loadTabular(JSON.stringify(table))
      const order = fc.sample(fc.shuffledSubarray([...houses.names], { minLength: 6 }), { numRuns: 5, seed: 1 })
      for (const names of order) {
        const moved = rowTable(
          houses.rows.map((row) => Object.fromEntries(names.map((name) => [name, row[houses.names.indexOf(name)]!]))),
        )
        expect(moved.names).toEqual(names)
        expect(again.inputs(moved)).toEqual(table.inputs(houses))
      }
      expect(again.inputs(houses).every(Number.isFinite)).toBe(true)
      expect(JSON.stringify(again)).toBe(JSON.stringify(table))
    }
    expect(() => loadTabular('{}')).toThrow(/not what a table was saved as/)
    expect(() => loadTabular('[')).toThrow(/not what a table was saved as/)
  })

  it('refuses what was changed, or goes on with it', () => {
    const saved = JSON.stringify(tabular(houses, { target: 'price', fill: 'knn', scaling: 'quantile' }))
    const values = [null, 0, -1, 1e308, '', 'x', true, [], {}, [[]], 'number', 'iso']
    let refused = 0
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), fc.constantFrom(...values), (path, remove, value) => {
        const state = JSON.parse(saved)
        const places: [Record<string, unknown>, string][] = []
        const walk = (at: unknown): void => {
          if (typeof at !== 'object' || at === null) return
          for (const key of Object.keys(at).slice(0, 12)) {
            places.push([at as Record<string, unknown>, key])
            walk((at as Record<string, unknown>)[key])
          }
        }
        walk(state)
        const [owner, key] = places[path % places.length]!
        if (remove) delete owner[key]
        else owner[key] = value
        try {
          const loaded = loadTabular(JSON.stringify(state))
          expect(loaded.inputs(houses).length).toBe(120 * loaded.features.length)
        } catch (error) {
          refused++
          expect(error).toMatchObject({ name: 'ShapewiseError' })
        }
      }),
      { numRuns: 800 },
    )
    expect(refused).toBeGreaterThan(300)
  })

  it('fills in what the neighbours have', () => {
    // Rows come in pairs; b is 10 a, so the neighbours of a = 2 (the other columns are equal) have b about 20.
    const rows = words(40, (i) => `${i / 4},${i === 9 ? '' : i * 2.5},${i % 2 === 0 ? 'u' : 'v'}`)
    const table = parseCsv(`a,b,t\n${rows.join('\n')}\n`)
    const inputs = tabular(table, { target: 't', fill: 'knn', scaling: 'none', indicators: false }).inputs(table)
    expect(inputs[9 * 2 + 1]).toBeCloseTo((7 + 8 + 10 + 11) * 0.5 + 2.5 * (12 - 12), -1)
  })

  it('predicts classes or values', () => {
    const classes = tabular(houses, { target: 'kind', task: 'classes' })
    expect(classes.classes).toEqual(['castle', 'flat', 'house'])
    expectTypeOf(classes.dataset(houses)).toEqualTypeOf<Dataset<TabularColumns['classes']>>()
    expect([...classes.dataset(houses).values('labels').subarray(0, 6)]).toEqual([1, 2, 1, 2, 1, 0])
    const values = tabular(houses, { target: 'price', task: 'values', targetScaling: 'log' })
    const { targets } = values.dataset(houses).gather([0, 119])
    expect([...values.values(targets.data)].map((x) => Math.round(x))).toEqual([100, 338])
    const digits = parseCsv(`x,y\n${words(60, (i) => `${Math.sqrt(i)},${i % 3}`).join('\n')}\n`)
    expect(tabular(digits, { target: 'y' }).task).toBe('classes')
    expect(tabular(digits, { target: 'x' }).task).toBe('values')
    expect(tabular(digits, { target: 'y', task: 'values' }).task).toBe('values')
  })

  it('says what does not fit', () => {
    const table = tabular(houses, { target: 'kind' })
    expect(() => table.inputs(parseCsv('new,seen\nyes,2020-01-01\n', {}, 'new.csv'))).toThrow(
      /new\.csv: there is no column "rooms", "price"\. The columns are: new, seen/,
    )
    const row = (change: object) =>
      rowTable([{ rooms: 1, new: 'no', seen: '2020-01-01', price: 1, kind: 'flat', ...change }], 'new')
    expect(() => table.inputs(row({ rooms: 'many' }))).toThrow(/new: "many" in column "rooms", row 0, is not a number/)
    expect(() => table.inputs(row({ new: 'perhaps' }))).toThrow(
      /"perhaps" in column "new", row 0, is not "no" or "yes"/,
    )
    expect(() => table.inputs(row({ seen: 'today' }))).toThrow(
      /"today" in column "seen", row 0, is no date like 2024-12-31/,
    )
    expect(() => table.dataset(row({ kind: 'tent' }))).toThrow(
      /"tent" in column "kind", row 0, is a class that was not there to learn/,
    )
    expect(() => table.dataset(row({ kind: '' }))).toThrow(/row 0 has no kind.*withValues\('kind'\)/)
    expect(() => tabular(houses, { target: 'cost' })).toThrow(/no column "cost"/)
    expect(() => tabular(houses, { target: 'id' })).toThrow(/the target "id" has 120 different values in 120 rows/)
    expect(() => tabular(houses, { targets: 'price' } as never)).toThrow(/Did you mean 'target'/)
    expect(() => tabular(parseCsv('a,b\n1,x\n1,y\n1,x\n'), { target: 'b' })).toThrow(
      /no column is left to learn from: a \(constant\), b \(category\)/,
    )
    expect(() => tabular(parseCsv('a,b\n1,x\n2,x\n1,x\n'), { target: 'b' })).toThrow(/the target "b" is always "x"/)
    expect(() => tabular(houses, { target: 'price', scaling: { room: 'log' } })).toThrow(/Did you mean 'rooms'/)
  })

  it('of any table makes finite numbers, or says why not', () => {
    const cell = fc.constantFrom(
      '',
      'a',
      'b',
      'c d',
      '1',
      '2.5',
      '-3',
      '1e300',
      'yes',
      '2024-02-30',
      '2024-02-03',
      'NA',
      'x y z w v',
      '😀',
    )
    const tables = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
      )
    fc.assert(
      fc.property(
        tables,
        fc.constantFrom('standard', 'minMax', 'robust', 'log', 'quantile', 'normalQuantile'),
        fc.constantFrom('median', 'knn'),
        (rows, scaling, fill) => {
          const table = rowTable(rows.map((row) => Object.fromEntries(row.map((value, i) => [`c${i}`, value]))))
          try {
            const made = tabular(table, { target: 'c0', scaling, fill })
            const inputs = loadTabular(JSON.stringify(made)).inputs(table)
            expect(inputs.length).toBe(rows.length * made.features.length)
            // Float32 ends at 3.4e38; a column of 1e300 alone is constant.
            if (!rows.flat().includes('1e300')) expect(inputs.every(Number.isFinite)).toBe(true)
          } catch (error) {
            expect(error).toMatchObject({ name: 'ShapewiseError' })
          }
        },
      ),
      { numRuns: 800 },
    )
  })
})
