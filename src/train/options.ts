import { fail } from '../core/errors.js'
import { needOptions } from '../core/options.js'
import type { Columns, Dataset, Stream } from '../data/index.js'
import type { Optimizer, Sam } from '../optim/index.js'
import type { Tensor } from '../tensor/tensor.js'
import { checkTrainingOptions, type TrainingOptions, trainingOptions } from './loop/options.js'
import type { Epoch, Score } from './score.js'
import type { AnyBatch, ColumnNames, Loss, Task } from './task.js'

/** How far a training is, after each batch. Loss and accuracy are the means over the examples of this epoch so far. */
export interface BatchProgress<T extends Task = Task> extends Score<T> {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Batches of this epoch that are done. */
  readonly batch: number
  /** Infinity in the first epoch of a stream, whose length is not known before. */
  readonly batches: number
  /** Examples of this epoch that are done. */
  readonly examples: number
  /** The loss of this batch alone. */
  readonly batchLoss: number
  readonly examplesPerSecond: number
  readonly secondsLeft: number
}

/**
 * Changes the inputs of a training step, or inputs and targets together, at random, as the augmentations of `augment` do: it is part of the
 * compiled step, and takes no part in validation.
 */
export type Augment = (
  inputs: Tensor,
  targets: Tensor,
) => Tensor | { readonly inputs: Tensor; readonly targets: Tensor }

export interface FitOptions<
  C extends Columns = Columns,
  T extends Task = Task,
  Inputs extends string = string,
  Targets extends string = string,
  L extends Loss = Loss,
> extends TrainingOptions,
    ColumnNames<Inputs, Targets> {
  /** How far outputs are from targets, such as `nn.crossEntropy`: the mean over the examples. */
  readonly loss: L
  /** Updates what it was made with, or else all parameters of the model. */
  readonly optimizer: Optimizer | Sam
  /** Of a data set: examples per step; the last batch of an epoch has what is left over and is compiled for itself. 128. */
  readonly batchSize?: number
  /** Examples to measure on after each epoch, without learning from them. */
  readonly validation?: Dataset<NoInfer<C>> | Stream<AnyBatch>
  /** Changes inputs (and targets) of the training at random. */
  readonly augment?: Augment
  /** Mixed precision: activations of the training step in 16 bits, which about halves its memory; see `compile`. */
  readonly precision?: 'float32' | 'bfloat16' | 'float16'
  /** For the order of the examples; 0. Dropout and the like draw from the global generator, see `seed`. */
  readonly seed?: number
  /** Whether each epoch has an order of its own; true. */
  readonly shuffle?: boolean
  /** Learns from the first so many examples only. */
  readonly limit?: number
  /**
   * Learns the first so many batches by heart, in the same order each epoch, and validates on them, if at all: a model that
   * cannot do that has a mistake.
   */
  readonly overfitBatches?: number
  /** Measures on a batch or two of the validation before the first epoch, so that it does not fail after hours; true. */
  readonly tryValidation?: boolean
  /** Names the operation that makes the first NaN at once, without going back. Slow. */
  readonly check?: boolean
  /** After every batch, for a live line. */
  readonly onBatch?: (progress: BatchProgress<T>) => void
  /** After every epoch; what it returns is awaited. */
  readonly onEpoch?: (epoch: Epoch<T>) => void | Promise<void>
}

/** Throws if an option is out of range. */
export function checkFitOptions(options: FitOptions, isStream: boolean): void {
  needOptions('fit', options, {
    ...trainingOptions,
    ...{ loss: true, optimizer: true, inputs: true, targets: true, batchSize: true, validation: true, augment: true },
    ...{
      precision: true,
      seed: true,
      shuffle: true,
      limit: true,
      overfitBatches: true,
      tryValidation: true,
      check: true,
    },
    ...{ onBatch: true, onEpoch: true },
  })
  checkTrainingOptions('fit', options, ['batchSize', 'limit', 'overfitBatches'])
  if (typeof options.loss !== 'function') {
    fail('fit: the loss is not a function', 'Give a function of outputs and targets, such as nn.crossEntropy.')
  }
  if (options.augment !== undefined && typeof options.augment !== 'function') {
    fail('fit: augment is not a function', 'Give a function of inputs and targets, such as (inputs) => flip(inputs).')
  }
  if (!isStream) return
  for (const option of ['batchSize', 'seed', 'shuffle', 'limit'] as const) {
    if (options[option] === undefined) continue
    fail(
      `fit: ${option} is an option for data sets, and the examples are a stream`,
      'Say it of the stream: examples.shuffle({ seed }).batch(32, features).',
    )
  }
}
