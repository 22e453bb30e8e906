import type { EpochEvent, StepEvent } from '../loop/events.js'
import type { Training } from '../loop/training.js'
import type { Stored } from '../store/stored.js'

/** Why a training has ended. */
export type Ending = 'finished' | 'stopped' | 'left' | 'failed'

/**
 * Something that accompanies a training. What it returns is awaited. What it has noted (`state`) is part of every checkpoint, so that a
 * training that goes on later behaves as if it had never stopped.
 *
 * @example
 * const printing: Callback = {
 *   name: 'printing',
 *   onEpoch: ({ epoch, metrics }) => console.log(epoch, metrics.loss),
 * }
 */
export interface Callback {
  /** Under which its state is stored: no two of a training may have the same. */
  readonly name: string
  /** Before the first step, and before the first one after a break. */
  onStart?(training: Training): void | Promise<void>
  /**
   * While it is told of a step, the next one may be under way already, unless this says true for it: then models and optimizers may be
   * read and changed.
   */
  waits?(step: number): boolean
  /** After each batch. */
  onBatch?(event: StepEvent, training: Training): void | Promise<void>
  /** After the steps of an epoch, before the validation. */
  beforeValidation?(training: Training): void | Promise<void>
  /** After the validation. */
  onEpoch?(event: EpochEvent, training: Training): void | Promise<void>
  /**
   * At the end, whatever ended it: all epochs, `stop`, somebody who left the loop, or an error. The last callback is told first, so that the
   * first has the last word about what is left in the models.
   */
  onEnd?(ending: Ending, training: Training, error?: unknown): void | Promise<void>
  /** Plain data. */
  state?(): Stored | Promise<Stored>
  /** Takes over what `state` gave. */
  loadState?(state: never): void
}
