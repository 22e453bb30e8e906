import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type Batch, type Feature, type Features, makeBatch } from '../memory/batch.js'
import type { ColumnDType } from '../memory/column.js'

/** A feature of examples that come one by one: how values become a column of a batch. */
export interface StreamFeature<D extends ColumnDType = ColumnDType, S extends readonly number[] = readonly number[]>
  extends Feature<D, S> {
  readonly scale?: number
  readonly classes?: number
  /** For sequences: what the shorter ones are filled up with, and to a multiple of what. */
  readonly padding?: { readonly value: number; readonly multipleOf: number; readonly longest: number }
  /** The feature whose number of steps this is. */
  readonly lengthOf?: string
}

/**
 * Real numbers, `shape` per example; `scale` is what they are multiplied with.
 *
 * ```ts
 * const pictures = generate(({ index }) => ({ inputs: new Float32Array(9).fill(index) }), { length: 4 })
 * const batched = pictures.batch(2, { inputs: floats([3, 3, 1]) })
 * ```
 */
export function floats<const S extends readonly number[]>(
  shape: S,
  options: { readonly scale?: number } = {},
): StreamFeature<'float32', S> {
  checkOptions('floats', options, { scale: true })
  return { dtype: 'float32', shape, ...options }
}

/** Whole numbers, `shape` per example. */
export const integers = <const S extends readonly number[]>(shape: S): StreamFeature<'int32', S> => ({
  dtype: 'int32',
  shape,
})

/** One whole number per example; with `classes`, a label 0 … `classes` − 1. */
export function label(options: { readonly classes?: number } = {}): StreamFeature<'int32', readonly []> {
  checkOptions('label', options, { classes: true })
  return { dtype: 'int32', shape: [], ...options }
}

export interface SequenceOptions {
  /** What shorter sequences are filled up with at the end; 0. */
  readonly pad?: number
  /** Lengths are rounded up to a multiple of this, so that fewer programs are compiled; 1. */
  readonly multipleOf?: number
  /** Longer sequences are refused; without end by default. */
  readonly longest?: number
}

/**
 * Sequences of different lengths: a column `[batch, time, …step]`, as long as the longest of the batch.
 *
 * ```ts
 * const sentences = generate(({ index }) => ({ words: new Int32Array(index + 1).fill(7) }), { length: 3 })
 * const padded = sentences.batch(3, { words: sequence('int32'), lengths: lengthOf('words') })
 * ```
 */
export function sequence<const D extends ColumnDType, const S extends readonly number[] = readonly []>(
  dtype: D,
  step?: S,
  options: SequenceOptions = {},
): StreamFeature<D, readonly [number, ...S]> {
  checkOptions('sequence', options, { pad: true, multipleOf: true, longest: true })
  const { pad = 0, multipleOf = 1, longest = Infinity } = options
  if (!Number.isInteger(multipleOf) || multipleOf < 1) {
    fail(`sequence: multipleOf is ${multipleOf}.`, 'Give a whole number of at least 1.')
  }
  const shape = [-1, ...(step ?? [])] as unknown as readonly [number, ...S]
  return { dtype, shape, padding: { value: pad, multipleOf, longest } }
}

/** How many steps the sequence of this name has in each example, before it is filled up. */
export const lengthOf = (name: string): StreamFeature<'int32', readonly []> => ({
  dtype: 'int32',
  shape: [],
  lengthOf: name,
})

/** Throws if one is no feature, or has a name that a batch uses itself. */
export function expectFeatures(operation: string, features: Features): void {
  for (const [name, feature] of Object.entries<Feature | undefined>(features)) {
    if (typeof feature !== 'object' || feature === null || !Array.isArray(feature.shape)) {
      fail(
        `${operation}: the feature "${name}" is ${describe(feature)}.`,
        'Make it with floats, integers, label, sequence or lengthOf.',
      )
    }
    if (name === 'size' || name === 'tensors')
      fail(`${operation}: a batch has a ${name} of its own.`, 'Rename the feature.')
  }
}

/** Puts examples together into one batch. Throws, naming the feature and the example, if a value does not fit. */
export function collate<F extends Features>(examples: readonly object[], features: F): Batch<F> {
  const columns: Record<string, { dtype: ColumnDType; shape: [number, ...number[]]; data: Float32Array | Int32Array }> =
    {}
  for (const [name, feature] of Object.entries<StreamFeature>(features)) {
    const source = feature.lengthOf ?? name
    const values = examples.map((example, i) => valuesOf(example, source, i))
    columns[name] = feature.lengthOf === undefined ? column(name, feature, values) : lengths(features, source, values)
  }
  return makeBatch<F>(examples.length, columns)
}

function valuesOf(example: object, name: string, i: number): ArrayLike<number> {
  const value: unknown = (example as Readonly<Record<string, unknown>>)[name]
  if (typeof value === 'number' || typeof value === 'boolean') return [Number(value)]
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) return value as ArrayLike<number>
  return fail(
    `batch: "${name}" of example ${i} is ${describe(value)}.`,
    'Examples hold numbers, typed arrays or plain arrays of numbers; map them to that first.',
  )
}

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1)

function lengths(features: Features, source: string, values: readonly ArrayLike<number>[]) {
  const feature = (features as Readonly<Record<string, Feature>>)[source]
  const step = product(feature?.shape.slice(1) ?? [])
  const data = Int32Array.from(values, ({ length }) => length / step)
  return { dtype: 'int32' as const, shape: [values.length] as [number], data }
}

function column(name: string, feature: StreamFeature, values: readonly ArrayLike<number>[]) {
  const { dtype, padding, scale = 1 } = feature
  let shape = feature.shape
  if (padding !== undefined) {
    const step = product(shape.slice(1))
    const longest = values.reduce((most, { length }) => Math.max(most, length / step), 0)
    if (longest > padding.longest) {
      fail(`batch: a sequence "${name}" has ${longest} steps, more than ${padding.longest}.`, 'Cut or drop it before.')
    }
    const steps = Math.min(padding.longest, Math.max(1, Math.ceil(longest / padding.multipleOf)) * padding.multipleOf)
    shape = [steps, ...shape.slice(1)]
  }
  const size = product(shape)
  const data = dtype === 'float32' ? new Float32Array(values.length * size) : new Int32Array(values.length * size)
  if (padding !== undefined && padding.value !== 0) data.fill(padding.value)
  values.forEach((value, i) => {
    const step = product(shape.slice(1))
    const fits = padding === undefined ? value.length === size : Number.isInteger(value.length / step)
    if (!fits) {
      const wanted = padding === undefined ? `${size} values [${shape.join(', ')}]` : `a multiple of ${step} values`
      fail(
        `batch: "${name}" of example ${i} has ${value.length} values, not ${wanted}.`,
        'Check the shape of the feature.',
      )
    }
    for (let k = 0; k < value.length; k++) data[i * size + k] = checked(name, feature, i, value[k]!) * scale
  })
  return { dtype, shape: [values.length, ...shape] as [number, ...number[]], data }
}

function checked(name: string, { dtype, classes }: StreamFeature, i: number, value: number): number {
  const whole = dtype === 'float32' || Number.isInteger(value)
  if (Number.isFinite(value) && whole && (classes === undefined || (value >= 0 && value < classes))) return value
  const wanted =
    classes === undefined ? (dtype === 'int32' ? 'whole numbers' : 'finite numbers') : `labels 0 … ${classes - 1}`
  return fail(`batch: "${name}" of example ${i} holds ${value}.`, `Give ${wanted}.`)
}
