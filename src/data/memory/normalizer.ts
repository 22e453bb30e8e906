import { expectChoice } from '../../core/arguments.js'
import { describe } from '../../core/describe.js'
import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ShapeOf } from '../../tensor/types/index.js'
import { Stream } from '../pipeline/stream.js'
import type { Batch, BatchColumn, Features } from './batch.js'
import { batches } from './batches.js'
import type { ColumnDType } from './column.js'
import { type Columns, Dataset } from './dataset.js'

export interface NormalizerOptions {
  /** 'standard': mean 0 and standard deviation 1; 'range': smallest 0 and largest 1. Default 'standard'. */
  readonly kind?: 'standard' | 'range'
  /** Which values share their numbers: those of a 'channel' (the last axis of an example), each 'value' of an example alone, or 'all'. Default 'channel'. */
  readonly per?: 'channel' | 'value' | 'all'
}

/** A normalizer as plain data. */
export interface NormalizerState {
  readonly kind: 'standard' | 'range'
  readonly shape: readonly number[]
  readonly offset: readonly number[]
  readonly scale: readonly number[]
}

/** (x − offset) / scale, with numbers that were measured on examples; see {@link fitNormalizer}. */
export class Normalizer {
  readonly kind: 'standard' | 'range'
  /** The shape of the numbers, which meets the last axes of an example. */
  readonly shape: readonly number[]
  /** Means, or smallest values. */
  readonly offset: readonly number[]
  /** Standard deviations, or the distances from the smallest to the largest value; 1 where all values are equal. */
  readonly scale: readonly number[]

  /**
   * @param state what `toJSON` gave
   * @throws Error if it is none
   */
  constructor({ kind, shape, offset, scale }: NormalizerState) {
    expectChoice('Normalizer', 'the kind', kind, ['standard', 'range'])
    const size = shape.reduce((product, n) => product * n, 1)
    if (offset.length !== size || scale.length !== size || !scale.every((each) => each > 0 && each < Infinity)) {
      fail('Normalizer: the numbers do not belong together.', 'Give what toJSON gave.')
    }
    this.kind = kind
    this.shape = shape
    this.offset = offset
    this.scale = scale
  }

  /** (x − offset) / scale, for examples or batches of them; part of a compiled program where it is called in one. */
  normalize<T extends Tensor>(x: T): Tensor<ShapeOf<T>> {
    this.#expect('normalize', x)
    return x.sub(this.#tensor(this.offset)).div(this.#tensor(this.scale)).cast(floatFor(x)) as Tensor as Tensor<
      ShapeOf<T>
    >
  }

  /** The inverse: x · scale + offset. */
  restore<T extends Tensor>(x: T): Tensor<ShapeOf<T>> {
    this.#expect('restore', x)
    return x.mul(this.#tensor(this.scale)).add(this.#tensor(this.offset)).cast(floatFor(x)) as Tensor as Tensor<
      ShapeOf<T>
    >
  }

  /** Plain data, for JSON. */
  toJSON(): NormalizerState {
    return { kind: this.kind, shape: this.shape, offset: this.offset, scale: this.scale }
  }

  #tensor(values: readonly number[]): Tensor {
    return tensor([...values], this.shape, 'float32') as Tensor
  }

  #expect(operation: string, x: Tensor): void {
    const last = x.shape.slice(x.rank - this.shape.length)
    if (this.shape.length === 0 || last.join() === this.shape.join()) return
    failShape(
      operation,
      `${formatShape(x.shape)} does not end in ${formatShape(this.shape)}`,
      'Give examples like those measured.',
    )
  }
}

const floatFor = ({ dtype }: Tensor): Tensor['dtype'] => (/float/.test(dtype) ? dtype : 'float32')

/**
 * Measures the values of a column in one pass, so that they can be normalized: on the training part only, since what is learned from
 * test examples makes their results too good.
 *
 * @param data a data set, or a stream of batches, of which epoch 0 is read
 * @throws Error if there is no such column, or no example
 * @source Welford, "Note on a method for calculating corrected sums of squares and products", 1962; Chan, Golub, LeVeque, 1983
 * @example
 * const train = dataset({ inputs: floatColumn(Float32Array.of(1, 10, 3, 30), [2]) })
 * const normalizer = fitNormalizer(train, 'inputs')
 * normalizer.normalize(tensor([[3, 20]])) // [[1, 0]]
 */
