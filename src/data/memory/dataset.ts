import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import { type Column, type ColumnData, type ColumnDType, exampleCount, gatherColumn, validateColumn } from './column.js'

/** Columns by name; `size` is what a batch calls its number of examples. */
export type Columns = Readonly<Record<string, Column>> & { readonly size?: never }

/** One column of a batch: `data` holds `shape` values, the first size being the number of examples. */
export interface BatchColumn<D extends ColumnDType, S extends readonly number[]> {
  readonly dtype: D
  readonly shape: readonly [number, ...S]
  readonly data: ColumnData<D>
}

/** Some examples: an array for each column, and how many examples there are. */
export type Batch<C extends Columns> = {
  readonly [Name in keyof C]: C[Name] extends Column<infer D, infer S> ? BatchColumn<D, S> : never
} & { readonly size: number }

/**
 * Examples in named columns, all of the same length, in memory.
 *
 * `take`, `subset` and `split` are views: they choose examples and copy nothing.
 *
 * ```ts
 * const data = dataset({ inputs: floatColumn(pixels, [28, 28, 1], { scale: 1 / 255 }), labels: labelColumn(digits) })
 * const [training, validation] = data.split(0.9, { seed: 1 })
 * ```
 */
export class Dataset<C extends Columns = Columns> {
  readonly columns: C
  readonly length: number
  /** The chosen examples, or undefined for all, in order. */
  readonly #chosen: Uint32Array | undefined

  /** Use {@link dataset}, which checks the columns. */
  constructor(columns: C, length: number, chosen?: Uint32Array) {
    this.columns = columns
    this.length = length
    this.#chosen = chosen
  }

  /** The first `count` examples, or all if there are fewer. Throws if `count` is not a whole number of at least 1. */
  take(count: number): Dataset<C> {
    if (!Number.isInteger(count) || count < 1) {
      fail(`take: cannot take ${count} examples.`, 'Give a whole number of at least 1.')
    }
    return this.subset(range(Math.min(count, this.length)))
  }

  /** The examples with these numbers, in this order; repetitions are allowed. Throws if one does not exist or none is given. */
  subset(examples: ArrayLike<number>): Dataset<C> {
    if (examples.length === 0) fail('subset: no examples are chosen.', 'Choose at least one.')
    return new Dataset(this.columns, examples.length, this.#locate(examples))
  }

  /**
   * Two parts: about `fraction` of the examples, and the rest; with a seed the examples are shuffled before.
   *
   * Throws if one of the parts would be empty.
   */
  split(fraction: number, options: { readonly seed?: number } = {}): [Dataset<C>, Dataset<C>] {
    checkOptions('split', options, { seed: true })
    const first = Math.round(this.length * fraction)
    if (!(first >= 1 && first < this.length)) {
      const cause = `split: a fraction of ${fraction} cuts ${this.length} examples into parts of which one is empty.`
      fail(cause, 'Give a number between 0 and 1 that leaves examples on both sides.')
    }
    const order = range(this.length)
    if (options.seed !== undefined) new RandomStream(options.seed).shuffle(order)
    return [this.subset(order.subarray(0, first)), this.subset(order.subarray(first))]
  }

  /** All values of one column as they are delivered in a batch, example after example. */
  values<Name extends keyof C>(name: Name): C[Name] extends Column<infer D> ? ColumnData<D> : never
  values(name: string): Float32Array | Int32Array {
    const column = this.columns[name]
    if (column === undefined) {
      const known = Object.keys(this.columns).join(', ')
      fail(`data set: there is no column "${name}".`, `The columns are: ${known}.`)
    }
    return gatherColumn(column, this.#locate(range(this.length)))
  }

  /** The examples with these numbers as arrays of their own. Throws if one does not exist. */
  gather(examples: ArrayLike<number>): Batch<C> {
    const located = this.#locate(examples)
    const batch: Record<string, number | BatchColumn<ColumnDType, readonly number[]>> = { size: examples.length }
    for (const [name, column] of Object.entries<Column>(this.columns)) {
      const { dtype, shape } = column
      batch[name] = { dtype, shape: [examples.length, ...shape], data: gatherColumn(column, located) }
    }
    return batch as Batch<C>
  }

  /** Checks every value again, for columns changed since the data set was made. Throws like {@link dataset}. */
  validate(): void {
    for (const [name, column] of Object.entries<Column>(this.columns)) validateColumn(name, column)
  }

  /** Where the examples lie in the columns. */
  #locate(examples: ArrayLike<number>): Uint32Array {
    const located = new Uint32Array(examples.length)
    for (let i = 0; i < examples.length; i++) {
      const example = examples[i]!
      if (!Number.isInteger(example) || example < 0 || example >= this.length) {
        fail(`data set: there is no example ${example}.`, `Examples are numbered 0 … ${this.length - 1}.`)
      }
      located[i] = this.#chosen === undefined ? example : this.#chosen[example]!
    }
    return located
  }
}

const range = (length: number): Uint32Array => Uint32Array.from({ length }, (_, i) => i)

/**
 * A data set made of columns.
 *
 * Throws if there are no columns or examples, if columns differ in length, or if a value is NaN, infinite or not a valid
 * label; the message names the column and the example.
 */
export function dataset<const C extends Columns>(columns: C): Dataset<C> {
  if (typeof columns !== 'object' || columns === null) {
    fail(`data set: the columns are ${describe(columns)}`, cureFor(columns, 'Name them: dataset({ inputs, labels }).'))
  }
  const entries = Object.entries<Column>(columns)
  if (entries.length === 0) fail('data set: there are no columns.', 'Give at least one, such as inputs.')
  const counts = entries.map(([name, column]) => ({ name, count: exampleCount(name, column) }))
  const first = counts[0]!
  const other = counts.find(({ count }) => count !== first.count)
  if (other !== undefined) {
    const cause = `data set: column "${first.name}" has ${first.count} examples, but column "${other.name}" has ${other.count}.`
    fail(cause, 'Every column needs one entry for every example.')
  }
  const made = new Dataset(columns, first.count)
  made.validate()
  return made
}
