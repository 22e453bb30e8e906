/** How long one phase of making a program took. */
export interface Timing {
  readonly phase: string
  readonly milliseconds: number
}

/** Takes the time of phases as they run. */
export class Stopwatch {
  readonly timings: Timing[] = []

  measure<T>(phase: string, run: () => T): T {
    const start = performance.now()
    try {
      return run()
    } finally {
      this.timings.push({ phase, milliseconds: performance.now() - start })
    }
  }
}
