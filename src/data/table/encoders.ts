import { fail } from '../../core/errors.js'
import type { CsvTable } from './csv-table.js'
import { type Cycle, cycles, type DateFormat, parseDate } from './dates.js'
import { type ImputerKind, imputer } from './imputers.js'
import { type ColumnReport, valuesOf, wordsFor } from './inspect.js'
import { fitScaler, type Scaler, type ScalerKind, scale } from './scalers.js'

/** How a column becomes numbers, with all that was learned of it; plain JSON. */
export type Encoder =
  /** One number, `words` being 0 and 1; with `indicator`, another one says whether it was missing. */
  | {
      readonly kind: 'number'
      readonly name: string
      readonly words?: readonly [string, string]
      readonly fill: number
      readonly scaler: Scaler
      readonly indicator: boolean
    }
  /** Sine and cosine of each cycle, and how late it is. */
  | {
      readonly kind: 'date'
      readonly name: string
      readonly format: DateFormat
      readonly cycles: readonly Cycle[]
      readonly fill: number
      readonly scaler: Scaler
      readonly indicator: boolean
    }
  /** A code: 0 for missing, 1 for all others, then these values; or a number 0 or 1 for each of them. */
  | { readonly kind: 'category'; readonly name: string; readonly values: readonly string[]; readonly oneHot: boolean }

export interface EncoderSettings {
  readonly missing: ReadonlySet<string>
  readonly fill: ImputerKind
  readonly indicators: boolean
  readonly scaling: ScalerKind
  readonly oneHot: boolean
  readonly minCount: number
}

/** What an encoder makes of a column: features with their names, or codes. */
export interface Encoded {
  readonly features: readonly { readonly name: string; readonly values: Float64Array }[]
  readonly codes?: Int32Array
}

/** Learns how a column is encoded; undefined for what nothing is to be learned from. */
export function fitEncoder(table: CsvTable, report: ColumnReport, settings: EncoderSettings): Encoder | undefined {
  const { name, kind } = report
  const { oneHot, minCount, indicators, scaling } = settings
  const values = valuesOf(table, name, settings.missing)
  if (report.distinct === 0) return undefined
  if (kind === 'category') {
    const counts = new Map<string, number>()
    for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
    const frequent = [...counts].filter(([, count]) => count >= minCount).map(([value]) => value)
    return { kind, name, values: frequent.sort(), oneHot }
  }
  const indicator = indicators && report.missing > 0
  if (kind === 'number' || kind === 'boolean') {
    const words = kind === 'boolean' ? wordsFor([...new Set(values)].filter((value) => value !== undefined)) : undefined
    const numbers = numbersOf(table, name, values, words)
    const { value: fill } = imputer(kind === 'boolean' ? 'mostFrequent' : settings.fill, numbers)
    const scaler = fitScaler(kind === 'boolean' ? 'standard' : scaling, numbers)
    return { kind: 'number', name, ...(words && { words }), fill, scaler, indicator }
  }
  if (kind === 'date') {
    const format = report.format!
    const times = datesOf(table, name, values, format)
    const dates = Array.from(times)
      .filter((x) => !Number.isNaN(x))
      .map((x) => new Date(x))
    // Dates without hours say nothing about the day's, and those of a few days nothing about the year's.
    const days = (Math.max(...dates.map(Number)) - Math.min(...dates.map(Number))) / 864e5
    const told: Cycle[] = [...(days > 60 ? ['year' as const] : []), ...(days > 2 ? ['week' as const] : [])]
    if (dates.some((date) => cycles.day(date) !== 0)) told.push('day')
    const { value: fill } = imputer('median', times)
    return { kind, name, format, cycles: told, fill, scaler: fitScaler('standard', times), indicator }
  }
  return undefined
}

/** The numbers of the rows of a table, by what was learned. Throws, naming the row, at a value of another kind. */
export function encode(encoder: Encoder, table: CsvTable, missing: ReadonlySet<string>): Encoded {
  const { name } = encoder
  const values = valuesOf(table, name, missing)
  if (encoder.kind === 'category') {
    const codeOf = new Map(encoder.values.map((value, i) => [value, i + 2]))
    const codes = Int32Array.from(values, (value) => (value === undefined ? 0 : (codeOf.get(value) ?? 1)))
    if (!encoder.oneHot) return { features: [], codes }
    const labels = ['missing', 'other', ...encoder.values]
    const features = labels.map((label, code) => ({
      name: `${name}=${label}`,
      values: Float64Array.from(codes, (each) => Number(each === code)),
    }))
    return { features }
  }
  const numbers =
    encoder.kind === 'number'
      ? numbersOf(table, name, values, encoder.words)
      : datesOf(table, name, values, encoder.format)
  const filled = numbers.map((x) => (Number.isNaN(x) ? encoder.fill : x))
  const features = [{ name, values: scale(encoder.scaler, filled) }]
  if (encoder.kind === 'date') {
    for (const cycle of encoder.cycles) {
      const angles = filled.map((x) => 2 * Math.PI * cycles[cycle](new Date(x)))
      features.push({ name: `${name} sin ${cycle}`, values: angles.map(Math.sin) })
      features.push({ name: `${name} cos ${cycle}`, values: angles.map(Math.cos) })
    }
  }
  if (encoder.indicator) {
    features.push({ name: `${name} missing`, values: numbers.map((x) => Number(Number.isNaN(x))) })
  }
  return { features }
}

/** Numbers of a column; NaN where there is no value. */
export function numbersOf(
  table: CsvTable,
  name: string,
  values: readonly (string | undefined)[],
  words?: readonly [string, string],
): Float64Array {
  return Float64Array.from(values, (value, row) => {
    if (value === undefined) return Number.NaN
    const number = words === undefined ? table.number(value) : words.indexOf(value.toLowerCase())
    if (number !== undefined && (words === undefined || number >= 0)) return number
    const wanted = words === undefined ? 'a number' : `"${words[0]}" or "${words[1]}"`
    return fail(
      `${table.name}: "${value}" in column "${name}", row ${row}, is not ${wanted}.`,
      'Correct it, or leave it empty.',
    )
  })
}

function datesOf(
  table: CsvTable,
  name: string,
  values: readonly (string | undefined)[],
  format: DateFormat,
): Float64Array {
  return Float64Array.from(values, (value, row) => {
    if (value === undefined) return Number.NaN
    const date = parseDate(value, format)
    if (date !== undefined) return date
    const like = { iso: '2024-12-31', dayFirst: '31.12.2024', monthFirst: '12/31/2024' }[format]
    return fail(
      `${table.name}: "${value}" in column "${name}", row ${row}, is no date like ${like}.`,
      'Correct it, or leave it empty.',
    )
  })
}
