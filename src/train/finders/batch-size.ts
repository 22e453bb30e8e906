import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Callback } from '../callbacks/callback.js'

export interface BatchSizeOptions {
  /** The first and the largest size that are tried; 8 and 4096. Each is twice the one before. */
  readonly from?: number
  readonly to?: number
  /** Steps with each size, after one in which the program is made; 4. */
  readonly steps?: number
}

/** How fast a training is with a batch size. */
export interface BatchSizeTrial {
  readonly batchSize: number
  /** 0 where it failed. */
  readonly examplesPerSecond: number
  /** Why no step could be made, such as for want of memory. */
  readonly failure?: string
}

export interface BatchSizeSearch {
  /** The smallest size that is nearly as fast as the fastest one. */
  readonly suggestion: number
  readonly trials: readonly BatchSizeTrial[]
}

/** So much slower than the fastest is fast enough: small batches learn more from each example. */
const NEARLY = 0.9

/**
 * Finds the smallest batch size that is nearly as fast, in examples per second, as the fastest one. Sizes are doubled until they fail, become
 * slower or reach `to`. The models, optimizers and random numbers are then as before.
 *
 * @param train starts a training with a batch size and the callback
 * @throws if an option is out of range, or the smallest size fails
 * @example
 * const { suggestion } = await findBatchSize(
 *   (batchSize, callback) => fit(model, train, { loss: nn.crossEntropy, optimizer: adam(), epochs: 9, batchSize, callbacks: [callback] }),
 *   { to: 16 },
 * )
 */
export async function findBatchSize(
  train: (batchSize: number, callback: Callback) => PromiseLike<unknown>,
  options: BatchSizeOptions = {},
): Promise<BatchSizeSearch> {
  checkOptions<BatchSizeOptions>('findBatchSize', options, { from: true, to: true, steps: true })
  const { from = 8, to = 4096, steps = 4 } = options
  for (const [name, value] of Object.entries({ from, to, steps })) {
    if (!(Number.isSafeInteger(value) && value >= 1))
      fail(`findBatchSize: ${name} is ${value}`, 'Give a whole number of at least 1.')
  }
  const trials: BatchSizeTrial[] = []
  for (let batchSize = from; batchSize <= to; batchSize *= 2) {
    const trial = await measured(batchSize, (callback) => train(batchSize, callback), steps)
    trials.push(trial)
    const fastest = Math.max(...trials.map(({ examplesPerSecond }) => examplesPerSecond))
    if (trial.failure !== undefined || trial.examplesPerSecond < fastest / 2) break
  }
  const fastest = Math.max(...trials.map(({ examplesPerSecond }) => examplesPerSecond))
  if (fastest === 0) fail(`findBatchSize: no step could be made with ${from} examples. ${trials[0].failure ?? ''}`)
  const { batchSize: suggestion } = trials.find((trial) => trial.examplesPerSecond >= NEARLY * fastest)!
  return { suggestion, trials }
}

async function measured(
  batchSize: number,
  train: (callback: Callback) => PromiseLike<unknown>,
  steps: number,
): Promise<BatchSizeTrial> {
  let restore: (() => void) | undefined
  let [began, before] = [0, 0]
  let done = 0
  let examples = 0
  let seconds = 0
  const callback: Callback = {
    name: 'findBatchSize',
    waits: () => true,
    async onStart(training) {
      restore = await training.snapshot()
    },
    onBatch(event, training) {
      const now = performance.now()
      // The first step makes the program; a last batch that is not full would make another.
      if (done++ === 0) [began, before] = [now, event.examples]
      else if ((event.examples - before) % batchSize === 0) {
        examples = event.examples - before
        seconds = (now - began) / 1000
      }
      if (done > steps || event.batch === event.batches) training.stop('findBatchSize: enough steps')
    },
    onEnd: () => restore?.(),
  }
  try {
    await train(callback)
    return { batchSize, examplesPerSecond: examples / Math.max(seconds, 1e-6) }
  } catch (error) {
    return { batchSize, examplesPerSecond: 0, failure: error instanceof Error ? error.message : String(error) }
  }
}
