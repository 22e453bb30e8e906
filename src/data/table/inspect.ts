import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { didYouMean } from '../../core/suggestion.js'
import type { CsvTable } from './csv-table.js'
import { type DateFormat, dateFormats, parseDate } from './dates.js'

/** What a column holds: `identifier` differs in every row, `constant` in none, `text` is words in a row. */
export type ColumnKind = 'number' | 'category' | 'boolean' | 'date' | 'identifier' | 'constant' | 'text'

export const columnKinds = ['number', 'category', 'boolean', 'date', 'identifier', 'constant', 'text'] as const

export interface InspectOptions {
  /** Kinds of columns that are known better. */
  readonly columns?: { readonly [name: string]: ColumnKind }
  /** Fields that mean that there is no value, besides empty ones and those that the table was read with. */
  readonly missing?: readonly string[]
}

/** What was found out about a column. */
export interface ColumnReport {
  readonly name: string
  readonly kind: ColumnKind
  /** Whether the kind was given. */
  readonly chosen: boolean
  readonly missing: number
  /** Different values. */
  readonly distinct: number
  /** Of numbers and dates the smallest and largest, of others some of the most frequent. */
  readonly examples: readonly string[]
  /** How the dates are written. */
  readonly format?: DateFormat
  /** What is better looked at. */
  readonly note?: string
}

/** The columns of a table; as text, a table. */
export class TableReport {
  readonly rows: number
  readonly columns: readonly ColumnReport[]

  constructor(rows: number, columns: readonly ColumnReport[]) {
    this.rows = rows
    this.columns = columns
  }

  /** What was found out about a column. Throws if there is none of this name. */
  column(name: string): ColumnReport {
    return (
      this.columns.find((column) => column.name === name) ??
      failColumn(
        'report',
        name,
        this.columns.map((each) => each.name),
      )
    )
  }

  /** The columns as lines of text. */
  toString(): string {
    const lines = [
      ['column', 'kind', 'missing', 'distinct', 'values'],
      ...this.columns.map(({ name, kind, chosen, missing, distinct, examples, note }) => {
        const part = missing === 0 ? '' : `${missing} (${((100 * missing) / this.rows).toPrecision(2)} %)`
        const shown = examples.map((each) => (each.length > 20 ? `${each.slice(0, 19)}…` : each))
        const values = kind === 'number' || kind === 'date' ? shown.join(' … ') : shown.join(', ')
        return [
          name,
          chosen ? `${kind} (chosen)` : kind,
          part,
          String(distinct),
          note === undefined ? values : `${values}  ! ${note}`,
        ]
      }),
    ]
    const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
    const text = lines.map((line) =>
      line
        .map((each, i) => each.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    return [`${this.rows} rows`, ...text].join('\n')
  }
}

/** Throws: there is no such column. */
export const failColumn = (operation: string, name: string, names: readonly string[]): never =>
  fail(
    `${operation}: there is no column "${name}".`,
    `${didYouMean(name, names)} The columns are: ${names.join(', ')}.`.trim(),
  )

/**
 * Finds out what the columns of a table hold: numbers, categories, yes or no, dates, identifiers, always the same, or text.
 *
 * Throws if a column is named that there is not, or does not hold what is said.
 *
 * ```ts
 * const table = parseCsv('id,size,kind,seen\n1,3.5,a,2024-01-31\n2,,b,2024-02-01\n3,4,a,2024-02-03\n')
 * const kinds = inspectTable(table).columns.map(({ kind }) => kind) // ['identifier', 'number', 'category', 'date']
 * ```
 */
export function inspectTable(table: CsvTable, options: InspectOptions = {}): TableReport {
  checkOptions<InspectOptions>('inspectTable', options, { columns: true, missing: true })
  for (const [name, kind] of Object.entries(options.columns ?? {})) {
    if (!table.names.includes(name)) failColumn('inspectTable', name, table.names)
    if (!columnKinds.includes(kind)) {
      fail(
        `inspectTable: column "${name}" is to be '${kind}'.`,
        `${didYouMean(String(kind), columnKinds)} Kinds are ${columnKinds.join(', ')}.`.trim(),
      )
    }
  }
  const missing = new Set(options.missing ?? defaultMissing)
  return new TableReport(
    table.rows.length,
    table.names.map((name) => inspectColumn(table, name, missing, options.columns?.[name])),
  )
}

/** Fields that usually mean that there is no value. */
export const defaultMissing: readonly string[] = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'NULL', 'null', '?']

/** The fields of a column without blanks around them; undefined where there is no value. */
export const valuesOf = (
  table: CsvTable,
  name: string,
  missing: ReadonlySet<string>,
): readonly (string | undefined)[] =>
  table.column(name).map((field) => {
    const text = field?.trim()
    return text === undefined || missing.has(text) ? undefined : text
  })

/** Words for no and yes. */
export const booleanWords: readonly (readonly [string, string])[] = [
  ['false', 'true'],
  ['no', 'yes'],
  ['n', 'y'],
  ['f', 't'],
  ['0', '1'],
]

/** How many different values a category of words may have whatever the number of rows, and which part of it else. */
const [CATEGORIES, CATEGORY_PART] = [50, 0.2]
/** From how many words on, on average, a value is text. */
const WORDS_OF_TEXT = 4

function inspectColumn(
  table: CsvTable,
  name: string,
  missing: ReadonlySet<string>,
  chosen: ColumnKind | undefined,
): ColumnReport {
  const values = valuesOf(table, name, missing)
  const counts = new Map<string, number>()
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  const distinct = [...counts.keys()]
  const present = values.reduce((sum, value) => sum + Number(value !== undefined), 0)
  const numbers = distinct.map((value) => table.number(value))
  const numeric = numbers.reduce<number>((sum, number) => sum + Number(number !== undefined), 0)
  const found = kindOf(name, table, distinct, present, values.length)
  const kind = chosen ?? found.kind
  const report = {
    name,
    kind,
    chosen: chosen !== undefined,
    missing: values.length - present,
    distinct: distinct.length,
  }
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value)
  if (kind === 'number') {
    const odd = distinct.find((_, i) => numbers[i] === undefined)
    if (odd !== undefined) {
      const cure = 'Name such fields with the option missing, or choose another kind.'
      fail(`${table.name}: "${odd}" in column "${name}" is no number.`, cure)
    }
    const known = numbers as number[]
    const [least, most] = [
      known.reduce((a, b) => Math.min(a, b), Infinity),
      known.reduce((a, b) => Math.max(a, b), -Infinity),
    ]
    return { ...report, examples: distinct.length === 0 ? [] : [String(least), String(most)] }
  }
  if (kind === 'date') {
    const fitting = dateFormats.filter((format) => distinct.every((value) => parseDate(value, format) !== undefined))
    const [format] = fitting
    if (format === undefined) {
      fail(
        `${table.name}: column "${name}" has values that are no dates, such as "${distinct[0]}".`,
        'Choose another kind.',
      )
    }
    const sorted = [...distinct].sort((a, b) => parseDate(a, format)! - parseDate(b, format)!)
    const note = fitting.length > 1 ? 'day or month first? taken as month first' : undefined
    return { ...report, examples: [sorted[0]!, sorted.at(-1)!], format, ...(note && { note }) }
  }
  if (kind === 'boolean' && wordsFor(distinct) === undefined) {
    fail(
      `${table.name}: column "${name}" has values such as "${distinct[0]}", not yes and no.`,
      'Choose the kind category.',
    )
  }
  const odd = distinct.length - numeric
  const nearly =
    odd > 0 && numeric > 0.9 * distinct.length ? distinct.find((_, i) => numbers[i] === undefined) : undefined
  const note = nearly === undefined ? found.note : `numbers but for ${odd} values such as "${nearly}"`
  return { ...report, examples: byCount.slice(0, 4), ...(note !== undefined && { note }) }
}

