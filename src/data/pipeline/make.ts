import { expectFunction, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import type { Batch } from '../memory/batch.js'
import { type BatchOptions, batches } from '../memory/batches.js'
import type { Columns, Dataset, Example } from '../memory/dataset.js'
import { epochOrder, type OrderOptions } from '../memory/order.js'
import { generatedStage, indexed, streamed } from './sources.js'
import type { Context } from './stage.js'
import { Stream } from './stream.js'

export interface GenerateOptions {
  /** How many elements an epoch has; without end by default. */
  readonly length?: number
  /** Equal seeds give equal elements; 0. */
  readonly seed?: number
}

/**
 * Elements made by a function from their number, the epoch and a seed.
 *
 * ```ts
 * const noise = generate(({ seed }) => new RandomStream(seed).normal(), { length: 1000 })
 * ```
 */
export function generate<T>(make: (context: Context) => T | Promise<T>, options: GenerateOptions = {}): Stream<T> {
  expectFunction('generate', 'what makes the elements', make)
  checkOptions<GenerateOptions>('generate', options, { length: true, seed: true })
  const { length = Infinity, seed = 0 } = options
  expectInteger('generate', 'the seed', seed)
  if (!(length === Infinity || (Number.isSafeInteger(length) && length >= 0))) {
    fail(`generate: length is ${length}.`, 'Give a whole number, or leave it out.')
  }
  return new Stream(generatedStage(length, seed, make))
}

/**
 * The elements of a list, or of what a function opens for each epoch, which need not fit into memory: lines of a file, rows of a
 * data base. A list is read by place, so that resuming costs nothing; what a function opens is read again up to the position.
 *
 * ```ts
 * const words = stream(['a', 'b', 'c']).shuffle({ seed: 1 })
 * const counted = stream(function* () {
 *   for (let i = 0; i < 10; i++) yield i
 * })
 * ```
 */
export function stream<T>(source: readonly T[] | ((epoch: number) => AsyncIterable<T> | Iterable<T>)): Stream<T> {
  if (typeof source === 'function') return new Stream(streamed(source))
  if (!Array.isArray(source))
    fail('stream: the source is no list and no function.', 'Pass () => source for an iterable.')
  return new Stream(indexed(source.length, () => (index) => source[index]!))
}

/** The examples of a data set one by one; options as in {@link batches}. */
export function exampleStream<C extends Columns>(
  data: Dataset<C>,
  options: Omit<OrderOptions<NoInfer<C>>, 'epoch'> = {},
): Stream<Example<C>> {
  checkOptions<Omit<OrderOptions<C>, 'epoch'>>('exampleStream', options, {
    ...{ shuffle: true, seed: true, weights: true, balance: true },
  })
  return new Stream(
    indexed(data.length, (epoch) => {
      const order = epochOrder('exampleStream', data, { ...options, epoch })
      return (index) => data.example(order[index]!)
    }),
  )
}

/**
 * The batches of a data set as a stream: the same as {@link batches} of each epoch, with a position.
 *
 * ```ts
 * const data = dataset({ inputs: floatColumn(new Float32Array(30), [3]) })
 * const endless = batchStream(data, { batchSize: 4, shuffle: true, seed: 1 }).repeat()
 * ```
 */
export function batchStream<C extends Columns>(
  data: Dataset<C>,
  options: Omit<BatchOptions<NoInfer<C>>, 'epoch' | 'start'>,
): Stream<Batch<C>> {
  needOptions<Omit<BatchOptions<C>, 'epoch' | 'start'>>('batchStream', options, {
    ...{ batchSize: true, dropLast: true, shuffle: true, seed: true, weights: true, balance: true },
  })
  const { length } = batches<C>(data, { ...options, shuffle: false })
  return new Stream(
    indexed(length, (epoch) => {
      const order = epochOrder('batchStream', data, { ...options, epoch })
      const { batchSize } = options
      return (index) => data.gather(order.subarray(index * batchSize, Math.min((index + 1) * batchSize, order.length)))
    }),
  )
}
