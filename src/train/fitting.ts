import { isInteger } from '../core/dtype.js'
import { type Columns, Dataset } from '../data/index.js'
import { type Optimizer, Sam } from '../optim/index.js'
import { compile } from '../tensor/compile.js'
import { Tensor } from '../tensor/tensor.js'
import { datasetFeed, expectData, type Feed, streamFeed } from './loop/feed.js'
import { Loop } from './loop/loop.js'
import type { LoopOptions } from './loop/options.js'
import { Ensemble } from './loop/parts.js'
import { type BatchProgress, checkFitOptions, type FitOptions } from './options.js'
import { Run } from './run.js'
import { type Epoch, epochOf, scoreOf } from './score.js'
import { measured, Scorer } from './scorer.js'
import {
  type AnyBatch,
  checkClasses,
  chooseColumns,
  columnsFor,
  columnTensor,
  type Examples,
  expectModel,
  type Model,
  type Task,
} from './task.js'

/** Batches of the validation that are tried before the first epoch. */
const TRIED_BATCHES = 2

/** `fit` as a loop: its step, its data, its validation. */
export function fitting<T extends Task>(model: Model, given: Examples, options: FitOptions<Columns, T>): Run<Epoch<T>> {
  expectData('fit', given)
  checkFitOptions(options as FitOptions, !(given instanceof Dataset))
  expectModel('fit', model)
  const { optimizer, loss, validation, overfitBatches } = options
  const { batchSize = 128, epochs = 1, shuffle = true, seed = 0, limit = Infinity } = options
  const columns = columnsFor('fit', given, options)
  if (validation instanceof Dataset) chooseColumns('fit: validation', validation, options)
  else if (validation !== undefined) expectData('fit: validation', validation)

  const order = { batchSize, shuffle: shuffle && overfitBatches === undefined, seed }
  const data = limited(given, Math.min(limit, (overfitBatches ?? Infinity) * batchSize), overfitBatches)
  const feed = (data instanceof Dataset ? datasetFeed(data, order) : streamFeed(data)) as Feed<AnyBatch>
  // A wrong seed is reported where it is given rather than at the first epoch.
  feed.open(1, undefined)

  const ensemble = new Ensemble('fit', { model, optimizer })
  const learn = compile(learning(model, options as FitOptions), {
    name: 'training step',
    check: options.check,
    precision: options.precision,
  })
  const scorer = new Scorer(model, loss, columnsFor('fit: validation', validation ?? given, options))
  const score = async (limitBatches: number | undefined) => {
    const measured = overfitBatches === undefined ? validation : data
    if (measured === undefined) return undefined
    return scorer.score(measured, { batchSize, limitBatches, signal: options.signal })
  }
  const { onBatch, onEpoch, dryRun, limitBatches, callbacks, ...rest } = options
  const loop = new Loop<AnyBatch>({
    operation: 'fit',
    step(batch) {
      const { inputs, targets } = columns(batch)
      return learn(columnTensor(batch, inputs), columnTensor(batch, targets))
    },
    feed: overfitBatches === undefined ? feed : { ...feed, open: (_, from) => feed.open(1, from) },
    ensemble,
    validate: validation && (() => score(dryRun ? 1 : limitBatches)),
    options: {
      ...(rest as LoopOptions),
      ...{ dryRun, limitBatches, callbacks },
      onBatch:
        onBatch &&
        (({ metrics, values, step: _, ...event }) => {
          onBatch({ ...event, ...scoreOf<T>(metrics), batchLoss: values.loss } satisfies BatchProgress<T>)
        }),
      onEpoch: onEpoch && ((event) => onEpoch(epochOf<T>(event))),
    },
    about: {
      options: { precision: options.precision, epochs, batchSize, shuffle, limitBatches, overfitBatches, dryRun },
      seed,
    },
  })
  return new Run<Epoch<T>>(async function* (before) {
    if (data instanceof Dataset) checkClasses('fit', model, data, chooseColumns('fit', data, options))
    if (validation !== undefined && options.tryValidation !== false && !dryRun) {
      await ensemble.evaluated(() => score(Math.min(TRIED_BATCHES, limitBatches ?? Infinity)))
    }
    for await (const event of loop.run((history) => before(history.map(epochOf<T>)))) yield epochOf<T>(event)
  })
}

/** The first examples of a data set, or batches of a stream. */
function limited(data: Examples, examples: number, batches: number | undefined): Examples {
  if (data instanceof Dataset) return examples < data.length ? data.take(examples) : data
  return batches === undefined ? data : data.take(batches)
}

/** The step as it is traced. */
function learning(model: Model, { loss: lossOf, optimizer, augment }: FitOptions) {
  const stepper: Optimizer = optimizer instanceof Sam ? optimizer.optimizer : optimizer
  return (given: Tensor, labels: Tensor) => {
    const changed = augment?.(given, labels) ?? given
    const { inputs, targets } = changed instanceof Tensor ? { inputs: changed, targets: labels } : changed
    const outputs = model.forward(inputs)
    const loss = lossOf(outputs, targets)
    const trained = stepper.trainable ?? model
    // Where gradients are accumulated, batches count by their examples.
    const weight = { weight: inputs.shape[0] }
    if (optimizer instanceof Sam) optimizer.follow(loss, () => lossOf(model.forward(inputs), targets), trained, weight)
    else optimizer.minimize(loss, trained, weight)
    // Labels that have been mixed are none any more: what is right is told by those that were.
    return measured(loss, outputs, isInteger(labels.dtype) && !isInteger(targets.dtype) ? labels : targets)
  }
}
