import { describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import {
  type Batch,
  batchStream,
  type Columns,
  Dataset,
  type Pass,
  Stream,
  type StreamPosition,
} from '../../data/index.js'

/** Where the batches of a training come from. */
export interface Feed<B> {
  /** Batches and examples of an epoch; Infinity where a stream has not come to its end so far. */
  batches: number
  examples: number
  /** The batches of an epoch, counted from 1; behind a position, if one is given. */
  open(epoch: number, from: StreamPosition | undefined): Pass<B>
  /** A text that changes with the data. */
  checksum?(): string
  /** What decides the order, to see that a training goes on with the same. */
  readonly settings: Readonly<Record<string, number | boolean | string>>
}

export interface DatasetOrder {
  readonly batchSize: number
  readonly shuffle: boolean
  readonly seed: number
}

/** The batches of a data set in memory, each epoch in an order of its own. */
export function datasetFeed<C extends Columns>(data: Dataset<C>, order: DatasetOrder): Feed<Batch<C>> {
  const all = batchStream<C>(data, order)
  return {
    batches: Math.ceil(data.length / order.batchSize),
    examples: data.length,
    open: (epoch, from) => (from === undefined ? all.epoch(epoch) : all.resume(from)),
    checksum: () => data.checksum(),
    settings: { examples: data.length, ...order },
  }
}

/** The elements of a stream as they come. */
export function streamFeed<B>(stream: Stream<B>): Feed<B> {
  return {
    batches: Infinity,
    examples: Infinity,
    // Streams count from 0.
    open: (epoch, from) => (from === undefined ? stream.epoch(epoch - 1) : stream.resume(from)),
    settings: { stream: true },
  }
}

/** Throws if what is to be learned from is neither. */
export function expectData(operation: string, data: unknown): void {
  if (data instanceof Dataset || data instanceof Stream) return
  fail(
    `${operation}: the examples are ${describe(data)}`,
    'Make a data set of them, dataset({ inputs, labels }), or a stream: generate(({ index }) => …, { length }).',
  )
}

/** How many examples a batch holds; what has no size counts as one. */
export function sizeOfBatch(batch: unknown): number {
  if (Array.isArray(batch)) return batch.length
  if (typeof batch === 'object' && batch !== null && 'size' in batch && typeof batch.size === 'number')
    return batch.size
  return 1
}
