import type { Failure, Unfinished } from '../backend.js'
import type { CpuStorage, Handle, StartedRun } from './backend.js'

/** So many runs may be unfinished at a time, */
const MOST_RUNS = 8
/** and hold so many bytes, unless a single one needs more. Who goes on starting waits for the oldest to finish. */
const MOST_BYTES = 256 * 2 ** 20

/** What a run needs until it is finished, and what is to be said if it fails. */
export interface RunDetails {
  readonly program: Handle
  readonly inputs: readonly CpuStorage[]
  readonly outputs: readonly CpuStorage[]
  readonly bytes: number
  /** Unfinished runs that fill inputs. */
  readonly after: readonly QueuedRun[]
  describe(kind: number): Error
}

/** A program that runs, or is about to, while JavaScript goes on. */
export class QueuedRun implements Unfinished {
  failure: Failure | undefined
  /** Somebody waits for the end and will see the failure. */
  watched = false
  #details: RunDetails | undefined
  #callbacks: ((failure: Failure | undefined) => void)[] = []
  /** Resolves when it is over, whether or not it fails. */
  readonly over: Promise<void>

  constructor(
    readonly queue: RunQueue,
    readonly started: StartedRun,
    details: RunDetails,
  ) {
    this.#details = details
    for (const output of details.outputs) output.filling = this
    this.over = started.done.then(() => queue.settle())
  }

  whenFinished(callback: (failure: Failure | undefined) => void): void {
    this.#callbacks.push(callback)
  }

  /** Resolves when the outputs have their elements. @throws the failure of the run */
  async finished(): Promise<void> {
    this.watched = true
    await this.over
    this.throwFailure()
  }

  /** Blocks until the outputs have their elements. @throws the failure of the run */
  wait(): void {
    this.queue.wait(this)
    this.throwFailure()
  }

  throwFailure(): void {
    if (this.failure === undefined) return
    this.failure.isTold = true
    throw this.failure.error
  }

  get bytes(): number {
    return this.#details?.bytes ?? 0
  }

  describe(kind: number): Error {
    return this.#details?.describe(kind) ?? new Error('cpu backend: a run that was over has failed')
  }

  /** Whether it takes what a failed run was to compute. */
  get isHindered(): boolean {
    return this.#details?.after.some(({ failure }) => failure !== undefined) ?? false
  }

  tell(): void {
    const callbacks = this.#callbacks
    this.#callbacks = []
    for (const callback of callbacks) callback(this.failure)
  }

  /** Lets go of the memory. Outputs of a failed run go on leading to the failure. */
  release(): void {
    if (this.failure === undefined) {
      for (const output of this.#details?.outputs ?? []) if (output.filling === this) output.filling = undefined
    }
    this.#details = undefined
  }
}

/** Runs in the order in which they were started, of which the first go on and the rest wait. */
export class RunQueue {
  #unfinished: QueuedRun[] = []
  #bytes = 0

  constructor(readonly blockFor: (run: StartedRun) => void) {}

  /** Whether nothing is unfinished. */
  get isIdle(): boolean {
    if (this.#unfinished.length > 0) this.settle()
    return this.#unfinished.length === 0
  }

  /** Blocks until one more run of so many bytes is not too much. */
  makeRoom(bytes: number): void {
    while (this.#unfinished.length >= MOST_RUNS || (this.#unfinished.length > 0 && this.#bytes + bytes > MOST_BYTES)) {
      this.wait(this.#unfinished[0])
    }
  }

  add(started: StartedRun, details: RunDetails): QueuedRun {
    const run = new QueuedRun(this, started, details)
    this.#unfinished.push(run)
    this.#bytes += details.bytes
    return run
  }

  wait(run: QueuedRun): void {
    if (run.started.kind === undefined) this.blockFor(run.started)
    this.settle()
  }

  /** Resolves when what has been started so far is over, whether or not it fails. */
  async allFinished(): Promise<void> {
    await this.#unfinished[this.#unfinished.length - 1]?.over
  }

  /** Blocks until nothing is unfinished. */
  waitForAll(): void {
    const last = this.#unfinished[this.#unfinished.length - 1]
    if (last !== undefined) this.wait(last)
  }

  /** Takes note of the runs that have finished. */
  settle(): void {
    for (;;) {
      const [run] = this.#unfinished
      const kind = run?.started.kind
      if (kind === undefined) return
      this.#unfinished.shift()
      this.#bytes -= run.bytes
      if (kind === 0) run.tell()
      else if (run.failure === undefined) this.#fail(run, { error: run.describe(kind), isTold: false })
      run.release()
    }
  }

  /** A run fails, and with it those that build on it; what they have changed is undone last things first. */
  #fail(run: QueuedRun, failure: Failure): void {
    const failed = [run]
    run.failure = failure
    for (const later of this.#unfinished) {
      if (later.failure !== undefined || !later.isHindered) continue
      later.failure = failure
      failed.push(later)
    }
    failure.isTold = failed.some(({ watched }) => watched)
    for (const one of failed.reverse()) one.tell()
  }
}
