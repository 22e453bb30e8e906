/** For how long a loop may keep everything else waiting. */
const BUSY_MILLISECONDS = 30

/** Lets timers, input and drawing have their turn every now and then in a loop that otherwise never waits for anything. */
export class Pauses {
  #last = performance.now()

  /** Ends at once, or after others have had their turn if it was long ago that they had. */
  async take(): Promise<void> {
    if (performance.now() - this.#last < BUSY_MILLISECONDS) return
    await new Promise((resolve) => setTimeout(resolve))
    this.#last = performance.now()
  }
}
