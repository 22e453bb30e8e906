import { expectFunction } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import { crc32 } from '../formats/crc32.js'
import { type Batch, type BatchColumn, makeBatch } from './batch.js'
import {
  type Column,
  type ColumnData,
  type ColumnDType,
  exampleCount,
  gatherColumn,
  joinColumns,
  validateColumn,
} from './column.js'
import { folds, type SplitOptions, shuffledGroups, splitGroups } from './splits.js'

/** Columns by name; `size` and `tensors` are what a batch has besides. */
export type Columns = Readonly<Record<string, Column>> & { readonly size?: never; readonly tensors?: never }

/** One example: a number for each column of single values, an array for others. */
export type Example<C extends Columns> = {
  readonly [Name in keyof C]: C[Name] extends Column<infer D, infer S>
    ? S extends readonly []
      ? number
      : ColumnData<D>
    : never
}

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

  /** The examples for which the predicate holds. Throws if there are none. */
  filter(predicate: (example: Example<C>, number: number) => boolean): Dataset<C> {
    expectFunction('filter', 'the predicate', predicate)
    const kept = range(this.length).filter((number) => predicate(this.example(number), number))
    if (kept.length === 0) fail('filter: no example is left.', 'Check the predicate.')
    return this.subset(kept)
  }

  /** Eight digits that change with the values, the names of columns and which examples are chosen, for notes of what was learned from. */
  checksum(): string {
    const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
      new Uint8Array(buffer, byteOffset, byteLength)
    const parts = [bytesOf(this.#chosen ?? Uint32Array.of(this.length))]
    for (const [name, { dtype, shape, scale, values }] of Object.entries(this.columns)) {
      parts.push(new TextEncoder().encode(JSON.stringify([name, dtype, shape, scale])), bytesOf(values))
    }
    const sums = Uint32Array.from(parts, (part) => crc32(part))
    return crc32(bytesOf(sums)).toString(16).padStart(8, '0')
  }

  /** These examples and behind them those of another data set with the same columns. Throws if columns differ. */
  concat(other: Dataset<C>): Dataset<C> {
    const names = Object.keys(this.columns)
    if (names.join() !== Object.keys(other.columns).join()) {
      fail(
        `concat: the columns are ${names.join(', ')} and ${Object.keys(other.columns).join(', ')}.`,
        'Name them alike.',
      )
    }
    const columns = names.map((name) => [
      name,
      joinColumns(name, this.columns[name]!, this.#all(), other.columns[name]!, other.#all()),
    ])
    return new Dataset(Object.fromEntries(columns) as C, this.length + other.length)
  }

  /** The columns of both, example by example. Throws if lengths differ or a name occurs twice. */
  zip<Other extends Columns>(other: Dataset<Other>): Dataset<C & Other> {
    if (this.length !== other.length) {
      fail(`zip: there are ${this.length} and ${other.length} examples.`, 'Both need the same number.')
    }
    const twice = Object.keys(other.columns).find((name) => name in this.columns)
    if (twice !== undefined) fail(`zip: both have a column "${twice}".`, 'Rename one of them.')
    const columns: Record<string, Column> = {}
    for (const data of [this, other] as readonly Dataset[]) {
      for (const [name, column] of Object.entries<Column>(data.columns)) {
        columns[name] = data.#chosen === undefined ? column : joinColumns(name, column, data.#all())
      }
    }
    return new Dataset(columns as C & Other, this.length)
  }

  /**
   * Two parts: about `fraction` of the examples, and the rest; with a seed the examples are shuffled before.
   *
   * With `stratify` each class of that column is split by itself, so that both parts have the same share of each; with
   * `groups` examples of one value of that column stay together (speakers, patients). Both shuffle, with seed 0 if none is given.
   *
   * Throws if one of the parts would be empty.
   *
   * ```ts
   * const [training, validation] = train.split(0.9, { stratify: 'labels', seed: 1 })
   * ```
   */
  split(fraction: number, options: SplitOptions<C> = {}): [Dataset<C>, Dataset<C>] {
    const { groups, stratify, seed } = this.#splitOptions('split', options)
    let [first, second]: readonly (readonly number[] | Uint32Array)[] = []
    if (groups === undefined && stratify === undefined) {
      const order = range(this.length)
      if (seed !== undefined) new RandomStream(seed).shuffle(order)
      const count = Math.round(this.length * fraction)
      if (count > 0) [first, second] = [order.subarray(0, count), order.subarray(count)]
    } else {
      ;[first, second] = splitGroups(shuffledGroups(this.length, seed ?? 0, groups, stratify), fraction)
    }
    if (!first?.length || !second?.length) {
      const cause = `split: a fraction of ${fraction} cuts ${this.length} examples into parts of which one is empty.`
      fail(cause, 'Give a number between 0 and 1 that leaves examples on both sides.')
    }
    return [this.subset(first), this.subset(second)]
  }

  /**
   * `count` pairs of training and validation parts: every example is in exactly one validation part. Shuffled, with seed 0 if
   * none is given; `stratify` and `groups` as in {@link split}.
   *
   * Throws if there are fewer examples, or groups, than folds.
   *
   * ```ts
   * for (const [training, validation] of train.kFold(5, { stratify: 'labels' })) console.log(training.length)
   * ```
   */
  kFold(count: number, options: SplitOptions<C> = {}): [Dataset<C>, Dataset<C>][] {
    const { groups, stratify, seed } = this.#splitOptions('kFold', options)
    const parts = folds(shuffledGroups(this.length, seed ?? 0, groups, stratify), count)
    return parts.map((part, own) => [
      this.subset(parts.flatMap((other, i) => (i === own ? [] : other)).sort((a, b) => a - b)),
      this.subset(part),
    ])
  }

  #splitOptions(operation: string, options: SplitOptions<C>) {
    checkOptions<SplitOptions<C>>(operation, options, { seed: true, stratify: true, groups: true })
    const { seed, stratify, groups } = options
    return {
      seed,
      stratify: stratify === undefined ? undefined : this.classes(operation, stratify),
      groups: groups === undefined ? undefined : this.classes(operation, groups),
    }
  }

  /** The values of a column of one whole number per example. Throws if it is not one. */
  classes(operation: string, name: keyof C & string): Int32Array {
    const values: Float32Array | Int32Array = this.values(name)
    if (values instanceof Int32Array && values.length === this.length) return values
    return fail(`${operation}: column "${name}" is not one whole number per example.`, 'Name a column of labels.')
  }

  /** The example with this number. Throws if there is none. */
  example(number: number): Example<C> {
    const at = this.#locate([number])
    const example: Record<string, number | ColumnData<ColumnDType>> = {}
    for (const [name, column] of Object.entries<Column>(this.columns)) {
      const data = gatherColumn(column, at)
      example[name] = column.shape.length === 0 ? data[0]! : data
    }
    return example as Example<C>
  }

  /** All values of one column as they are delivered in a batch, example after example. */
  values<Name extends keyof C>(name: Name): C[Name] extends Column<infer D> ? ColumnData<D> : never
  values(name: string): Float32Array | Int32Array {
    const column = this.columns[name]
    if (column === undefined) {
      const known = Object.keys(this.columns).join(', ')
      fail(`data set: there is no column "${name}".`, `The columns are: ${known}.`)
    }
    return gatherColumn(column, this.#all())
  }

  /** The examples with these numbers as arrays of their own. Throws if one does not exist. */
  gather(examples: ArrayLike<number>): Batch<C> {
    const located = this.#locate(examples)
    const batch: Record<string, BatchColumn<ColumnDType, readonly number[]>> = {}
    for (const [name, column] of Object.entries<Column>(this.columns)) {
      const { dtype, shape } = column
      batch[name] = { dtype, shape: [examples.length, ...shape], data: gatherColumn(column, located) }
    }
    return makeBatch<C>(examples.length, batch)
  }

  /** Checks every value again, for columns changed since the data set was made. Throws like {@link dataset}. */
  validate(): void {
    for (const [name, column] of Object.entries<Column>(this.columns)) validateColumn(name, column)
  }

  #all(): Uint32Array {
    return this.#locate(range(this.length))
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
