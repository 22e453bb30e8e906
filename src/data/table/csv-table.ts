import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { folds, shuffledGroups, splitGroups } from '../memory/splits.js'

export interface TableSplitOptions {
  /** Equal seeds give equal parts; 0. */
  readonly seed?: number
  /** A column whose values have the same share in every part. */
  readonly stratify?: string
  /** A column of which equal values stay together: persons, places. */
  readonly groups?: string
}

/** A table of text, by lines. */
export class CsvTable {
  /** What it is called in messages. */
  readonly name: string
  readonly names: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly #missing: ReadonlySet<string>
  readonly #decimal: '.' | ','

  /** Use {@link parseCsv} or {@link rowTable}. */
  constructor(
    name: string,
    names: readonly string[],
    rows: readonly (readonly string[])[],
    missing: Iterable<string>,
    decimal: '.' | ',' = '.',
  ) {
    this.name = name
    this.names = names
    this.rows = rows
    this.#missing = new Set(['', ...missing])
    this.#decimal = decimal
  }

  /** The fields of one column; undefined where there is no value. Throws if there is no such column. */
  column(name: string): readonly (string | undefined)[] {
    const at = this.names.indexOf(name)
    if (at < 0) fail(`${this.name}: there is no column "${name}".`, `The columns are: ${this.names.join(', ')}.`)
    return this.rows.map((row) => (this.#missing.has(row[at]!) ? undefined : row[at]!))
  }

  /** The number that a field is, or undefined. */
  number(field: string): number | undefined {
    const text = field.trim()
    if (text === '') return undefined
    const value = Number(this.#decimal === ',' ? pointed(text) : text)
    return Number.isNaN(value) && !/^[+-]?nan$/i.test(text) ? undefined : value
  }

  /** The numbers of one column; NaN where there is no value. Throws, naming the row, at a field that is no number. */
  numbers(name: string): Float64Array {
    return Float64Array.from(this.column(name), (field, row) => {
      if (field === undefined) return Number.NaN
      const value = this.number(field)
      if (value !== undefined) return value
      const comma = this.#decimal === '.' && /^[+-]?\d+,\d+$/.test(field.trim())
      const cure = comma
        ? "If that is a decimal comma, set the option decimal to ','."
        : 'Name such fields with the option missing, or take column(…).'
      return fail(`${this.name}: "${field}" in column "${name}", row ${row}, is no number.`, cure)
    })
  }

  /**
   * One column as numbers of its classes, which are its different fields in alphabetical order.
   *
   * Throws if a value is missing.
   */
  categories(name: string): { readonly labels: Int32Array; readonly names: readonly string[] } {
    const fields = this.column(name)
    const names = [...new Set(fields)].filter((field) => field !== undefined).sort()
    const numbers = new Map(names.map((field, i) => [field, i]))
    const labels = Int32Array.from(fields, (field, row) => {
      if (field !== undefined) return numbers.get(field)!
      return fail(`${this.name}: column "${name}" has no value in row ${row}.`, 'Drop the row or fill in the value.')
    })
    return { labels, names }
  }

  /** The rows with these numbers, in this order. Throws if one does not exist. */
  subset(numbers: ArrayLike<number>): CsvTable {
    const rows = Array.from(numbers, (number) => {
      const row = this.rows[number]
      if (row !== undefined) return row
      return fail(`${this.name}: there is no row ${number}.`, `Rows are numbered 0 … ${this.rows.length - 1}.`)
    })
    return new CsvTable(this.name, this.names, rows, this.#missing, this.#decimal)
  }

  /**
   * The rows that have a value in each of these columns.
   *
   * ```ts
   * const table = parseCsv('size,price\n3,10\n4,\n')
   * table.withValues('price').rows // [['3', '10']]
   * ```
   */
  withValues(...names: readonly string[]): CsvTable {
    const columns = names.map((name) => this.column(name))
    const kept = [...this.rows.keys()].filter((row) => columns.every((column) => column[row] !== undefined))
    return this.subset(kept)
  }

  /**
   * Two parts in random order: about `fraction` of the rows, and the rest.
   *
   * Throws if one of the parts would be empty.
   *
   * ```ts
   * const table = parseCsv('kind,size\na,1\na,2\nb,3\nb,4\n')
   * const [training, validation] = table.split(0.5, { stratify: 'kind', seed: 1 })
   * ```
   */
  split(fraction: number, options: TableSplitOptions = {}): [CsvTable, CsvTable] {
    const [first, second] = splitGroups(this.#groups('split', options), fraction)
    if (first.length > 0 && second.length > 0) return [this.subset(first), this.subset(second)]
    return fail(
      `split: a fraction of ${describe(fraction)} cuts ${this.rows.length} rows into parts of which one is empty.`,
      'Give a number between 0 and 1 that leaves rows on both sides.',
    )
  }

  /** `count` pairs of training and validation parts: every row is in exactly one validation part. */
  kFold(count: number, options: TableSplitOptions = {}): [CsvTable, CsvTable][] {
    const parts = folds(this.#groups('kFold', options), count)
    return parts.map((part, own) => [
      this.subset(parts.flatMap((other, i) => (i === own ? [] : other)).sort((a, b) => a - b)),
      this.subset(part),
    ])
  }

  #groups(operation: string, options: TableSplitOptions) {
    checkOptions<TableSplitOptions>(operation, options, { seed: true, stratify: true, groups: true })
    const { seed = 0, stratify, groups } = options
    const numbered = (name: string | undefined) => name && numbersOf(this.column(name))
    return shuffledGroups(this.rows.length, seed, numbered(groups) || undefined, numbered(stratify) || undefined)
  }
}

/** `1.234,5` as `1234.5`; dots that do not group thousands are left, doubled, so that no number comes out. */
const pointed = (text: string): string => {
  const grouped = /^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/.test(text)
  return text.replaceAll('.', grouped ? '' : '..').replace(',', '.')
}

/** A number for each different field, missing ones included. */
function numbersOf(fields: readonly (string | undefined)[]): number[] {
  const numbers = new Map<string | undefined, number>()
  return fields.map((field) => {
    const number = numbers.get(field) ?? numbers.size
    numbers.set(field, number)
    return number
  })
}

/**
 * Rows as objects, of a data base or a Parquet file, as a table: numbers, text, booleans and dates; null, undefined and NaN are missing.
 *
 * Throws if a value is of another kind.
 *
 * ```ts
 * const table = rowTable([{ size: 3, kind: 'a' }, { size: null, kind: 'b' }])
 * table.numbers('size') // [3, null]
 * ```
 */
export function rowTable(rows: readonly Readonly<Record<string, unknown>>[], name = 'rows'): CsvTable {
  if (!Array.isArray(rows)) fail(`${name}: the rows are ${describe(rows)}`, 'Give a list of objects.')
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const text = (value: unknown, column: string, row: number): string => {
    if (value === undefined || value === null || Number.isNaN(value)) return ''
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString()
    if (['string', 'number', 'boolean', 'bigint'].includes(typeof value)) return String(value)
    const cure = 'Rows hold numbers, text, booleans and dates; leave other columns out.'
    return fail(`${name}: "${column}" of row ${row} is ${describe(value)}.`, cure)
  }
  return new CsvTable(
    name,
    names,
    rows.map((row, i) => names.map((column) => text(row[column], column, i))),
    [],
  )
}
