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
  /** When, and behind how many examples, this process has begun. */
  #started: Mark | undefined
  #marks: Mark[] = []

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Time that has passed since the last measurement is none of training. Called before the first one, too.
   *
   * @param examples learned from so far, in all epochs
   */
  resume(examples: number): void {
    const mark = { time: this.now(), examples }
    this.#started ??= mark
    this.#marks = [mark]
  }

  /**
   * @param examples learned from so far, in all epochs
   * @param total those of all epochs together
   */
  measure(examples: number, total: number): { readonly examplesPerSecond: number; readonly secondsLeft: number } {
    const time = this.now()
    const last = this.#marks[this.#marks.length - 1]
    if (last === undefined || time - last.time >= MARK_MILLISECONDS) this.#marks.push({ time, examples })
    while (this.#marks.length > 2 && this.#marks[1].time < time - WINDOW_MILLISECONDS) this.#marks.shift()
    const [oldest] = this.#marks
    // The clock may stand still between two batches.
    const seconds = Math.max(time - oldest.time, 1e-3) / 1000
    // What lies between epochs (validation) counts for the time that is left, but not for the speed.
    const { time: begin, examples: before } = this.#started ?? { time, examples }
    const perExample = (time - begin) / 1000 / (examples - before)
    return {
      examplesPerSecond: (examples - oldest.examples) / seconds,
      secondsLeft: examples > before ? perExample * Math.max(0, total - examples) : Infinity,
    }
  }
}
