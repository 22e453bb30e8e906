import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { decodeUtf8 } from './damage.js'

export interface CsvOptions {
  /** Between the fields of a line; a comma. */
  readonly separator?: string
  /** Whether the first line holds the names, or the names where there is no such line. Default true. */
  readonly header?: boolean | readonly string[]
  /** Whether blanks around fields without quotes are dropped; false. */
  readonly trim?: boolean
  /** Fields, besides empty ones, that mean that there is no value: `?`, `NA`. */
  readonly missing?: readonly string[]
}

/** A table of text, by lines. */
export class CsvTable {
  /** What it is called in messages. */
  readonly name: string
  readonly names: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly #missing: ReadonlySet<string>

  /** Use {@link parseCsv}. */
  constructor(
    name: string,
    names: readonly string[],
    rows: readonly (readonly string[])[],
    missing: readonly string[],
  ) {
    this.name = name
    this.names = names
    this.rows = rows
    this.#missing = new Set(['', ...missing])
  }

  /** The fields of one column; undefined where there is no value. Throws if there is no such column. */
  column(name: string): readonly (string | undefined)[] {
    const at = this.names.indexOf(name)
    if (at < 0) fail(`${this.name}: there is no column "${name}".`, `The columns are: ${this.names.join(', ')}.`)
    return this.rows.map((row) => (this.#missing.has(row[at]!) ? undefined : row[at]!))
  }

  /** The numbers of one column; NaN where there is no value. Throws, naming the row, at a field that is no number. */
  numbers(name: string): Float64Array {
    return Float64Array.from(this.column(name), (field, row) => {
      if (field === undefined) return Number.NaN
      const value = Number(field)
      if (!Number.isNaN(value) && field.trim() !== '') return value
      const cure = 'Name such fields with the option missing, or take column(…).'
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
}

/**
 * Reads comma-separated values: fields may stand in quotes, which are doubled inside; lines end with LF or CRLF; empty lines
 * are skipped.
 *
 * Throws, naming `name` and the line, if a line has another number of fields than the first, or a quote is not closed.
 *
 * Source: RFC 4180.
 *
 * ```ts
 * const table = parseCsv('name,age\n"Ada ""the first""",36\nAlan,')
 * table.column('name') // ['Ada "the first"', 'Alan']
 * ```
 */
export function parseCsv(content: string | Uint8Array, options: CsvOptions = {}, name = 'CSV data'): CsvTable {
  checkOptions<CsvOptions>('parseCsv', options, { separator: true, header: true, trim: true, missing: true })
  const { separator = ',', header = true, trim = false, missing = [] } = options
  if (separator.length !== 1 || separator === '"') {
    fail(`parseCsv: the separator is '${separator}'.`, 'Give one character, such as "," or "\\t".')
  }
  const text = typeof content === 'string' ? content : decodeUtf8(content, name)
  const rows = readRows(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, separator, trim, name)
  const names = header === true ? rows.shift()?.fields : header === false ? undefined : header
  const width = names?.length ?? rows[0]?.fields.length ?? 0
  for (const { fields, line } of rows) {
    if (fields.length === width) continue
    fail(
      `${name}: line ${line} has ${fields.length} fields, but there are ${width} columns.`,
      'Check quotes and separators.',
    )
  }
  const columns = names ?? Array.from({ length: width }, (_, i) => String(i))
  return new CsvTable(
    name,
    columns,
    rows.map(({ fields }) => fields),
    missing,
  )
}

interface Row {
  readonly fields: string[]
  readonly line: number
}

function readRows(text: string, separator: string, trim: boolean, name: string): Row[] {
  const rows: Row[] = []
  let fields: string[] = []
  let line = 1
  let begun = 1
  const end = (at: number) => {
    if (fields.length > 1 || fields[0] !== '' || text[at - 1] === '"') rows.push({ fields, line: begun })
    fields = []
  }
  let at = 0
  while (at < text.length) {
    if (fields.length === 0) begun = line
    let field: string
    let quote = at
    if (trim) while (text[quote] === ' ') quote++
    if (text[quote] === '"') {
      let close = quote
      field = ''
      do {
        const from = close + 1
        close = text.indexOf('"', from)
        if (close < 0)
          fail(`${name}: a quote that opens in line ${begun} is not closed.`, 'Double the quotes inside of fields.')
        field += (field === '' && from === quote + 1 ? '' : '"') + text.slice(from, close)
        close++
      } while (text[close] === '"')
      line += field.split('\n').length - 1
      at = close
      if (trim) while (text[at] === ' ') at++
      if (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') {
        fail(`${name}: line ${line} goes on behind a closing quote.`, 'Double the quotes inside of fields.')
      }
    } else {
      let stop = at
      while (stop < text.length && text[stop] !== separator && text[stop] !== '\n') stop++
      const cut = text[stop] !== separator && text[stop - 1] === '\r' && stop > at ? stop - 1 : stop
      field = trim ? text.slice(at, cut).trim() : text.slice(at, cut)
      at = stop
    }
    fields.push(field)
    if (text[at] === '\r') at++
    if (text[at] === separator) {
      at++
      // A separator at the very end has an empty field behind it.
      if (at < text.length) continue
      fields.push('')
    }
    end(at)
    if (text[at] === '\n') {
      at++
      line++
    }
  }
  return rows
}
