import type { Cursor, Json } from './stage.js'

/** Where an iteration stands; plain JSON, to be saved beside the model. */
export interface StreamPosition {
  readonly epoch: number
  readonly at: Json
}

/** One way through the elements of an epoch. */
export class Pass<T> implements AsyncIterableIterator<T> {
  readonly #epoch: number
  readonly #cursor: Cursor<T>
  #position: Json
  /** The last call, which the next one waits for. */
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(epoch: number, cursor: Cursor<T>) {
    this.#epoch = epoch
    this.#cursor = cursor
    this.#position = cursor.position()
  }

  /** Where this stands: behind the last element that was given. */
  position(): StreamPosition {
    return { epoch: this.#epoch, at: this.#position }
  }

  /** The next element, or the end. */
  next(): Promise<IteratorResult<T, undefined>> {
    const result = this.#last.then(() => this.#advance())
    this.#last = result.catch(() => undefined)
    return result
  }

  async #advance(): Promise<IteratorResult<T, undefined>> {
    if (this.#closed) return { done: true, value: undefined }
    try {
      const next = await this.#cursor.next()
      this.#position = this.#cursor.position()
      if (next !== undefined) return { done: false, value: next.value }
      await this.return()
      return { done: true, value: undefined }
    } catch (error) {
      await this.return()
      throw error
    }
  }

  /** Ends the iteration and lets go of its files and threads. */
  async return(): Promise<IteratorResult<T, undefined>> {
    if (!this.#closed) {
      this.#closed = true
      await this.#cursor.close()
    }
    return { done: true, value: undefined }
  }

  /** Itself: goes on where it stands. */
  [Symbol.asyncIterator](): this {
    return this
  }
}
