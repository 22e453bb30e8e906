import { expectList } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'

/** The element types in which a batch is delivered. */
export type ColumnDType = 'float32' | 'int32'

/** The arrays in which examples may be stored; they are converted when a batch is made. */
export type ColumnValues =
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

/** The array in which a batch of dtype `D` is delivered. */
export type ColumnData<D extends ColumnDType> = D extends 'float32' ? Float32Array : Int32Array

/** One property of all examples, such as the pictures or the labels, stored one example after the other. */
export interface Column<D extends ColumnDType = ColumnDType, S extends readonly number[] = readonly number[]> {
  readonly dtype: D
  /** The shape of one example: `[28, 28, 1]` for a grey picture, `[]` for a number. */
  readonly shape: S
  readonly values: ColumnValues
  /** What a stored value is multiplied with when a batch is made. */
  readonly scale: number
  /** If given, values are class labels 0 … `classes` − 1. */
  readonly classes?: number
}

/**
 * A column of real numbers, `values.length / product(shape)` examples.
 *
 * With `scale`, small integers are stored as they are and scaled as they are delivered: pictures stay bytes in memory.
 *
 * ```ts
 * floatColumn(images, [28, 28, 1], { scale: 1 / 255 })
 * ```
 */
export function floatColumn<const S extends readonly number[]>(
  values: ColumnValues,
  shape: S,
  options: { readonly scale?: number } = {},
): Column<'float32', S> {
  checkOptions('floatColumn', options, { scale: true })
  expectValues('floatColumn', values, shape)
  return { dtype: 'float32', shape, values, scale: options.scale ?? 1 }
}

/**
 * A column of whole numbers, `shape` per example: word numbers, for instance.
 *
 * ```ts
 * integerColumn(wordNumbers, [sentenceLength])
 * ```
 */
export function integerColumn<const S extends readonly number[]>(values: ColumnValues, shape: S): Column<'int32', S> {
  expectValues('integerColumn', values, shape)
  return { dtype: 'int32', shape, values, scale: 1 }
}

/**
 * A column of whole numbers, one per example; with `classes` they are labels 0 … `classes` − 1.
 *
 * ```ts
 * labelColumn(labels, { classes: 10 })
 * ```
 */
export function labelColumn(
  values: ColumnValues,
  options: { readonly classes?: number } = {},
): Column<'int32', readonly []> {
  checkOptions('labelColumn', options, { classes: true })
  return { ...integerColumn(values, []), ...options }
}

function expectValues(operation: string, values: ColumnValues, shape: readonly number[]): void {
  expectList(operation, 'the shape of one example', shape)
  if (ArrayBuffer.isView(values) && !((values as unknown) instanceof DataView)) return
  fail(
    `${operation}: the values are ${describe(values)}`,
    cureFor(values, 'Pass a typed array: Float32Array.from(numbers).'),
  )
}

/** How many stored values make one example. */
export const exampleSize = (column: Column): number => column.shape.reduce((product, size) => product * size, 1)

/** How many examples the column holds. Throws if the shape is wrong, an example is cut off or there are none. */
export function exampleCount(name: string, column: Column): number {
  if (typeof column !== 'object' || !Array.isArray(column?.shape)) {
    fail(
      `data set: column "${name}" is ${describe(column)}`,
      cureFor(column, 'Make it with floatColumn, integerColumn or labelColumn.'),
    )
  }
  const shape = `[${column.shape.join(', ')}]`
  if (column.shape.some((size) => !Number.isInteger(size) || size < 1)) {
    fail(`data set: column "${name}" has the example shape ${shape}.`, 'Give whole sizes of at least 1.')
  }
  if (!Number.isFinite(column.scale)) {
    fail(`data set: column "${name}" has the scale ${column.scale}.`, 'Give a finite number, such as 1 / 255.')
  }
  const size = exampleSize(column)
  const { length } = column.values
  if (length === 0) fail(`data set: column "${name}" is empty.`, 'Give at least one example.')
  if (length % size !== 0) {
    const cause = `data set: column "${name}" has ${length} values, not a multiple of the ${size} of one example ${shape}`
    fail(`${cause}.`, 'Check the shape of one example and whether the data is complete.')
  }
  return length / size
}

