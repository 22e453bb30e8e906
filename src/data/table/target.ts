import { fail } from '../../core/errors.js'
import type { CsvTable } from './csv-table.js'
import { numbersOf } from './encoders.js'
import { inspectTable, valuesOf } from './inspect.js'
import { fitScaler, invertScale, type Scaler, type ScalerKind, scale } from './scalers.js'

/** What is to be predicted: one of some classes, or a number; plain JSON. */
export type Target =
  | { readonly task: 'classes'; readonly name: string; readonly classes: readonly string[] }
  | { readonly task: 'values'; readonly name: string; readonly scaler: Scaler }

/** So many different whole numbers, and on average so many rows for each, are taken as classes. */
const [MOST_CLASSES, ROWS_PER_CLASS] = [10, 5]

export interface TargetSettings {
  readonly task: 'classes' | 'values' | undefined
  readonly classes: readonly string[] | undefined
  readonly scaling: ScalerKind
}

/** Learns what is to be predicted. Throws, naming the row, if a value is missing. */
export function fitTarget(
  table: CsvTable,
  name: string,
  missing: ReadonlySet<string>,
  { task, classes, scaling }: TargetSettings,
): Target {
  const values = targetValues(table, name, missing)
  if (classes !== undefined && task !== 'values') return { task: 'classes', name, classes: [...classes] }
  const distinct = [...new Set(values)]
  const numbers = distinct.map((value) => table.number(value))
  const numeric = numbers.every((number) => number !== undefined)
  const few = distinct.length <= MOST_CLASSES && distinct.length * ROWS_PER_CLASS <= values.length
  const found = numeric && !(few && numbers.every(Number.isInteger)) ? 'values' : 'classes'
  if ((task ?? found) === 'values') {
    return { task: 'values', name, scaler: fitScaler(scaling, numbersOf(table, name, values)) }
  }
  const kind = inspectTable(table, { missing: [...missing] }).column(name).kind
  if (task === undefined && (kind === 'identifier' || kind === 'text')) {
    fail(
      `tabular: the target "${name}" has ${distinct.length} different values in ${values.length} rows.`,
      "Name another column, or say task: 'classes'.",
    )
  }
  if (distinct.length < 2) {
    fail(
      `tabular: the target "${name}" is always "${distinct[0]}".`,
      'There is nothing to learn; check the column and the rows.',
    )
  }
  const sorted = numeric ? distinct.sort((a, b) => table.number(a)! - table.number(b)!) : distinct.sort()
  return { task: 'classes', name, classes: sorted }
}

/** The numbers of classes, or scaled values. Throws, naming the row, at a class that is not known. */
export function encodeTarget(target: Target, table: CsvTable, missing: ReadonlySet<string>): Int32Array | Float64Array {
  const values = targetValues(table, target.name, missing)
  if (target.task === 'values') return scale(target.scaler, numbersOf(table, target.name, values))
  const labels = new Map(target.classes.map((value, i) => [value, i]))
  return Int32Array.from(values, (value, row) => {
    const label = labels.get(value)
    if (label !== undefined) return label
    const known = `Known are ${target.classes.slice(0, 20).join(', ')}.`
    return fail(
      `${table.name}: "${value}" in column "${target.name}", row ${row}, is a class that was not there to learn.`,
      known,
    )
  })
}

/** Predicted numbers as they stand in the table. */
export const decodeValues = (target: Target, values: ArrayLike<number>): Float64Array =>
  target.task === 'values'
    ? invertScale(target.scaler, values)
    : fail('tabular: the target is a class.', 'Take classes.')

function targetValues(table: CsvTable, name: string, missing: ReadonlySet<string>): string[] {
  const values = valuesOf(table, name, missing)
  return values.map((value, row) => {
    if (value !== undefined) return value
    return fail(`${table.name}: row ${row} has no ${name}.`, `Drop such rows: table.withValues('${name}').`)
  })
}