/** Which words for no and yes a column has, whatever their case. */
export function wordsFor(distinct: readonly string[]): readonly [string, string] | undefined {
  return booleanWords.find((words) => distinct.every((value) => words.includes(value.toLowerCase())))
}

function kindOf(
  name: string,
  table: CsvTable,
  distinct: readonly string[],
  present: number,
  rows: number,
): { readonly kind: ColumnKind; readonly note?: string } {
  if (distinct.length === 0) return { kind: 'constant', note: 'no values' }
  // Whether there is a value tells something as well.
  if (distinct.length === 1) return { kind: present === rows ? 'constant' : 'category' }
  if (wordsFor(distinct) !== undefined) return { kind: 'boolean' }
  const numbers = distinct.map((value) => table.number(value))
  const unique = distinct.length === present && present === rows && rows > 2
  if (numbers.every((number) => number !== undefined)) {
    if (unique && (isCounter(numbers as number[]) || (named(name) && numbers.every(Number.isInteger))))
      return { kind: 'identifier' }
    return { kind: 'number' }
  }
  if (dateFormats.some((format) => distinct.every((value) => parseDate(value, format) !== undefined)))
    return { kind: 'date' }
  const words = distinct.reduce((sum, value) => sum + value.split(/\s+/).length, 0) / distinct.length
  if (words >= WORDS_OF_TEXT && distinct.length > CATEGORY_PART * present && distinct.length > 10)
    return { kind: 'text' }
  if (unique && (rows > 10 || named(name))) return { kind: 'identifier' }
  if (distinct.length <= CATEGORIES || distinct.length <= CATEGORY_PART * present) return { kind: 'category' }
  if (distinct.length > 0.9 * present) return { kind: 'identifier', note: 'nearly every value differs' }
  return { kind: 'category', note: `${distinct.length} different values` }
}

/** Whether a name says that the column only tells rows apart. */
const named = (name: string): boolean => /^(id|key|index|uuid|guid|nr|no)$|[ _-](id|key|uuid)$|[a-z]I[dD]$/i.test(name)

/** Whole numbers one after the other. */
function isCounter(numbers: readonly number[]): boolean {
  const sorted = Float64Array.from(numbers).sort()
  return sorted.every((number, i) => Number.isInteger(number) && number === sorted[0]! + i)
}
