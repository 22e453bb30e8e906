import { setImmediate } from 'node:timers/promises'
import picocolors from 'picocolors'
import type { Colors } from 'picocolors/types.js'
import { formatDuration } from '../core/duration.js'
import { formatMetric, metricLabel } from '../core/metric.js'
import type { DataSource, EpochSummary, Pictures, Progress, Reporter, Table } from '../recipes/report.js'
import { progressLine } from '../train/display/line.js'
import { drawPictures } from './picture.js'
import { Pace } from './progress-line.js'
import { type Surroundings, type TextStream, wantsColor, widthOf } from './surroundings.js'
import { drawTable } from './table.js'

const LIVE_MILLISECONDS = 100
const PLAIN_MILLISECONDS = 10_000
/** So many values are drawn as a curve. */
const RECENT = 240
const CLEAR_LINE = '\r\x1b[2K'

/** Writes a run to a terminal, with a line that changes in place; elsewhere a plain line every ten seconds. */
export class TerminalReporter implements Reporter {
  readonly colors: Colors
  readonly #colored: boolean
  readonly #stream: TextStream
  readonly #now: () => number
  readonly #onEpoch: (summary: EpochSummary & { readonly seconds: number }) => void
  readonly #onData: (source: DataSource) => void
  readonly #live: boolean
  #lineShown = false
  #lastShown = Number.NEGATIVE_INFINITY
  #stage: string | undefined
  /** The last values of what is shown first, mostly the loss. */
  #recent: number[] = []
  #pace: Pace | undefined
  #epochStarted: number

  constructor(
    stream: TextStream,
    { environment, now }: Pick<Surroundings, 'environment' | 'now'>,
    listeners: {
      readonly onEpoch?: (summary: EpochSummary & { readonly seconds: number }) => void
      readonly onData?: (source: DataSource) => void
    } = {},
  ) {
    this.#stream = stream
    this.#now = now
    this.#onEpoch = listeners.onEpoch ?? (() => {})
    this.#onData = listeners.onData ?? (() => {})
    this.#live = stream.isTTY === true && environment.TERM !== 'dumb'
    this.#colored = wantsColor(stream, environment)
    this.colors = picocolors.createColors(this.#colored)
    this.#epochStarted = now()
  }

  log(text: string): void {
    this.clear()
    this.#stream.write(`${text}\n`)
  }

  data(source: DataSource): void {
    this.#onData(source)
    const text = source.genuine ? source.description : this.colors.yellow(source.description)
    this.log(text)
  }

  progress(progress: Progress): void {
    const now = this.#now()
    if (this.#pace === undefined || progress.stage !== this.#stage) {
      this.#stage = progress.stage
      this.#recent = []
      this.#pace = new Pace(now)
      this.#epochStarted = now
      if (!this.#live) this.#lastShown = now
    }
    const pace = this.#pace.measure(progress, now)
    const [leading] = Object.values(progress.metrics)
    if (leading !== undefined) this.#recent = [...this.#recent, leading].slice(-RECENT)
    if (now - this.#lastShown < (this.#live ? LIVE_MILLISECONDS : PLAIN_MILLISECONDS)) return
    this.#lastShown = now
    const paint = { strong: this.colors.cyan, faint: this.colors.dim }
    const options = { width: widthOf(this.#stream), withBar: this.#live, paint }
    const line = progressLine({ ...progress, ...pace, recent: this.#recent }, options)
    this.#stream.write(this.#live ? CLEAR_LINE + line : `${line}\n`)
    this.#lineShown = this.#live
  }

  async epoch(summary: EpochSummary): Promise<void> {
    const now = this.#now()
    const seconds = (now - this.#epochStarted) / 1000
    this.#epochStarted = now
    const { stage, epoch, epochs, metrics } = summary
    const width = String(epochs).length
    const pieces = Object.entries(metrics).map(([name, value]) => `${metricLabel(name)} ${formatMetric(name, value)}`)
    if (stage !== undefined) pieces.unshift(stage)
    const head = this.colors.bold(`epoch ${String(epoch).padStart(width)}/${epochs}`)
    this.log([head, ...pieces, this.colors.dim(formatDuration(seconds))].join('  '))
    this.#onEpoch({ ...summary, seconds })
    if (epoch === epochs) this.#pace = undefined
    // Values of the reference backend are there at once: without this, a loop that awaits them never lets signals in.
    await setImmediate()
  }

  table(table: Table): void {
    this.#block(drawTable(table, this.colors))
  }

  pictures(pictures: Pictures): void {
    const lines = drawPictures(pictures, widthOf(this.#stream), this.#colored)
    this.#block([this.colors.bold(pictures.title), ...lines])
  }

  /** Takes the live line away. */
  clear(): void {
    if (this.#lineShown) this.#stream.write(CLEAR_LINE)
    this.#lineShown = false
  }

  #block(lines: readonly string[]): void {
    this.clear()
    this.#stream.write(`\n${lines.join('\n')}\n`)
  }
}
