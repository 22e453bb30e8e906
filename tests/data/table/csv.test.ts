import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvOptions, parseCsv, rowTable } from '../../../src/data/index.js'

describe('CSV', () => {
  const field = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.array(fc.constantFrom('a', '"', ',', ';', '\n', '\r\n', ' ', 'ß', '😀', '1,5')).map((all) => all.join('')),
  )
  const quote = (text: string, separator: string) =>
    /["\r\n]/.test(text) || text.includes(separator) || text === '' || text !== text.trim()
      ? `"${text.replaceAll('"', '""')}"`
      : text

  it('is read as csv-parse does', () => {
    const tables = fc
      .integer({ min: 1, max: 5 })
      .chain((width) =>
        fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      )
    const separators = fc.constantFrom(',', ';', '\t', '|')
    fc.assert(
      fc.property(tables, separators, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, separator, end, bom) => {
        const lines = rows.map((row) => row.map((each) => quote(each, separator)).join(separator))
        const text = (bom ? '\ufeff' : '') + lines.join(end) + end
        const found = parseCsv(text, { separator, header: false }).rows
        expect(found).toEqual(parse(text, { delimiter: separator, bom: true, record_delimiter: ['\n', '\r\n'] }))
        expect(found).toEqual(rows)
      }),
      { numRuns: 1000 },
    )
  })

  it('that is damaged is refused, or read as csv-parse does', () => {
    const characters = fc.array(fc.constantFrom('a', 'b', ',', ',', '"', '\n', '\n', ' ', '""', '\r\n'), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(characters, (all) => {
        const text = all.join('')
        let found: unknown
        try {
          found = parseCsv(text, { separator: ',', header: false }).rows
        } catch (error) {
          expect(error).toMatchObject({ name: 'ShapewiseError' })
          return
        }
        let wanted: unknown
        try {
          wanted = parse(text, { record_delimiter: ['\n', '\r\n'], skip_empty_lines: true, relax_quotes: true })
        } catch {
          return
        }
        expect(found).toEqual(wanted)
      }),
      { numRuns: 2000 },
    )
  })

  it.each<[string, string, CsvOptions, readonly string[]]>([
    ['commas', 'a,b\n1,2\n', {}, ['a', 'b']],
    ['semicolons', 'a;b\n1;2\n', {}, ['a', 'b']],
    ['semicolons and decimal commas', 'a;b\n1,5;2,5\n', {}, ['a', 'b']],
    ['the same without names', '1,5;2,5\n3,5;4\n', { header: false }, ['0', '1']],
    ['tabs', 'a\tb c\n1\t2, 3\n', {}, ['a', 'b c']],
    ['bars', 'a|b\n1|2\n', {}, ['a', 'b']],
    ['commas, with semicolons in fields', 'a,b\n1;2,3;4\n5,6\n', {}, ['a', 'b']],
    ['commas, with semicolons in quotes', 'a,b\n"1;2;3;4",2\n', {}, ['a', 'b']],
    ['nothing', 'a b\n1 2\n', {}, ['a b']],
    ['a comma that is given', 'a;b,c\n1;2,3\n', { separator: ',' }, ['a;b', 'c']],
    ['names that are empty', ',b,\n1,2,3\n', {}, ['column 1', 'b', 'column 3']],
    ['lines that end with CR', 'a,b\r1,2\r', {}, ['a', 'b']],
    ['no lines', '', {}, []],
  ])('with %s is cut', (_, text, options, names) => {
    const table = parseCsv(text, options)
    expect(table.names).toEqual(names)
    for (const row of table.rows) expect(row.length).toBe(names.length)
  })

  it('says what does not fit', () => {
    expect(() => parseCsv('a,a\n1,2\n', {}, 't.csv')).toThrow(/t\.csv: two columns are called "a"/)
    expect(() => parseCsv('a,b\n1,2\n3\n', {}, 't.csv')).toThrow(/t\.csv: line 3 has 1 fields, but there are 2 columns/)
    expect(() => parseCsv('a,b\n1,2,3\n')).toThrow(/line 2 has 3 fields/)
    expect(() => parseCsv('a\n1', { separator: '\n' })).toThrow(/the separator is/)
    expect(() => parseCsv('a\n1', { decimal: ';' as never })).toThrow(/decimal is ';'/)
    expect(() => parseCsv('a;b\n1,5;2\n').numbers('a')).toThrow(/"1,5".*decimal to ','/)
  })

  it('has decimal commas where it is said', () => {
    const table = parseCsv('a;b\n1,5;1.234,5\n-2;12.345.678\n3,0e2;\n', { decimal: ',' })
    expect([...table.numbers('a')]).toEqual([1.5, -2, 300])
    expect([...table.numbers('b')]).toEqual([1234.5, 12345678, Number.NaN])
    expect(() => parseCsv('a\n1.5\n', { decimal: ',' }).numbers('a')).toThrow(/"1\.5".*is no number/)
  })
})

describe('tables', () => {
  const table = parseCsv('kind,size\na,1\nb,2\na,3\nb,\na,5\nb,6\n')

  it('are split and folded by rows, alike for equal seeds', () => {
    const [first, second] = table.split(0.5, { stratify: 'kind', seed: 3 })
    expect([...first.rows, ...second.rows].sort()).toEqual([...table.rows].sort())
    expect(first.column('kind').filter((kind) => kind === 'a').length).toBeGreaterThan(0)
    expect(table.split(0.5, { stratify: 'kind', seed: 3 })[0].rows).toEqual(first.rows)
    const folds = table.kFold(3, { groups: 'size' })
    expect(folds.flatMap(([, validation]) => validation.rows).sort()).toEqual([...table.rows].sort())
    for (const [training, validation] of folds) expect(training.rows.length + validation.rows.length).toBe(6)
    expect(table.withValues('size').rows.length).toBe(5)
    expect(() => table.split(1)).toThrow(/cuts 6 rows into parts of which one is empty/)
    expect(() => table.split(0.5, { stratify: 'kinds' })).toThrow(/no column "kinds"/)
    expect(() => table.subset([6])).toThrow(/no row 6/)
  })

  it('are made of objects', () => {
    const rows = [
      { a: 1.5, b: true, c: new Date(0), d: 'x' },
      { a: null, e: 10n },
    ]
    const made = rowTable(rows)
    expect(made.names).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(made.rows).toEqual([
      ['1.5', 'true', '1970-01-01T00:00:00.000Z', 'x', ''],
      ['', '', '', '', '10'],
    ])
    expect(() => rowTable([{ a: [1] }])).toThrow(/"a" of row 0 is an Array/)
    expect(() => rowTable(5 as never)).toThrow(/the rows are a number/)
  })
})
