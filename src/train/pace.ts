/** Speed is measured over about this long: it follows changes and still is steady. */
const WINDOW_MILLISECONDS = 5000
/** Measurements that follow each other faster than this are not kept. */
const MARK_MILLISECONDS = 20

interface Mark {
  readonly time: number
  readonly examples: number
}

/** Measures how fast a training goes and how long it will take. */
export class Pace {
  #started: number | undefined
  #marks: Mark[] = []
  #examples = 0

  constructor(
    /** Examples of all epochs together. */
    private readonly total: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Time that has passed since the last measurement is none of training. Called before the first one, too. */
  resume(): void {
    const time = this.now()
    this.#started ??= time
    this.#marks = [{ time, examples: this.#examples }]
  }

  /** @param examples learned from so far, in all epochs */
  measure(examples: number): { readonly examplesPerSecond: number; readonly secondsLeft: number } {
    const time = this.now()
    this.#examples = examples
    const last = this.#marks[this.#marks.length - 1]
    if (last === undefined || time - last.time >= MARK_MILLISECONDS) this.#marks.push({ time, examples })
    while (this.#marks.length > 2 && this.#marks[1].time < time - WINDOW_MILLISECONDS) this.#marks.shift()
    const [oldest] = this.#marks
    // The clock may stand still between two batches.
    const seconds = Math.max(time - oldest.time, 1e-3) / 1000
    // What lies between epochs (validation) counts for the time that is left, but not for the speed.
    const whole = (time - (this.#started ?? time)) / 1000
    return {
      examplesPerSecond: (examples - oldest.examples) / seconds,
      secondsLeft: examples > 0 ? (whole / examples) * Math.max(0, this.total - examples) : Infinity,
    }
  }
}
