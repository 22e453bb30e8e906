import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'
import type { CsvTable } from '../table/csv-table.js'

/** The numbers of some columns, row by row. Throws, naming the row, where one has no value. */
function numbersOf(table: CsvTable, names: readonly string[]): Float32Array {
  const values = new Float32Array(table.rows.length * names.length)
  for (const [at, name] of names.entries()) {
    for (const [row, value] of table.numbers(name).entries()) {
      if (Number.isNaN(value)) fail(`${table.name}: row ${row} has no ${name}.`, 'Drop such rows or fill in a value.')
      values[row * names.length + at] = value
    }
  }
  return values
}

export interface ClassTableOptions<Inputs extends readonly string[]> {
  /** The columns to learn from, all of numbers. */
  readonly inputs: Inputs
  /** The column of the class, of any text. */
  readonly labels: string
}

export interface ValueTableOptions<Inputs extends readonly string[], Targets extends readonly string[]> {
  readonly inputs: Inputs
  /** The columns to predict, all of numbers. */
  readonly targets: Targets
}

/**
 * A table with a column of classes as a data set: `inputs` `[columns]` and `labels`, and what the labels mean, in alphabetical order.
 *
 * Throws, naming the row, if a value is missing or no number.
 *
 * ```ts
 * const table = parseCsv('length,width,kind\n3,1,pike\n2,1,trout\n')
 * const { data, classes } = classTable(table, { inputs: ['length', 'width'], labels: 'kind' })
 * ```
 */
export function classTable<const Inputs extends readonly string[]>(
  table: CsvTable,
  options: ClassTableOptions<Inputs>,
): {
  readonly data: Dataset<{
    readonly inputs: Column<'float32', readonly [Inputs['length']]>
    readonly labels: Column<'int32', readonly []>
  }>
  readonly classes: readonly string[]
} {
  needOptions<ClassTableOptions<Inputs>>('classTable', options, { inputs: true, labels: true })
  const { labels, names } = table.categories(options.labels)
  const shape: readonly [Inputs['length']] = [options.inputs.length]
  const inputs = floatColumn(numbersOf(table, options.inputs), shape)
  return { data: dataset({ inputs, labels: labelColumn(labels, { classes: names.length }) }), classes: names }
}

/**
 * A table with numbers to predict as a data set: `inputs` and `targets`.
 *
 * Throws, naming the row, if a value is missing or no number.
 *
 * ```ts
 * const table = parseCsv('rooms,age,price\n3,10,200\n5,2,420\n')
 * const data = valueTable(table, { inputs: ['rooms', 'age'], targets: ['price'] })
 * ```
 */
export function valueTable<const Inputs extends readonly string[], const Targets extends readonly string[]>(
  table: CsvTable,
  options: ValueTableOptions<Inputs, Targets>,
): Dataset<{
  readonly inputs: Column<'float32', readonly [Inputs['length']]>
  readonly targets: Column<'float32', readonly [Targets['length']]>
}> {
  needOptions<ValueTableOptions<Inputs, Targets>>('valueTable', options, { inputs: true, targets: true })
  const inputShape: readonly [Inputs['length']] = [options.inputs.length]
  const targetShape: readonly [Targets['length']] = [options.targets.length]
  return dataset({
    inputs: floatColumn(numbersOf(table, options.inputs), inputShape),
    targets: floatColumn(numbersOf(table, options.targets), targetShape),
  })
}
