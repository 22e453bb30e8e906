import { fail } from '../core/errors.js'
import { needOptions } from '../core/options.js'
import type { Columns, Dataset } from '../data/index.js'
import type { Optimizer, Sam } from '../optim/index.js'
import type { Epoch, Score } from './run.js'
import type { ColumnNames, Loss, Task } from './task.js'

/** How far a training is, after each batch. Loss and accuracy are the means over the examples of this epoch so far. */
export interface BatchProgress<T extends Task = Task> extends Score<T> {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  readonly batches: number
  /** Examples of this epoch that are done. */
  readonly examples: number
  /** The loss of this batch alone. */
  readonly batchLoss: number
  readonly examplesPerSecond: number
  readonly secondsLeft: number
}

export interface FitOptions<
  C extends Columns = Columns,
  T extends Task = Task,
  Inputs extends string = string,
  Targets extends string = string,
  L extends Loss = Loss,
> extends ColumnNames<Inputs, Targets> {
  /** How far outputs are from targets, such as `nn.crossEntropy`: the mean over the examples. */
  readonly loss: L
  /** Updates what it was made with, or else all parameters of the model. */
  readonly optimizer: Optimizer | Sam
  /** How many times to go through the examples; 1. */
  readonly epochs?: number
  /** Examples per step; the last batch of an epoch has what is left over and is compiled for itself. 128. */
  readonly batchSize?: number
  /** Examples to measure on after each epoch, without learning from them. */
  readonly validation?: Dataset<NoInfer<C>>
  /** For the order of the examples; 0. Dropout and the like draw from the global generator, see `seed`. */
  readonly seed?: number
  /** Whether each epoch has an order of its own; true. */
  readonly shuffle?: boolean
  /** Learns from the first so many examples only. */
  readonly limit?: number
  /** Ends each epoch, and each validation, after so many batches. */
  readonly limitBatches?: number
  /**
   * Learns the first so many batches by heart, in the same order each epoch, and validates on them, if at all: a model that
   * cannot do that has a mistake.
   */
  readonly overfitBatches?: number
  /** Goes through one batch of training and one of validation, to see that nothing fails. */
  readonly dryRun?: boolean
  /** Names the operation that makes the first NaN. Slow. */
  readonly check?: boolean
  /** After every batch, for a live line. */
  readonly onBatch?: (progress: BatchProgress<T>) => void
  /** After every epoch; what it returns is awaited. */
  readonly onEpoch?: (epoch: Epoch<T>) => void | Promise<void>
  /** Ends the training between two batches with the signal's reason as error; the model stays as it is by then. */
  readonly signal?: AbortSignal
}

/** Throws if an option is out of range. */
export function checkOptions(options: FitOptions): void {
  needOptions('fit', options, {
    ...{ loss: true, optimizer: true, inputs: true, targets: true, epochs: true, batchSize: true, validation: true },
    ...{ seed: true, shuffle: true, limit: true, limitBatches: true, overfitBatches: true, dryRun: true, check: true },
    ...{ onBatch: true, onEpoch: true, signal: true },
  })
  for (const option of ['epochs', 'batchSize', 'limit', 'limitBatches', 'overfitBatches'] as const) {
    const value = options[option]
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1)) {
      fail(`fit: ${option} is ${value}`, 'Give a whole number of at least 1.')
    }
  }
  if (typeof options.loss !== 'function') {
    fail('fit: the loss is not a function', 'Give a function of outputs and targets, such as nn.crossEntropy.')
  }
}
