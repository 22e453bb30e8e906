import { fail } from '../../core/errors.js'
import type { NpyArray } from '../formats/npy.js'
import { type Column, floatColumn, integerColumn } from '../memory/column.js'
import { type Dataset, dataset } from '../memory/dataset.js'

/**
 * Arrays of NumPy as a data set: the first axis of each counts the examples. Whole numbers (but bytes of more than one axis, which are
 * pictures) become int32, others float32.
 *
 * Throws if they differ in the number of examples.
 *
 * ```ts
 * const arrays = new Map([
 *   ['inputs', { shape: [2, 3], data: new Float32Array(6) }],
 *   ['labels', { shape: [2], data: new Int32Array([0, 1]) }],
 * ])
 * const data = arrayDataset(arrays)
 * ```
 */
export function arrayDataset(arrays: ReadonlyMap<string, NpyArray>): Dataset {
  const columns: Record<string, Column> = {}
  for (const [name, { shape, data }] of arrays) {
    if (shape.length === 0)
      fail(`arrayDataset: "${name}" is a single number.`, 'Its first axis is to count the examples.')
    const real = data instanceof Float32Array || data instanceof Float64Array
    const picture = data instanceof Uint8Array && shape.length > 2
    columns[name] = real || picture ? floatColumn(data, shape.slice(1)) : integerColumn(data, shape.slice(1))
  }
  return dataset(columns)
}