/** Whether an array of this kind can hold values that the column must not deliver. */
function needsCheck(column: Column): boolean {
  const { values } = column
  if (values instanceof Float32Array || values instanceof Float64Array) return true
  if (column.dtype === 'float32') return false
  return column.classes !== undefined || values instanceof Uint32Array
}

/**
 * Checks every value of a column.
 *
 * Throws at the first one that is NaN or infinite, that is not a whole number although the column holds labels, or
 * that is not one of the classes, naming the column and the example.
 */
export function validateColumn(name: string, column: Column): void {
  if (!needsCheck(column)) return
  const { values, dtype, classes } = column
  const lowest = classes === undefined ? -(2 ** 31) : 0
  const highest = classes === undefined ? 2 ** 31 - 1 : classes - 1
  const size = exampleSize(column)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const place = () => `data set: column "${name}": example ${Math.floor(i / size)}`
    if (!Number.isFinite(value)) {
      fail(
        `${place()} holds ${value}.`,
        'Drop the example or replace the value: training would turn every weight to NaN.',
      )
    }
    if (dtype === 'float32') continue
    if (!Number.isInteger(value)) {
      fail(`${place()} has the label ${value}.`, 'Labels are whole numbers; use floatColumn for real-valued targets.')
    }
    if (value < lowest || value > highest) {
      const range = classes === undefined ? 'the range of int32' : `the classes 0 … ${highest}`
      fail(
        `${place()} has the label ${value}, outside ${range}.`,
        'Number the classes from 0 and give their true count.',
      )
    }
  }
}

/** Writes the chosen examples, one after the other, into a new array of the column's dtype. */
export function gatherColumn<D extends ColumnDType>(column: Column<D>, examples: ArrayLike<number>): ColumnData<D> {
  const { values, scale } = column
  const size = exampleSize(column)
  const length = examples.length * size
  const out: Float32Array | Int32Array = column.dtype === 'float32' ? new Float32Array(length) : new Int32Array(length)
  const plain = scale === 1
  for (let i = 0; i < examples.length; i++) {
    const from = examples[i]! * size
    const to = i * size
    if (plain && size > 1) out.set(values.subarray(from, from + size), to)
    else for (let k = 0; k < size; k++) out[to + k] = values[from + k]! * scale
  }
  return out as ColumnData<D>
}

/** A column of some examples of one column and then some of another. Throws if they differ in anything but the values. */
export function joinColumns(
  name: string,
  first: Column,
  firstExamples: ArrayLike<number>,
  second: Column = first,
  secondExamples: ArrayLike<number> = [],
): Column {
  const kind = ({ dtype, shape, scale, classes }: Column) =>
    `${dtype} [${shape.join(', ')}], scale ${scale}, ${classes} classes`
  if (kind(first) !== kind(second)) {
    fail(
      `concat: column "${name}" is ${kind(first)} and ${kind(second)}.`,
      'Both need the same dtype, shape, scale and classes.',
    )
  }
  const size = exampleSize(first)
  const Kind = (
    first.values.constructor === second.values.constructor ? first.values.constructor : Float64Array
  ) as new (
    length: number,
  ) => ColumnValues
  const values = new Kind((firstExamples.length + secondExamples.length) * size)
  const copy = (from: ColumnValues, examples: ArrayLike<number>, start: number) => {
    for (let i = 0; i < examples.length; i++) {
      values.set(from.subarray(examples[i]! * size, (examples[i]! + 1) * size), (start + i) * size)
    }
  }
  copy(first.values, firstExamples, 0)
  copy(second.values, secondExamples, firstExamples.length)
  return { ...first, values }
}
