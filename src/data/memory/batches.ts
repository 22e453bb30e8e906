import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import { type Batch, type Columns, Dataset } from './dataset.js'

export interface BatchOptions {
  readonly batchSize: number
  /** Whether each epoch goes through the examples in a random order. Default false. */
  readonly shuffle?: boolean
  /** Equal seeds and epochs give equal orders. Default 0. */
  readonly seed?: number
  /** Which pass through the data this is, so that every pass has an order of its own. Default 0. */
  readonly epoch?: number
  /** Whether to leave out a last batch that is not full. Default false. */
  readonly dropLast?: boolean
}

/** The batches of one epoch; iterating again gives the same ones. */
export interface Batches<C extends Columns> extends Iterable<Batch<C>> {
  /** How many batches there are. */
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
export function batches<C extends Columns>(data: Dataset<C>, options: BatchOptions): Batches<C> {
  needOptions('batches', options, { batchSize: true, shuffle: true, seed: true, epoch: true, dropLast: true })
  if (!(data instanceof Dataset)) {
    fail(
      `batches: the examples are ${describe(data)}`,
      cureFor(data, 'Make a data set of them: dataset({ inputs, labels }).'),
    )
  }
  const { batchSize, shuffle = false, seed = 0, epoch = 0, dropLast = false } = options
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    fail(`batches: the batch size is ${batchSize}.`, 'Give a whole number of at least 1.')
  }
  if (dropLast && data.length < batchSize) {
    const cause = `batches: ${data.length} examples do not fill one batch of ${batchSize}, and dropLast leaves it out.`
    fail(cause, 'Use a smaller batch size or set dropLast to false.')
  }
  // Made at once, so that a wrong seed is reported where it is given and not at the first batch.
  const random = new RandomStream(seed, epoch)
  const order = Uint32Array.from({ length: data.length }, (_, i) => i)
  if (shuffle) random.shuffle(order)
  const used = dropLast ? data.length - (data.length % batchSize) : data.length
  return {
    length: Math.ceil(used / batchSize),
    *[Symbol.iterator]() {
      for (let start = 0; start < used; start += batchSize) {
        yield data.gather(order.subarray(start, Math.min(start + batchSize, used)))
      }
    },
  }
}
