import type { Progress } from '../recipes/report.js'

/** Speed is measured over about this long, so that it follows changes and still is steady. */
const WINDOW_MILLISECONDS = 10_000

interface Sample {
  readonly time: number
  readonly examples: number
  /** In batches of all epochs. */
  readonly done: number
}

/** Measures speed and the time that is left. Pauses between epochs (validation) count towards the time left, not the speed. */
export class Pace {
  #samples: Sample[] = []
  readonly #started: number

  constructor(now: number) {
    this.#started = now
  }

  /** Takes in where a training stands at a time in milliseconds. */
  measure(progress: Progress, now: number): { examplesPerSecond: number | undefined; secondsLeft: number | undefined } {
    const { epoch = 1, epochs = 1, batch, batches, examples } = progress
    const done = (epoch - 1) * batches + batch
    const last = this.#samples.at(-1)
    if (last !== undefined && examples < last.examples) this.#samples = []
    this.#samples.push({ time: now, examples, done })
    while (this.#samples.length > 2 && this.#samples[1]!.time < now - WINDOW_MILLISECONDS) this.#samples.shift()
    const [oldest] = this.#samples
    const seconds = (now - oldest!.time) / 1000
    const elapsed = (now - this.#started) / 1000
    return {
      examplesPerSecond: seconds > 0 ? (examples - oldest!.examples) / seconds : undefined,
      secondsLeft: elapsed > 1 && done > 0 ? (elapsed / done) * (epochs * batches - done) : undefined,
    }
  }
}
