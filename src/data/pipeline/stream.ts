import { expectFunction, expectInteger } from '../../core/arguments.js'
import { cureFor, describe } from '../../core/describe.js'
import { fail } from '../../core/errors.js'
import { checkOptions, needOptions } from '../../core/options.js'
import { RandomStream } from '../../core/threefry.js'
import type { Batch, Features } from '../memory/batch.js'
import { aheadStage } from './ahead.js'
import { collate, expectFeatures } from './collate.js'
import { concatStages, interleaveStages, repeatStage, takeStage, zipStages } from './combine.js'
import { Pass, type StreamPosition } from './pass.js'
import { regroup } from './regroup.js'
import { indexed } from './sources.js'
import { type Context, elementSeed, type Stage } from './stage.js'
import { workerMapper } from './workers.js'

export interface ShuffleOptions {
  /** Equal seeds and epochs give equal orders; 0. */
  readonly seed?: number
  /** How many elements are in memory to be shuffled: those of one window stay in it. By default all. */
  readonly window?: number
}

export interface BucketOptions<T> {
  readonly batchSize: number
  /** The length of an element. */
  readonly by: (element: T) => number
  /** How many batches are sorted by length together; 100. */
  readonly window?: number
  readonly seed?: number
}

export interface WorkerOptions {
  /** Threads; 2. With 0 the module runs here. */
  readonly workers?: number
  /** Elements under way at once; twice the threads, at least 2. */
  readonly ahead?: number
  readonly seed?: number
  /** Told why, where no thread can be started and the module runs here instead. By default a warning on the console. */
  readonly onFallback?: (reason: string) => void
}

/**
 * Elements one after the other, epoch by epoch: a description of where they come from and what is done with them. Nothing is read
 * before somebody iterates.
 *
 * The order and all random numbers follow from the seeds and the epoch alone, not from time, threads, or what was read
 * before. Where an iteration stands is plain JSON, and another one goes on exactly there.
 *
 * ```ts
 * const numbers = generate(({ index }) => index, { length: 100 }).shuffle({ seed: 1 }).map((n) => n * n)
 * const pass = numbers.epoch(3)
 * await pass.next()
 * const saved = JSON.stringify(pass.position())
 * for await (const n of numbers.resume(JSON.parse(saved))) console.log(n) // the other 99
 * ```
 */
export class Stream<T> implements AsyncIterable<T> {
  readonly #stage: Stage<T>

  /** Use {@link generate}, {@link stream}, `exampleStream` or `batchStream`. */
  constructor(stage: Stage<T>) {
    this.#stage = stage
  }

