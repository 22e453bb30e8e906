import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { CsvTable } from '../table/csv-table.js'
import { decodeUtf8 } from './damage.js'

export interface CsvOptions {
  /** Between the fields of a line; by default one of `,` `;` tab and `|`, whichever cuts the first lines into equally many fields. */
  readonly separator?: string
  /** Whether the first line holds the names, or the names where there is no such line. Default true. */
  readonly header?: boolean | readonly string[]
  /** Whether blanks around fields without quotes are dropped; false. */
  readonly trim?: boolean
  /** Fields, besides empty ones, that mean that there is no value: `?`, `NA`. */
  readonly missing?: readonly string[]
  /** The sign before decimals; '.'. With ',', dots between digits group thousands. */
  readonly decimal?: '.' | ','
}

/**
 * Reads comma-separated values: fields may stand in quotes, which are doubled inside; lines end with LF, CRLF or CR; empty lines
 * are skipped, and so is a byte order mark. A column whose name is empty is called after its place: `column 1`.
 *
 * Throws, naming `name` and the line, if a line has another number of fields than the first, or a quote is not closed, or if two
 * columns have one name.
 *
 * Source: RFC 4180.
 *
 * ```ts
 * const table = parseCsv('name,age\n"Ada ""the first""",36\nAlan,')
 * table.column('name') // ['Ada "the first"', 'Alan']
 * ```
 */
export function parseCsv(content: string | Uint8Array, options: CsvOptions = {}, name = 'CSV data'): CsvTable {
  checkOptions<CsvOptions>('parseCsv', options, {
    ...{ separator: true, header: true, trim: true, missing: true, decimal: true },
  })
  const { header = true, trim = false, missing = [], decimal = '.' } = options
  expectChoice('parseCsv', 'decimal', decimal, ['.', ','])
  const decoded = typeof content === 'string' ? content : decodeUtf8(content, name)
  const unmarked = decoded.charCodeAt(0) === 0xfeff ? decoded.slice(1) : decoded
  const text = unmarked.includes('\n') ? unmarked : unmarked.replaceAll('\r', '\n')
  const separator = options.separator ?? detectSeparator(text)
  if (separator.length !== 1 || /["\r\n]/.test(separator)) {
    fail(`parseCsv: the separator is '${separator}'.`, 'Give one character, such as "," or "\\t".')
  }
  const rows = readRows(text, separator, trim, name)
  const names = header === true ? rows.shift()?.fields : header === false ? undefined : header
  const width = names?.length ?? rows[0]?.fields.length ?? 0
  for (const { fields, line } of rows) {
    if (fields.length === width) continue
    fail(
      `${name}: line ${line} has ${fields.length} fields, but there are ${width} columns.`,
      `Check quotes and separators, which are taken to be ${JSON.stringify(separator)}.`,
    )
  }
  const columns = names?.map((each, i) => (each === '' ? `column ${i + 1}` : each))
  const twice = columns?.find((each, i) => columns.indexOf(each) < i)
  if (twice !== undefined) {
    fail(`${name}: two columns are called "${twice}".`, 'Rename one, or give all names with the option header.')
  }
  return new CsvTable(
    name,
    columns ?? Array.from({ length: width }, (_, i) => String(i)),
    rows.map(({ fields }) => fields),
    missing,
    decimal,
  )
}

/** What separators are looked for in: the first lines. */
const SAMPLED_LINES = 50

/** The separator that cuts the first lines into equally many fields, the most if several do; a comma if none does. */
function detectSeparator(text: string): string {
  const quoted = /"(?:[^"]|"")*"/g
  const lines = text.slice(0, 100_000).replace(quoted, '').split(/\r?\n/)
  // The last line may be cut off.
  const sample = (text.length > 100_000 ? lines.slice(0, -1) : lines)
    .filter((line) => line !== '')
    .slice(0, SAMPLED_LINES)
  const counted = [',', ';', '\t', '|'].map((separator) => {
    const counts = sample.map((line) => line.split(separator).length - 1)
    return { separator, count: counts.every((count) => count === counts[0]) ? (counts[0] ?? 0) : 0 }
  })
  const [comma, semicolon] = [counted[0]!, counted[1]!]
  const decimalCommas = sample.every((line) =>
    line.split(';').every((field) => !/,/.test(field) || /^\s*[+-]?\d+,\d+\s*$/.test(field)),
  )
  if (semicolon.count > 0 && comma.count > 0 && decimalCommas) return ';'
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).separator
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
  const end = (quoted: boolean) => {
    if (fields.length > 1 || fields[0] !== '' || quoted) rows.push({ fields, line: begun })
    fields = []
  }
  let at = 0
  while (at < text.length) {
    if (fields.length === 0) begun = line
    let field: string
    let quote = at
    if (trim) while (text[quote] === ' ') quote++
    const quoted = text[quote] === '"'
    if (quoted) {
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
    end(quoted)
    if (text[at] === '\n') {
      at++
      line++
    }
  }
  return rows
}
