import type { Colors } from 'picocolors/types.js'
import { formatMetric, metricLabel } from '../core/metric.js'
import type { Progress } from '../recipes/report.js'
import { formatDuration } from './duration.js'

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

const BAR_WIDTH = 20

/** A bar of `BAR_WIDTH` characters that grows by half characters. */
function bar(fraction: number, colors: Colors): string {
  const halves = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH * 2)
  const full = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '')
  return colors.cyan(full) + colors.dim('─'.repeat(BAR_WIDTH - Math.ceil(halves / 2)))
}

/** What the live line shows, most important first, as far as it fits into `width` columns. */
export function formatProgress(
  progress: Progress,
  pace: ReturnType<Pace['measure']>,
  options: { readonly width: number; readonly withBar: boolean; readonly colors: Colors },
): string {
  const { stage, epoch, epochs, batch, batches, metrics } = progress
  const { examplesPerSecond, secondsLeft } = pace
  const pieces = epoch === undefined ? [] : [`epoch ${epoch}/${epochs}`]
  pieces.push(`${String(batch).padStart(String(batches).length)}/${batches}`)
  if (stage !== undefined) pieces.unshift(stage)
  for (const [name, value] of Object.entries(metrics)) pieces.push(`${metricLabel(name)} ${formatMetric(name, value)}`)
  if (examplesPerSecond !== undefined) {
    pieces.push(`${Math.round(examplesPerSecond).toLocaleString('en-US')} images/s`)
  }
  if (secondsLeft !== undefined) pieces.push(`${formatDuration(secondsLeft)} left`)
  if (!options.withBar) return pieces.join('  ')
  const fits: string[] = []
  let used = BAR_WIDTH + 2
  for (const piece of pieces) {
    if (used + piece.length + 2 > options.width) break
    used += piece.length + 2
    fits.push(piece)
  }
  return [bar(batch / batches, options.colors), ...fits].join('  ')
}