  /** The elements of one epoch, counted from 0. */
  epoch(epoch = 0): Pass<T> {
    expectCount('epoch', epoch, 0)
    return new Pass(epoch, this.#stage.open(epoch, undefined))
  }

  /** What an iteration that stood at this position has not given yet. Throws if it belongs to another pipeline. */
  resume(position: StreamPosition): Pass<T> {
    if (typeof position !== 'object' || position === null || !('at' in position)) {
      fail('resume: that is no position.', 'Give what position() of an iteration has returned.')
    }
    expectCount('resume', position.epoch, 0)
    return new Pass(position.epoch, this.#stage.open(position.epoch, position.at))
  }

  /** Epoch 0. */
  [Symbol.asyncIterator](): Pass<T> {
    return this.epoch(0)
  }

  /** All elements of an epoch as a list. */
  async toArray(epoch = 0): Promise<T[]> {
    const all: T[] = []
    for await (const element of this.epoch(epoch)) all.push(element)
    return all
  }

  /**
   * Each element changed. For random changes take numbers from `new RandomStream(seed)` of the context.
   *
   * ```ts
   * const noisy = generate(({ index }) => index, { length: 3 }).map((x, { seed }) => x + new RandomStream(seed).normal())
   * ```
   */
  map<Out>(
    change: (element: T, context: Context) => Out | Promise<Out>,
    options: { readonly seed?: number } = {},
  ): Stream<Out> {
    expectFunction('map', 'the change', change)
    checkOptions('map', options, { seed: true })
    const { seed = 0 } = options
    expectInteger('map', 'the seed', seed)
    const make = async ([item]: readonly T[], index: number, epoch: number) => [
      await change(item as T, { index, epoch, seed: elementSeed(seed, epoch, index) }),
    ]
    return this.#with(regroup(this.#stage, { name: 'map', size: 1, single: true, make }))
  }

  /** The elements for which the predicate holds. */
  filter(predicate: (element: T, context: Context) => boolean | Promise<boolean>): Stream<T> {
    expectFunction('filter', 'the predicate', predicate)
    const make = async ([item]: readonly T[], index: number, epoch: number) =>
      (await predicate(item as T, { index, epoch, seed: elementSeed(0, epoch, index) })) ? [item as T] : []
    return this.#with(regroup(this.#stage, { name: 'filter', size: 1, single: true, make }))
  }

  /** Several elements, or none, for each: the windows of a text, for instance. */
  flatMap<Out>(expand: (element: T, context: Context) => Iterable<Out> | Promise<Iterable<Out>>): Stream<Out> {
    expectFunction('flatMap', 'the expansion', expand)
    const make = async ([item]: readonly T[], index: number, epoch: number) => [
      ...(await expand(item as T, { index, epoch, seed: elementSeed(0, epoch, index) })),
    ]
    return this.#with(regroup(this.#stage, { name: 'flatMap', size: 1, make }))
  }

  /** In random order, each epoch in one of its own. */
  shuffle(options: ShuffleOptions = {}): Stream<T> {
    checkOptions<ShuffleOptions>('shuffle', options, { seed: true, window: true })
    const { seed = 0, window = Infinity } = options
    if (window !== Infinity) expectCount('shuffle: window', window, 1)
    expectInteger('shuffle', 'the seed', seed)
    const make = (items: readonly T[], index: number, epoch: number) =>
      new RandomStream(elementSeed(seed, epoch, index)).shuffle([...items])
    return this.#with(regroup(this.#stage, { name: 'shuffle', size: window, make }))
  }

  /** Lists of `size` elements; the last of an epoch may be shorter, unless `dropLast`. */
  batch(size: number, options?: { readonly dropLast?: boolean }): Stream<readonly T[]>
  /**
   * Batches of `size` examples with these features, as typed arrays and tensors; the last of an epoch may be smaller.
   *
   * ```ts
   * const points = generate(({ seed }) => ({ inputs: [new RandomStream(seed).normal()], labels: 1 }), { length: 10 })
   * for await (const batch of points.batch(4, { inputs: floats([1]), labels: label({ classes: 2 }) })) {
   *   const { inputs, labels } = batch.tensors()
   * }
   * ```
   */
  batch<const F extends Features>(
    this: Stream<object>,
    size: number,
    features: F,
    options?: { readonly dropLast?: boolean },
  ): Stream<Batch<F>>
  batch(size: number, ...rest: readonly object[]): Stream<unknown> {
    expectCount('batch: the size', size, 1)
    const [first = {}, second = {}] = rest
    const plain = rest.length < 2 && Object.keys(first).every((name) => name === 'dropLast')
    const options: { readonly dropLast?: boolean } = plain ? first : second
    checkOptions('batch', options, { dropLast: true })
    if (!plain) expectFeatures('batch', first as Features)
    const make = (items: readonly T[]) => {
      if (options.dropLast && items.length < size) return []
      return [plain ? items : collate(items as readonly object[], first as Features)]
    }
    return this.#with(regroup<T, unknown>(this.#stage, { name: 'batch', size, single: true, make }))
  }

  /**
   * Lists of `batchSize` elements of about the same length, so that little is padded: many batches are sorted together and then
   * come in random order. Follow with {@link collate}.
   *
   * ```ts
   * const sentences = generate(({ index }) => ({ words: new Int32Array(1 + (index % 9)) }), { length: 90 })
   * const batches = sentences.bucket({ batchSize: 10, by: ({ words }) => words.length }).collate({ words: sequence('int32') })
   * ```
   */
  bucket(options: BucketOptions<T>): Stream<readonly T[]> {
    needOptions<BucketOptions<T>>('bucket', options, { batchSize: true, by: true, window: true, seed: true })
    const { batchSize, by, window = 100, seed = 0 } = options
    expectFunction('bucket', 'by', by)
    expectCount('bucket: batchSize', batchSize, 1)
    expectInteger('bucket', 'the seed', seed)
    expectCount('bucket: window', window, 1)
    const make = (items: readonly T[], index: number, epoch: number) => {
      const random = new RandomStream(elementSeed(seed, epoch, index))
      // Shuffled first, so that equal lengths come together in a new way each epoch.
      const sorted = random
        .shuffle([...items])
        .map((item) => ({ item, length: by(item) }))
        .sort((a, b) => a.length - b.length)
        .map(({ item }) => item)
      const batches = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, i) =>
        sorted.slice(i * batchSize, (i + 1) * batchSize),
      )
      return random.shuffle(batches)
    }
    return this.#with(regroup(this.#stage, { name: 'bucket', size: batchSize * window, make }))
  }

  /** Lists of examples as batches with these features. */
  collate<const F extends Features>(this: Stream<readonly object[]>, features: F): Stream<Batch<F>> {
    expectFeatures('collate', features)
    return this.map((examples) => collate(examples, features))
  }

