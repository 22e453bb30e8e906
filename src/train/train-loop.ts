import { expectFunction } from '../core/arguments.js'
import { checkOptions } from '../core/options.js'
import { type Batch, type Columns, Dataset, type Stream } from '../data/index.js'
import type { EpochEvent } from './loop/events.js'
import { datasetFeed, expectData, streamFeed } from './loop/feed.js'
import { Loop, type StepPlace } from './loop/loop.js'
import { checkTrainingOptions, type LoopOptions, trainingOptions } from './loop/options.js'
import type { MetricsOf, Outcome } from './loop/outcome.js'
import { Ensemble, type Parts } from './loop/parts.js'
import { Run } from './run.js'

/** Options of {@link trainLoop}. */
export interface TrainLoopOptions<O extends Outcome = Outcome> extends LoopOptions<MetricsOf<O>> {
  /**
   * What the step changes, by name: models, optimizers, and whatever else has `state()` and `loadState(state)`. They are put into training
   * mode, stored in checkpoints, and restored when the training goes on.
   */
  readonly parts: Parts
  /** Of a data set: examples per step; 128. */
  readonly batchSize?: number
  /** Of a data set: whether each epoch has an order of its own; true. */
  readonly shuffle?: boolean
  /** Of a data set: for the order of the examples; 0. */
  readonly seed?: number
}

/**
 * Trains with a step of your own: several models and optimizers, losses that no pair of outputs and targets gives, steps in a simulation. It
 * has all that `fit` has, which is a layer on it: progress, callbacks, checkpoints, exact resume, the folder of the run.
 *
 * @param step is called with each batch, mostly a compiled function with something around; returns the loss or values by name
 * @param data a data set, whose batches it is called with, or a stream, whose elements it is called with
 * @throws if an option is out of range or parts have no state; while running, if a value becomes NaN
 * @example
 * const w = new Variable(tensor(4), 'w')
 * const optimizer = sgd([w], { learningRate: 0.25 })
 * const step = compile(() => {
 *   const energy = w.value.square()
 *   optimizer.minimize(energy)
 *   return { energy }
 * })
 * const steps = generate(({ index }) => index, { length: 3 })
 * const weights = { state: () => w.value.item(), loadState: (value: number) => w.assign(tensor(value)) }
 * const [{ metrics }] = await trainLoop(() => step(), steps, { parts: { weights, optimizer } })
 * metrics.energy // 7
 */
export function trainLoop<C extends Columns, const O extends Outcome>(
  step: (batch: Batch<C>, place: StepPlace) => O | Promise<O>,
  data: Dataset<C>,
  options: TrainLoopOptions<O>,
): Run<EpochEvent<MetricsOf<O>>>
export function trainLoop<B, const O extends Outcome>(
  step: (batch: B, place: StepPlace) => O | Promise<O>,
  data: Stream<B>,
  options: TrainLoopOptions<O>,
): Run<EpochEvent<MetricsOf<O>>>
export function trainLoop<B, O extends Outcome>(
  step: (batch: B, place: StepPlace) => O | Promise<O>,
  data: Stream<B> | Dataset<Columns>,
  options: TrainLoopOptions<O>,
): Run<EpochEvent<MetricsOf<O>>> {
  expectFunction('trainLoop', 'the step', step)
  expectData('trainLoop', data)
  checkOptions<TrainLoopOptions>('trainLoop', options as TrainLoopOptions, {
    ...trainingOptions,
    ...{ parts: true, batchSize: true, shuffle: true, seed: true, validate: true, onBatch: true, onEpoch: true },
  })
  checkTrainingOptions('trainLoop', options, ['batchSize'])
  const { parts, batchSize = 128, shuffle = true, seed = 0, epochs = 1 } = options
  const order = { batchSize, shuffle, seed }
  const { validate } = options
  const ensemble = new Ensemble('trainLoop', parts)
  const loop = new Loop<B>({
    operation: 'trainLoop',
    step,
    // The overloads pair steps with what data gives.
    feed: data instanceof Dataset ? (datasetFeed(data, order) as never) : streamFeed(data),
    ensemble,
    validate: validate && (() => ensemble.evaluated(validate)),
    options: options as LoopOptions,
    about: { options: { epochs, ...(data instanceof Dataset && order) }, seed },
  })
  return new Run<EpochEvent<MetricsOf<O>>>((before) => loop.run(before as never) as never)
}
