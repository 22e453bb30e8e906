import { formatDuration } from '../../core/duration.js'
import { formatMetric, metricLabel } from '../../core/metric.js'
import type { Metrics } from '../loop/events.js'

/** What a line tells. */
export interface Shown {
  readonly stage?: string
  readonly epoch?: number
  readonly epochs?: number
  readonly batch: number
  /** Infinity where it is not known. */
  readonly batches: number
  readonly metrics: Metrics
  readonly examplesPerSecond?: number
  readonly secondsLeft?: number
  /** The last losses, for a small curve. */
  readonly recent?: readonly number[]
}

export interface LineOptions {
  /** Columns; what is least important is left out. */
  readonly width: number
  /** Whether the line begins with a bar: not where lines follow each other. */
  readonly withBar: boolean
  /** Colours text in one of two ways; not at all by default. */
  readonly paint?: { strong(text: string): string; faint(text: string): string }
}

const BAR_WIDTH = 20
const CURVE_WIDTH = 12
const heights = '▁▂▃▄▅▆▇█'

const plain = { strong: (text: string) => text, faint: (text: string) => text }

/** What a live line shows, most important first, as far as it fits. */
export function progressLine(shown: Shown, { width, withBar, paint = plain }: LineOptions): string {
  const { stage, epoch, epochs, batch, batches, metrics, examplesPerSecond, secondsLeft, recent = [] } = shown
  const isKnown = Number.isFinite(batches)
  const pieces = stage === undefined ? [] : [stage]
  if (epoch !== undefined) pieces.push(`epoch ${epoch}/${epochs}`)
  pieces.push(isKnown ? `${String(batch).padStart(String(batches).length)}/${batches}` : `batch ${batch}`)
  for (const [name, value] of Object.entries(metrics)) pieces.push(`${metricLabel(name)} ${formatMetric(name, value)}`)
  if (examplesPerSecond !== undefined && Number.isFinite(examplesPerSecond)) {
    pieces.push(`${Math.round(examplesPerSecond).toLocaleString('en-US')} examples/s`)
  }
  if (secondsLeft !== undefined && Number.isFinite(secondsLeft)) pieces.push(`${formatDuration(secondsLeft)} left`)
  if (!withBar) return pieces.join('  ')
  if (recent.length > 1) pieces.push(sparkline(recent))
  const fits: string[] = []
  let used = BAR_WIDTH + 2
  for (const piece of pieces) {
    if (used + piece.length + 2 > width) break
    used += piece.length + 2
    fits.push(piece)
  }
  return [bar(isKnown ? batch / batches : 0, paint), ...fits].join('  ')
}

/** A bar that grows by half characters. */
function bar(fraction: number, { strong, faint }: NonNullable<LineOptions['paint']>): string {
  const halves = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH * 2)
  const full = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '')
  return strong(full) + faint('─'.repeat(BAR_WIDTH - Math.ceil(halves / 2)))
}

/**
 * Numbers as a curve of one line; what is not finite is a gap.
 *
 * @param width the most characters: of more numbers the means of stretches are drawn
 */
export function sparkline(values: readonly number[], width = CURVE_WIDTH): string {
  const count = Math.min(width, values.length)
  const means = Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count))
    return part.reduce((sum, value) => sum + value, 0) / part.length
  })
  const finite = means.filter(Number.isFinite)
  const [least, most] = [Math.min(...finite), Math.max(...finite)]
  const height = (value: number): number => (most > least ? ((value - least) / (most - least)) * 7 : 3)
  return means.map((value) => (Number.isFinite(value) ? heights[Math.round(height(value))] : ' ')).join('')
}