  /** Again and again, without end or `count` times; each round in an order of its own. */
  repeat(count = Infinity): Stream<T> {
    if (count !== Infinity) expectCount('repeat', count, 1)
    return this.#with(repeatStage(this.#stage, count))
  }

  /** The first `count` elements of an epoch. */
  take(count: number): Stream<T> {
    return this.#with(takeStage(this.#stage, expectCount('take', count, 0)))
  }

  /** What comes after the first `count` elements of an epoch. */
  skip(count: number): Stream<T> {
    expectCount('skip', count, 0)
    return this.filter((_, { index }) => index >= count)
  }

  /** These and then those of others. */
  concat(...others: readonly Stream<T>[]): Stream<T> {
    return this.#with(
      concatStages([this.#stage, ...others.map((other) => stageOf('concat', other, (each) => each.#stage))]),
    )
  }

  /** Pairs with the elements of another stream, until one of the two ends. */
  zip<Other>(other: Stream<Other>): Stream<readonly [T, Other]> {
    return this.#with(
      zipStages([this.#stage, stageOf('zip', other, (each) => each.#stage)]) as Stage<readonly [T, Other]>,
    )
  }

  /** These and those of others in turn; with `weights`, one for each stream, drawn at random. Ended ones are left out. */
  interleave(
    others: readonly Stream<T>[],
    options: { readonly weights?: readonly number[]; readonly seed?: number } = {},
  ): Stream<T> {
    checkOptions('interleave', options, { weights: true, seed: true })
    const stages = [this.#stage, ...others.map((other) => stageOf('interleave', other, (each) => each.#stage))]
    return this.#with(
      interleaveStages(stages, options.weights, expectInteger('interleave', 'the seed', options.seed ?? 0)),
    )
  }

  /** Keeps all elements of epoch 0 in memory, as they are read first, and gives these in every epoch. */
  cache(): Stream<T> {
    let kept: Promise<readonly T[]> | undefined
    const read = () => {
      kept ??= this.toArray(0).catch((error: unknown) => {
        kept = undefined
        throw error
      })
      return kept
    }
    const all = indexed(1, () => read)
    return this.#with(regroup<readonly T[], T>(all, { name: 'cache', size: 1, make: ([items]) => items ?? [] }))
  }

  /** Reads up to `ahead` elements while the one before is used. */
  prefetch(ahead = 2): Stream<T> {
    expectCount('prefetch', ahead, 1)
    const mapper = { map: async (value: T) => value, close: () => undefined }
    return this.#with(aheadStage(this.#stage, ahead, 0, () => mapper))
  }

  /**
   * Each element changed by the function that a module exports as default, in threads ahead of their use: loading, decoding and
   * augmenting while the step computes. Elements keep their order. Elements and results are copied between threads, so
   * they are data: numbers, text, arrays, plain objects.
   *
   * Throws, while iterating, what the function throws, or if the module cannot be loaded.
   *
   * ```ts
   * // load.js: export default async (file, { seed }) => ({ inputs: await pixelsOf(file), labels: labelOf(file) })
   * const pictures = stream(['a.png', 'b.png']).mapInWorkers<object>(new URL('./load.js', import.meta.url))
   * ```
   */
  mapInWorkers<Out>(module: URL | string, options: WorkerOptions = {}): Stream<Out> {
    checkOptions<WorkerOptions>('mapInWorkers', options, { workers: true, ahead: true, seed: true, onFallback: true })
    const { workers = 2, ahead = Math.max(2, 2 * workers), seed = 0, onFallback = warnOfFallback } = options
    expectCount('mapInWorkers: workers', workers, 0)
    expectCount('mapInWorkers: ahead', ahead, 1)
    expectInteger('mapInWorkers', 'the seed', seed)
    return this.#with(
      aheadStage(this.#stage, ahead, seed, () => workerMapper<T, Out>(String(module), workers, onFallback)),
    )
  }

  #with<Out>(stage: Stage<Out>): Stream<Out> {
    return new Stream(stage)
  }
}

/** Throws if what is to be combined with a stream is none. */
function stageOf<T>(operation: string, other: Stream<T>, read: (other: Stream<T>) => Stage<T>): Stage<T> {
  if (other instanceof Stream) return read(other)
  return fail(`${operation}: ${describe(other)} is no stream.`, cureFor(other, 'Make one of it: stream(list).'))
}

const warnOfFallback = (reason: string): void =>
  console.warn(`mapInWorkers: no threads, the elements are made between the steps: ${reason}`)

function expectCount(what: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  return fail(`${what} is ${value}.`, `Give a whole number of at least ${least}.`)
}
