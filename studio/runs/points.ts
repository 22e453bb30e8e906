import type { RunLine } from 'shapewise/train'

/** Where a value comes from: a single batch, the mean of an epoch, the validation after it, or the schedule of the learning rate. */
export type Source = 'batch' | 'epoch' | 'validation' | 'rate'

export type Axis = 'step' | 'epoch' | 'relative' | 'wall'

/** One line of numbers of one run. */
export interface Series {
  /** The run, or `run/part`. */
  readonly run: string
  /** Which part of the recipe it belongs to; '' where there is one only. */
  readonly stage: string
  readonly source: Source
  readonly name: string
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Numbers that come one after the other. */
class Column {
  #values = new Float64Array(64)
  length = 0

  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = new Float64Array(2 * this.length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.length++] = value
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.length)
  }
}

interface Line {
  readonly stage: string
  readonly source: Source
  readonly name: string
  readonly step: Column
  readonly epoch: Column
  readonly time: Column
  readonly value: Column
}

const notFinite: Readonly<Record<string, number>> = { NaN: Number.NaN, Infinity, '-Infinity': Number.NEGATIVE_INFINITY }
const numberOf = (value: unknown): number =>
  typeof value === 'number' ? value : (notFinite[String(value)] ?? Number.NaN)

export interface Note {
  readonly step: number
  readonly text: string
}

/** The points of one run as they were stored: each of them, none made up. */
export class RunPoints {
  readonly #lines = new Map<string, Line>()
  /** The last step of each epoch that is over. */
  readonly #ends = new Map<number, number>()
  readonly notes: Note[] = []
  #firstTime = Number.NaN
  count = 0

  /** Takes lines of `metrics.jsonl`; what is none is left out. */
  take(text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue
      try {
        this.#takeLine(JSON.parse(line) as RunLine & { readonly time?: number })
      } catch {
        // A line that is damaged tells nothing.
      }
    }
  }

  #takeLine(line: RunLine & { readonly time?: number }): void {
    const time = line.time ?? Number.NaN
    if (Number.isNaN(this.#firstTime)) this.#firstTime = time
    if (line.type === 'note') {
      this.notes.push({ step: line.step, text: line.text })
    } else if (line.type === 'step') {
      for (const name in line.values) this.#push('', 'batch', name, line.step, line.epoch, time, line.values[name])
    } else if (line.type === 'epoch') {
      const { stage = '', step, epoch, metrics, validation, learningRates } = line
      if (stage === '') this.#ends.set(epoch, step)
      const put = (source: Source, values: Readonly<Record<string, unknown>> | undefined): void => {
        for (const name in values) this.#push(stage, source, name, step, epoch, time, values[name])
      }
      put('epoch', metrics)
      put('validation', validation)
      put('rate', learningRates)
    }
  }

  #push(stage: string, source: Source, name: string, step: number, epoch: number, time: number, value: unknown): void {
    const key = `${stage}|${source}|${name}`
    let line = this.#lines.get(key)
    if (line === undefined) {
      const column = () => new Column()
      line = { stage, source, name, step: column(), epoch: column(), time: column(), value: column() }
      this.#lines.set(key, line)
    }
    line.step.push(step)
    line.epoch.push(epoch)
    line.time.push(time)
    line.value.push(numberOf(value))
    this.count++
  }

  /** The names of the values that there are. */
  get names(): string[] {
    return [...new Set([...this.#lines.values()].map(titleOf))]
  }

  /** Whether the time of each point is known. */
  get hasTimes(): boolean {
    return !Number.isNaN(this.#firstTime)
  }

  /** The values of a name, each kind by itself, over an axis. Points whose place on it is not known are left out. */
  series(run: string, title: string, axis: Axis): Series[] {
    const chosen = [...this.#lines.values()].filter((line) => titleOf(line) === title)
    return chosen.map((line) => {
      const { stage, source, name } = line
      const places = this.#places(line, axis)
      const values = line.value.values
      const known = places.reduce((count, place) => count + Number(!Number.isNaN(place)), 0)
      if (known === places.length) return { run, stage, source, name, x: places, y: values.slice() }
      const [x, y] = [new Float64Array(known), new Float64Array(known)]
      for (let i = 0, at = 0; i < places.length; i++) {
        if (Number.isNaN(places[i]!)) continue
        x[at] = places[i]!
        y[at++] = values[i]!
      }
      return { run, stage, source, name, x, y }
    })
  }

  #places({ source, step, epoch, time }: Line, axis: Axis): Float64Array {
    if (axis === 'step') return step.values.slice()
    if (axis === 'wall') return time.values.slice()
    if (axis === 'relative') return time.values.map((value) => (value - this.#firstTime) / 1000)
    if (source !== 'batch') return epoch.values.slice()
    // A batch lies within its epoch, whose length is known when it, or the one before, is over.
    const steps = step.values
    return epoch.values.map((value, i) => {
      const start = value === 1 ? 0 : this.#ends.get(value - 1)
      if (start === undefined) return Number.NaN
      const length = (this.#ends.get(value) ?? Number.NaN) - start
      const before = start - (value === 2 ? 0 : (this.#ends.get(value - 2) ?? Number.NaN))
      return value - 1 + (steps[i]! - start) / (Number.isNaN(length) ? before : length)
    })
  }
}

/** Under which name a value is shown: rates of the schedule have one of their own. */
const titleOf = ({ source, name }: Pick<Line, 'source' | 'name'>): string =>
  source === 'rate' ? `learning rate${name === 'optimizer' || name === '' ? '' : `, ${name}`}` : name