export function fitNormalizer<C extends Columns>(
  data: Dataset<C>,
  column: keyof C & string,
  options?: NormalizerOptions,
): Normalizer
export function fitNormalizer<F extends Features>(
  data: Stream<Batch<F>>,
  column: keyof F & string,
  options?: NormalizerOptions,
): Promise<Normalizer>
export function fitNormalizer(
  data: Dataset | Stream<unknown>,
  column: string,
  options: NormalizerOptions = {},
): Normalizer | Promise<Normalizer> {
  checkOptions('fitNormalizer', options, { kind: true, per: true })
  const { kind = 'standard', per = 'channel' } = options
  expectChoice('fitNormalizer', 'the kind', kind, ['standard', 'range'])
  expectChoice('fitNormalizer', 'per', per, ['channel', 'value', 'all'])
  const measured = new Measured(column, per)
  if (data instanceof Dataset) {
    // Only this column is read.
    const own = data.columns[column]
    if (own === undefined) return missing(column, Object.keys(data.columns))
    for (const batch of batches(data, { batchSize: 256 })) measured.add(batch)
    return measured.normalizer(kind)
  }
  if (!(data instanceof Stream)) {
    fail(`fitNormalizer: the examples are ${describe(data)}`, 'Give a data set or a stream of batches.')
  }
  return (async () => {
    for await (const batch of data.epoch(0)) measured.add(batch as Batch<Features>)
    return measured.normalizer(kind)
  })()
}

function missing(column: string, known: readonly string[]): never {
  fail(`fitNormalizer: there is no column "${column}".`, `There are: ${known.join(', ')}.`)
}

/** Means, squared deviations and extremes of groups of values, put together batch by batch. */
class Measured {
  #shape: readonly number[] | undefined
  #count = 0
  #mean = new Float64Array()
  #squares = new Float64Array()
  #low = new Float64Array()
  #high = new Float64Array()

  constructor(
    private readonly column: string,
    private readonly per: NonNullable<NormalizerOptions['per']>,
  ) {}

  add(batch: Readonly<Record<string, unknown>>): void {
    const given = batch[this.column] as BatchColumn<ColumnDType, readonly number[]> | undefined
    if (given?.data === undefined) {
      missing(
        this.column,
        Object.keys(batch).filter((name) => name !== 'size' && name !== 'tensors'),
      )
    }
    const example = given.shape.slice(1)
    const shape = { channel: example.slice(-1), value: example, all: [] }[this.per]
    const groups = shape.reduce((product, n) => product * n, 1)
    this.#shape ??= this.#start(shape, groups)
    if (shape.join() !== this.#shape.join()) {
      fail(
        `fitNormalizer: "${this.column}" is ${formatShape(this.#shape)} and ${formatShape(shape)}.`,
        'Normalize per channel.',
      )
    }
    const count = given.data.length / groups
    if (count === 0) return
    for (let group = 0; group < groups; group++) this.#addGroup(given.data, group, groups, count)
    this.#count += count
  }

  #start(shape: readonly number[], groups: number): readonly number[] {
    this.#mean = new Float64Array(groups)
    this.#squares = new Float64Array(groups)
    this.#low = new Float64Array(groups).fill(Infinity)
    this.#high = new Float64Array(groups).fill(-Infinity)
    return shape
  }

  #addGroup(data: ArrayLike<number>, group: number, groups: number, count: number): void {
    let [sum, low, high] = [0, Infinity, -Infinity]
    for (let at = group; at < data.length; at += groups) {
      const value = data[at]!
      sum += value
      if (value < low) low = value
      if (value > high) high = value
    }
    const mean = sum / count
    let squares = 0
    for (let at = group; at < data.length; at += groups) squares += (data[at]! - mean) ** 2
    const total = this.#count + count
    const step = mean - this.#mean[group]!
    this.#mean[group]! += (step * count) / total
    this.#squares[group]! += squares + (step ** 2 * this.#count * count) / total
    this.#low[group] = Math.min(this.#low[group]!, low)
    this.#high[group] = Math.max(this.#high[group]!, high)
  }

  normalizer(kind: 'standard' | 'range'): Normalizer {
    if (this.#shape === undefined || this.#count === 0) {
      fail('fitNormalizer: there are no examples.', 'Give at least one.')
    }
    const [offset, scale] =
      kind === 'standard'
        ? [this.#mean, this.#squares.map((each) => Math.sqrt(each / this.#count))]
        : [this.#low, this.#high.map((each, i) => each - this.#low[i]!)]
    return new Normalizer({ kind, shape: this.#shape, offset: [...offset], scale: [...scale].map((each) => each || 1) })
  }
}
