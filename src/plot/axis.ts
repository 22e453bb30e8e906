import { type ScaleContinuousNumeric, scaleLinear, scaleLog, scaleSymlog } from 'd3-scale'
import { fail } from '../core/errors.js'

/** How numbers become places along an axis. Logarithmic axes leave out what is not positive; symmetric ones are straight around 0. */
export type ScaleKind = 'linear' | 'log' | 'symmetricLog'

export interface AxisOptions {
  readonly label?: string
  /** 'linear'. */
  readonly scale?: ScaleKind
  /** Where the axis begins and ends; by default at the smallest and largest number, rounded. */
  readonly from?: number
  readonly to?: number
  /** Names in the place of the numbers 0, 1, 2 … */
  readonly names?: readonly string[]
}

export interface Tick {
  readonly place: number
  readonly text: string
}

/** What is below is 0 on a logarithmic axis: d3 counts wrong there. */
const SMALLEST = 1e-300

/** An axis of a picture: from numbers to pixels. */
export interface Axis {
  readonly label: string | undefined
  readonly ticks: readonly Tick[]
  /** The place of a number; undefined for what the axis does not show: NaN, infinities, 0 on a logarithmic one. */
  place(value: number): number | undefined
}

/** Throws if an axis cannot be made. */
export function makeAxis(
  what: string,
  values: Iterable<number>,
  pixels: readonly [number, number],
  options: AxisOptions = {},
): Axis {
  const { label, scale: kind = 'linear', names } = options
  const isShown = (value: number): boolean => Number.isFinite(value) && (kind !== 'log' || value > SMALLEST)
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (!isShown(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) [low, high] = kind === 'log' ? [1, 10] : [0, 1]
  for (const end of [options.from, options.to]) {
    if (end !== undefined && !isShown(end)) {
      fail(`chart: the ${what} axis ends at ${end}`, 'Give a finite number, above 0 on a logarithmic axis.')
    }
  }
  ;[low, high] = [options.from ?? low, options.to ?? high]
  // Numbers that differ by less than can be written beside an axis are one.
  if (high - low < Math.max(1e-9 * Math.abs(high), SMALLEST)) {
    const more = Math.abs(high) < SMALLEST ? 0.5 : Math.abs(high) / 2
    ;[low, high] = kind === 'log' ? [low / 2, high * 2] : [low - more, high + more]
  }
  const made = scaleOf(kind, Math.max(Math.abs(low), Math.abs(high)))
  made.domain([low, high]).range(pixels)
  if (names === undefined && options.from === undefined && options.to === undefined) made.nice(5)
  const place = (value: number): number | undefined => (isShown(value) ? made(value) : undefined)
  const count = Math.max(2, Math.abs(pixels[1] - pixels[0]) / 80)
  // Labels have as many digits as tell neighbours apart; logarithmic axes leave out labels where there are many.
  const text = made.tickFormat(kind === 'linear' ? count : 5, formatFor(kind, Math.max(Math.abs(low), Math.abs(high))))
  const marks = names?.map((_, i) => i) ?? made.ticks(count)
  const written = (value: number): string => {
    const digits = text(value) || ''
    return kind === 'log' && digits.startsWith('0.000') ? value.toExponential() : digits
  }
  const ticks = marks.map((value) => ({ place: made(value), text: names?.[value] ?? written(value) }))
  return { label, ticks: ticks.filter((tick) => tick.text !== ''), place }
}

/** Few characters: 200k, 2e-7. */
function formatFor(kind: ScaleKind, largest: number): string | undefined {
  if (kind !== 'linear') return '~g'
  return largest >= 1e5 ? '~s' : largest < 1e-3 ? '.1~e' : undefined
}

/** Symmetric axes bend at a thousandth of the largest number that they show. */
function scaleOf(kind: ScaleKind, largest: number): ScaleContinuousNumeric<number, number> {
  if (kind === 'log') return scaleLog()
  return kind === 'symmetricLog' ? scaleSymlog().constant(largest / 1000) : scaleLinear()
}
