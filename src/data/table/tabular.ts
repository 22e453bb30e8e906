import { expectChoice, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { type Column, floatColumn, labelColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'
import type { CsvTable } from './csv-table.js'
import { type Encoder, encode, fitEncoder } from './encoders.js'
import { type ImputerKind, KnnImputer } from './imputers.js'
import { type ColumnKind, defaultMissing, failColumn, inspectTable, type TableReport } from './inspect.js'
import type { ScalerKind } from './scalers.js'
import { isEncoder, isKnn, isListOf, isTarget, isText } from './stored.js'
import { decodeValues, encodeTarget, fitTarget, type Target } from './target.js'

export interface TabularOptions {
  /** The column to predict. */
  readonly target: string
  /** Whether it is one of some classes or a number; found out by itself: words, and a few whole numbers, are classes. */
  readonly task?: 'classes' | 'values'
  /** The classes, where the rows may lack some of them; those that they have by default. */
  readonly classes?: readonly string[]
  /** Kinds of columns that are known better, or 'drop'; the others are found out by {@link inspectTable}. */
  readonly columns?: { readonly [name: string]: ColumnKind | 'drop' }
  /** Fields that mean that there is no value; the usual ones, such as `NA` and `?`. */
  readonly missing?: readonly string[]
  /** What stands in for missing numbers; 'median'. */
  readonly fill?: ImputerKind | 'knn'
  /** Whether a number says for each column with missing values where they were; true. */
  readonly indicators?: boolean
  /** How numbers are scaled, all or by column; 'standard'. */
  readonly scaling?: ScalerKind | { readonly [name: string]: ScalerKind }
  /** Whether categories become codes, for embeddings, or a number 0 or 1 for each value; 'code'. */
  readonly categories?: 'code' | 'oneHot'
  /** Rarer values of a category count as others; 5, or 1 for less than 100 rows. */
  readonly minCount?: number
  /** How values to predict are scaled; 'standard'. */
  readonly targetScaling?: ScalerKind
}

/** What the numbers of an example are: first so many numbers, then a code for each category, out of so many. */
export interface TabularLayout {
  readonly numbers: number
  readonly categories: readonly number[]
}

/** The columns of a data set made of a table: `labels` for classes, `targets` (scaled) for values. */
export interface TabularColumns {
  readonly classes: {
    readonly inputs: Column<'float32', readonly [number]>
    readonly labels: Column<'int32', readonly []>
  }
  readonly values: {
    readonly inputs: Column<'float32', readonly [number]>
    readonly targets: Column<'float32', readonly [1]>
  }
}

export type TabularTask = keyof TabularColumns

/** All that was learned, as JSON. */
interface TabularState {
  readonly format: 'shapewise tabular'
  readonly version: 1
  readonly missing: readonly string[]
  readonly target: Target
  readonly encoders: readonly Encoder[]
  /** Scaled numbers of the rows learned from, null where missing, and how many neighbours. */
  readonly knn?: { readonly neighbours: number; readonly rows: readonly (readonly (number | null)[])[] }
}

/** Makes numbers of tables with the same columns, and values of predictions. */
export class Tabular<Task extends TabularTask = TabularTask> {
  readonly #state: TabularState
  readonly #missing: ReadonlySet<string>
  readonly #knn: KnnImputer | undefined
  /** What was found out about the columns; undefined for one that was loaded. */
  readonly report: TableReport | undefined
  /** What the numbers of an example are called. */
  readonly features: readonly string[]
  readonly layout: TabularLayout
  /** What the labels mean, where classes are predicted. */
  readonly classes: Task extends 'classes' ? readonly string[] : undefined

  /** Use {@link tabular} or {@link loadTabular}. */
  constructor(state: TabularState, report?: TableReport) {
    this.#state = state
    this.#missing = new Set(state.missing)
    this.report = report
    const { knn, encoders } = state
    const rows = knn?.rows.map((row) => row.map((x) => x ?? Number.NaN))
    this.#knn = knn && rows && new KnnImputer(rows, { neighbours: knn.neighbours })
    const codes = encoders.flatMap((each) => (each.kind === 'category' && !each.oneHot ? [each] : []))
    const numbers = encoders.flatMap(featureNames)
    this.features = [...numbers, ...codes.map(({ name }) => name)]
    this.layout = { numbers: numbers.length, categories: codes.map(({ values }) => values.length + 2) }
    const classes = state.target.task === 'classes' ? state.target.classes : undefined
    this.classes = classes as Task extends 'classes' ? readonly string[] : undefined
  }

  get task(): Task {
    return this.#state.target.task as Task
  }

  /** The column that is predicted. */
  get target(): string {
    return this.#state.target.name
  }

  /** The columns that a table must have, besides the one to predict. */
  get columns(): readonly string[] {
    return this.#state.encoders.map(({ name }) => name)
  }

  /**
   * The inputs for the rows of a table, `features.length` numbers each. Columns may stand in any order, and there may be others.
   *
   * Throws if a column is missing, or a value is of another kind than those that were learned from.
   */
  inputs(table: CsvTable): Float32Array {
    const lacking = this.columns.filter((name) => !table.names.includes(name))
    if (lacking.length > 0) {
      const which = lacking.map((name) => `"${name}"`).join(', ')
      fail(`${table.name}: there is no column ${which}.`, `The columns are: ${table.names.join(', ')}.`)
    }
    const encoded = this.#state.encoders.map((encoder) => encode(encoder, table, this.#missing))
    const features = encoded.flatMap((each) => each.features.map(({ values }) => values))
    this.#fillByNeighbours(table, features)
    const codes = encoded.flatMap((each) => (each.codes === undefined ? [] : [each.codes]))
    const columns = [...features, ...codes]
    const inputs = new Float32Array(table.rows.length * columns.length)
    columns.forEach((column, at) => {
      for (let row = 0; row < column.length; row++) inputs[row * columns.length + at] = column[row]!
    })
    return inputs
  }

  /** Replaces the stand-ins of missing numbers. */
  #fillByNeighbours(table: CsvTable, features: readonly Float64Array[]): void {
    if (this.#knn === undefined) return
    const places = numberPlaces(this.#state.encoders)
    const rows = scaledRows(this.#state.encoders, table, this.#missing)
    this.#knn.fill(rows).forEach((row, i) => {
      row.forEach((value, at) => {
        features[places[at]!]![i] = value
      })
    })
  }

  /**
   * The rows of a table as a data set: `inputs`, and `labels` (classes) or `targets` (scaled values).
   *
   * Throws as {@link inputs}, or if a row has nothing to predict.
   */
  dataset(table: CsvTable): Dataset<TabularColumns[Task]> {
    return this.#dataset(table) as unknown as Dataset<TabularColumns[Task]>
  }

  #dataset(table: CsvTable): Dataset<TabularColumns['classes']> | Dataset<TabularColumns['values']> {
    const width: readonly [number] = [this.features.length]
    const inputs = floatColumn(this.inputs(table), width)
    const target = encodeTarget(this.#state.target, table, this.#missing)
    if (this.#state.target.task === 'values') {
      const one: readonly [1] = [1]
      return dataset({ inputs, targets: floatColumn(target as Float64Array, one) })
    }
    const { classes } = this.#state.target
    return dataset({ inputs, labels: labelColumn(target as Int32Array, { classes: classes.length }) })
  }

  /** Predicted numbers, as the targets of {@link dataset} are scaled, as they stand in the table. */
  values(outputs: ArrayLike<number>): Float64Array {
    return decodeValues(this.#state.target, outputs)
  }

  /** All that was learned, for {@link loadTabular}. */
  toJSON(): object {
    return structuredClone(this.#state)
  }
}

/** What the numbers that an encoder makes are called; codes are not among them. */
function featureNames(encoder: Encoder): string[] {
  const { name, kind } = encoder
  if (kind === 'category')
    return encoder.oneHot ? ['missing', 'other', ...encoder.values].map((value) => `${name}=${value}`) : []
  const turning =
    kind === 'date' ? encoder.cycles.flatMap((cycle) => [`${name} sin ${cycle}`, `${name} cos ${cycle}`]) : []
  return [name, ...turning, ...(encoder.indicator ? [`${name} missing`] : [])]
}

/** Which features are the numbers of columns of numbers. */
function numberPlaces(encoders: readonly Encoder[]): number[] {
  let at = 0
  return encoders.flatMap((encoder) => {
    const begin = at
    at += featureNames(encoder).length
    return encoder.kind === 'number' ? [begin] : []
  })
}

/** Scaled numbers of columns of numbers, row by row; NaN where missing. */
function scaledRows(encoders: readonly Encoder[], table: CsvTable, missing: ReadonlySet<string>): number[][] {
  const columns = encoders
    .filter((encoder) => encoder.kind === 'number')
    .map((encoder) => encode({ ...encoder, fill: Number.NaN, indicator: false }, table, missing).features[0]!.values)
  return table.rows.map((_, row) => columns.map((column) => column[row]!))
}

/**
 * Learns how the rows of a table become numbers: columns by what they hold, missing values filled in, numbers scaled, categories as codes with
 * rare and unknown values together, dates as parts that come again and how late they are; and the column to predict.
 *
 * Give the rows to learn from only: nothing of validation and test rows is looked at then. Columns that are always the same, identifiers and
 * text are left out; the report says which.
 *
 * Throws if the target or a named column is not there, or nothing is left to learn from.
 *
 * ```ts
 * const houses = parseCsv('rooms,kind,price\n3,flat,200\n5,house,420\n4,flat,250\n6,house,500\n')
 * const table = tabular(houses, { target: 'price' })
 * const data = table.dataset(houses)
 * const again = loadTabular(JSON.stringify(table)).inputs(parseCsv('kind,rooms\nboat,3\n')) // one row, with the code for unknown kinds
 * ```
 */
export function tabular<const O extends TabularOptions>(
  table: CsvTable,
  options: O,
): Tabular<O extends { readonly task: infer Task extends TabularTask } ? Task : TabularTask>
export function tabular(table: CsvTable, options: TabularOptions): Tabular {
  needOptions<TabularOptions>('tabular', options, {
    ...{ target: true, task: true, columns: true, missing: true, fill: true, indicators: true, scaling: true },
    ...{ categories: true, minCount: true, targetScaling: true, classes: true },
  })
  const { target, task, columns = {}, fill = 'median', scaling = 'standard', categories = 'code' } = options
  if (task !== undefined) expectChoice('tabular', 'the task', task, ['classes', 'values'])
  expectChoice('tabular', 'fill', fill, ['mean', 'median', 'mostFrequent', 'knn'])
  expectChoice('tabular', 'categories', categories, ['code', 'oneHot'])
  const minCount = expectInteger('tabular', 'minCount', options.minCount ?? (table.rows.length < 100 ? 1 : 5))
  for (const name of [target, ...Object.keys(columns), ...(typeof scaling === 'object' ? Object.keys(scaling) : [])]) {
    if (!table.names.includes(name)) failColumn('tabular', name, table.names)
  }
  const missing = options.missing ?? defaultMissing
  const chosen = Object.entries(columns).filter((entry): entry is [string, ColumnKind] => entry[1] !== 'drop')
  const report = inspectTable(table, { columns: Object.fromEntries(chosen), missing })
  const settings = {
    ...{
      missing: new Set(missing),
      fill: fill === 'knn' ? ('median' as const) : fill,
      oneHot: categories === 'oneHot',
    },
    ...{ indicators: options.indicators ?? true, minCount },
  }
  const encoders = report.columns
    .filter(({ name }) => name !== target && columns[name] !== 'drop')
    .map((column) => {
      const own = typeof scaling === 'string' ? scaling : (scaling[column.name] ?? 'standard')
      return fitEncoder(table, column, { ...settings, scaling: own })
    })
    .filter((encoder) => encoder !== undefined)
  if (encoders.length === 0) {
    const kinds = report.columns.map(({ name, kind }) => `${name} (${kind})`).join(', ')
    fail(`tabular: no column is left to learn from: ${kinds}.`, 'Choose kinds with the option columns.')
  }
  const state: TabularState = {
    ...{ format: 'shapewise tabular', version: 1, missing, encoders },
    target: fitTarget(table, target, settings.missing, {
      task,
      classes: options.classes,
      scaling: options.targetScaling ?? 'standard',
    }),
  }
  if (fill !== 'knn') return new Tabular(state, report)
  const rows = scaledRows(encoders, table, settings.missing).map((row) => row.map((x) => (Number.isNaN(x) ? null : x)))
  return new Tabular({ ...state, knn: { neighbours: 5, rows } }, report)
}

/**
 * What {@link Tabular.toJSON} gave, as text or object.
 *
 * Throws if it is something else.
 */
export function loadTabular(json: string | object): Tabular {
  let state: unknown = json
  try {
    if (typeof json === 'string') state = JSON.parse(json)
    const { format, version, missing, encoders, target, knn } = state as TabularState
    const known = format === 'shapewise tabular' && version === 1 && isListOf(missing, isText) && isTarget(target)
    if (known && isListOf(encoders, isEncoder) && encoders.length > 0 && isKnn(knn, encoders)) {
      return new Tabular(state as TabularState)
    }
  } catch {
    // Told below.
  }
  return fail('loadTabular: this is not what a table was saved as.', 'Give JSON.stringify(tabular(…)), unchanged.')
}
