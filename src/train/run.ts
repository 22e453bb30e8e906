/**
 * A training that runs while it is awaited or iterated over: nothing happens before.
 *
 * `await run` trains to the end and gives all epochs. `for await (const epoch of run)` stops after each epoch until the
 * next is asked for; to leave the loop is to end the training. One that goes on after a break begins with the epochs of before in its
 * history.
 */
export class Run<E> implements PromiseLike<readonly E[]>, AsyncIterable<E> {
  readonly #epochs: AsyncGenerator<E>
  readonly #history: E[] = []
  #finished: Promise<readonly E[]> | undefined

  /** @param start what trains; it is called with a function that takes the epochs of before a break */
  constructor(start: (before: (epochs: readonly E[]) => void) => AsyncGenerator<E>) {
    this.#epochs = start((epochs) => this.#history.push(...epochs))
  }

  /** The epochs that are over; also after an error or an abort. */
  get history(): readonly E[] {
    return this.#history
  }

  /** Epoch by epoch; to leave the loop is to end the training. */
  async *[Symbol.asyncIterator](): AsyncGenerator<E> {
    for await (const epoch of this.#epochs) {
      this.#history.push(epoch)
      yield epoch
    }
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaited to train to the end
  then<Value = readonly E[], Failure = never>(
    fulfilled?: ((history: readonly E[]) => Value | PromiseLike<Value>) | null,
    rejected?: ((reason: unknown) => Failure | PromiseLike<Failure>) | null,
  ): Promise<Value | Failure> {
    this.#finished ??= this.#finish()
    return this.#finished.then(fulfilled, rejected)
  }

  async #finish(): Promise<readonly E[]> {
    for await (const _ of this);
    return this.#history
  }
}
