import type { Task } from './task.js'

/** What a pass through data came to. */
export interface Score<T extends Task = Task> {
  /** The mean over the examples. */
  readonly loss: number
  /** The part of the classes that were named right; undefined where the targets are no classes. */
  readonly accuracy: T extends 'classes' ? number : undefined
}

/** What one pass through the training examples came to. Loss and accuracy are those while learning. */
export interface Epoch<T extends Task = Task> extends Score<T> {
  /** Counted from 1. */
  readonly epoch: number
  readonly epochs: number
  /** Of all validation examples after the epoch, where there are some. */
  readonly validation: Score<T> | undefined
  /** Of the next step. */
  readonly learningRate: number
  readonly examplesPerSecond: number
  /** Validation included. */
  readonly seconds: number
}

/** All epochs so far. */
export type History<T extends Task = Task> = readonly Epoch<T>[]

/**
 * A training that runs while it is awaited or iterated over: nothing happens before.
 *
 * `await run` trains to the end and gives all epochs. `for await (const epoch of run)` stops after each epoch until the
 * next is asked for; to leave the loop is to end the training.
 */
export class Run<T extends Task = Task> implements PromiseLike<History<T>>, AsyncIterable<Epoch<T>> {
  readonly #epochs: AsyncGenerator<Epoch<T>>
  readonly #history: Epoch<T>[] = []
  #finished: Promise<History<T>> | undefined

  constructor(epochs: AsyncGenerator<Epoch<T>>) {
    this.#epochs = epochs
  }

  /** The epochs that are over; also after an error or an abort. */
  get history(): History<T> {
    return this.#history
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Epoch<T>> {
    for await (const epoch of this.#epochs) {
      this.#history.push(epoch)
      yield epoch
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited to train to the end
  then<Value = History<T>, Failure = never>(
    fulfilled?: ((history: History<T>) => Value | PromiseLike<Value>) | null,
    rejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    this.#finished ??= this.#finish()
    return this.#finished.then(fulfilled, rejected)
  }

  async #finish(): Promise<History<T>> {
    for await (const _ of this);
    return this.#history
  }
}
