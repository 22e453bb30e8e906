import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { ColumnData, ColumnDType } from './column.js'

/** What one property of an example is: its dtype in a batch and the shape of one example. Columns are features with values. */
export interface Feature<D extends ColumnDType = ColumnDType, S extends readonly number[] = readonly number[]> {
  readonly dtype: D
  readonly shape: S
}

/** Features by name; `size` and `tensors` are what a batch has besides. */
export type Features = Readonly<Record<string, Feature>> & { readonly size?: never; readonly tensors?: never }

/** One column of a batch: `data` holds `shape` values, the first size being the number of examples. */
export interface BatchColumn<D extends ColumnDType, S extends readonly number[]> {
  readonly dtype: D
  readonly shape: readonly [number, ...S]
  readonly data: ColumnData<D>
}

/** The columns of a batch as tensors. */
export type BatchTensors<F extends Features> = {
  readonly [Name in keyof F as Name extends 'size' | 'tensors' ? never : Name]: F[Name] extends Feature<
    ColumnDType,
    infer S
  >
    ? number extends S['length']
      ? Tensor
      : Tensor<[number, ...S]>
    : never
}

/** Some examples: an array for each column, and how many examples there are. */
export type Batch<F extends Features> = {
  readonly [Name in keyof F]: F[Name] extends Feature<infer D, infer S> ? BatchColumn<D, S> : never
} & {
  readonly size: number
  /**
   * The columns as tensors `[size, …shape of one example]`; the data is copied.
   *
   * ```ts
   * const data = dataset({ inputs: floatColumn(new Float32Array(6), [3]), labels: labelColumn(new Uint8Array(2)) })
   * const { inputs, labels } = data.gather([0, 1]).tensors()
   * inputs.sum(-1).add(labels) // [0, 0]
   * ```
   */
  tensors(): BatchTensors<F>
}

type AnyColumn = BatchColumn<ColumnDType, readonly number[]>

/** What batches inherit, so that two with equal columns are equal. */
const prototype = {
  tensors(this: Readonly<Record<string, AnyColumn | number>>): Record<string, Tensor> {
    const tensors: Record<string, Tensor> = {}
    for (const [name, column] of Object.entries(this)) {
      if (typeof column === 'object') tensors[name] = tensor(column.data, column.shape, column.dtype)
    }
    return tensors
  },
}

/** A batch of these columns. */
export function makeBatch<F extends Features>(size: number, columns: Readonly<Record<string, AnyColumn>>): Batch<F> {
  return Object.assign(Object.create(prototype), { size }, columns)
}
