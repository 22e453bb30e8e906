import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import type { Batch } from './batch.js'
import { type Columns, Dataset } from './dataset.js'
import { epochOrder, type OrderOptions } from './order.js'

export interface BatchOptions<C extends Columns = Columns> extends OrderOptions<C> {
  readonly batchSize: number
  /** Whether to leave out a last batch that is not full. Default false. */
  readonly dropLast?: boolean
  /** How many batches of the epoch are done already: going on after a break. Default 0. */
  readonly start?: number
}

/** The batches of one epoch; iterating again gives the same ones. */
export interface Batches<C extends Columns> extends Iterable<Batch<C>> {
  /** How many batches there are, those already done left out. */
  readonly length: number
}

/**
 * Cuts a data set into batches. Every batch has arrays of its own, so that it may be kept.
 *
 * Throws if `batchSize` is not a whole number of at least 1, or `dropLast` leaves nothing.
 *
 * ```ts
 * for (const { inputs, labels, size } of batches(train, { batchSize: 128, shuffle: true, seed: 1, epoch })) {
 *   console.log(size, inputs.shape, labels.data)
 * }
 * ```
 */
export function batches<C extends Columns>(data: Dataset<C>, options: BatchOptions<NoInfer<C>>): Batches<C> {
  needOptions<BatchOptions<C>>('batches', options, {
    ...{
      batchSize: true,
      shuffle: true,
      seed: true,
      epoch: true,
      dropLast: true,
      start: true,
      weights: true,
      balance: true,
    },
  })
  if (!(data instanceof Dataset)) {
    fail(
      `batches: the examples are ${describe(data)}`,
      cureFor(data, 'Make a data set of them: dataset({ inputs, labels }).'),
    )
  }
  const { batchSize, dropLast = false, start = 0 } = options
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    fail(`batches: the batch size is ${batchSize}.`, 'Give a whole number of at least 1.')
  }
  if (dropLast && data.length < batchSize) {
    const cause = `batches: ${data.length} examples do not fill one batch of ${batchSize}, and dropLast leaves it out.`
    fail(cause, 'Use a smaller batch size or set dropLast to false.')
  }
  // Made at once, so that a wrong seed is reported where it is given and not at the first batch.
  const order = epochOrder('batches', data, options)
  const used = dropLast ? data.length - (data.length % batchSize) : data.length
  const count = Math.ceil(used / batchSize)
  if (!Number.isInteger(start) || start < 0 || start > count) {
    fail(`batches: start is ${start}, but there are ${count} batches.`, `Give a whole number from 0 to ${count}.`)
  }
  return {
    length: count - start,
    *[Symbol.iterator]() {
      for (let from = start * batchSize; from < used; from += batchSize) {
        yield data.gather(order.subarray(from, Math.min(from + batchSize, used)))
      }
    },
  }
}
