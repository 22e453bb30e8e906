import { fail } from '../../core/errors.js'
import type { Callback } from '../callbacks/callback.js'
import type { RunFolder } from '../store/run-folder.js'
import type { Storage } from '../store/storage.js'
import type { EpochEvent, Metrics, StepEvent } from './events.js'

/** What `fit` and `trainLoop` have in common. */
export interface TrainingOptions {
  /** How many times to go through the data; 1. */
  readonly epochs?: number
  /** Ends each epoch, and each validation, after so many batches. */
  readonly limitBatches?: number
  /** Goes through one batch of training and one of validation, to see that nothing fails. */
  readonly dryRun?: boolean
  /** What accompanies the training: early stopping, checkpoints, averages … */
  readonly callbacks?: readonly Callback[]
  /** Where to store the run: the path of a folder (in pages one of the browser's own), or a storage. Without it nothing is stored. */
  readonly folder?: string | Storage | RunFolder
  /**
   * Whether to go on where the run in the folder stands, if there is one: the result is the same, bit for bit, as without the break. A
   * folder that holds a run is refused otherwise.
   */
  readonly resume?: boolean
  /** What the run is called in its folder; 'training'. */
  readonly name?: string
  /** Whether a value that is NaN ends the training, and is looked into; true. */
  readonly stopOnNaN?: boolean
  /** Told what people should know, such as that a checkpoint could not be written; by default a warning on the console. */
  readonly onNote?: (text: string) => void
  /** Ends the training between two batches with the signal's reason as error; the model stays as it is by then. */
  readonly signal?: AbortSignal
}

/** See {@link trainLoop}. */
export interface LoopOptions<M extends Metrics = Metrics> extends TrainingOptions {
  /** Measures after each epoch, on data that is not learned from; models are in evaluation mode. */
  readonly validate?: () => Metrics | Promise<Metrics>
  /** After every batch, for a live line. */
  readonly onBatch?: (event: StepEvent<M>) => void
  /** After every epoch; what it returns is awaited. */
  readonly onEpoch?: (event: EpochEvent<M>) => void | Promise<void>
}

export const trainingOptions: { readonly [Name in keyof Required<TrainingOptions>]: true } = {
  ...{ epochs: true, limitBatches: true, dryRun: true, callbacks: true, folder: true, resume: true, name: true },
  ...{ stopOnNaN: true, onNote: true, signal: true },
}

/** Throws if a number is none of at least 1, or callbacks share a name. */
export function checkTrainingOptions(operation: string, options: TrainingOptions, counts: readonly string[]): void {
  for (const option of [...counts, 'epochs', 'limitBatches']) {
    const value = (options as Readonly<Record<string, unknown>>)[option]
    if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 1)) {
      fail(`${operation}: ${option} is ${String(value)}`, 'Give a whole number of at least 1.')
    }
  }
  if (options.resume && options.folder === undefined) {
    fail(`${operation}: there is no folder to resume from`, 'Name it: folder: "runs/first".')
  }
  const names = (options.callbacks ?? []).map((callback) => callback?.name)
  names.forEach((name, i) => {
    if (typeof name !== 'string')
      fail(`${operation}: callback ${i} has no name`, 'Callbacks are objects: { name, onEpoch }.')
    if (names.indexOf(name) !== i) {
      fail(
        `${operation}: two callbacks are called '${name}'`,
        'Give one of them another name: their states are kept by it.',
      )
    }
  })
}
