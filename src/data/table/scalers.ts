import { expectChoice, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { normalProbability, normalQuantile } from './normal.js'

export type ScalerKind = 'none' | 'standard' | 'minMax' | 'robust' | 'log' | 'quantile' | 'normalQuantile'

/** What was learned of one column; plain JSON. */
export type Scaler =
  | { readonly kind: 'none' }
  /** (x − center) / size; `log`: of sign(x) · ln(1 + |x|). */
  | { readonly kind: 'linear'; readonly center: number; readonly size: number; readonly log: boolean }
  /** Where x lies among the quantiles, 0 … 1; `normal`: as a number with the standard normal distribution. */
  | { readonly kind: 'quantile'; readonly quantiles: readonly number[]; readonly normal: boolean }

const kinds = ['none', 'standard', 'minMax', 'robust', 'log', 'quantile', 'normalQuantile'] as const

/**
 * Learns how the numbers of a column are scaled; NaN is left out.
 *
 * - standard: (x − mean) / standard deviation; log: the same of sign(x) · ln(1 + |x|)
 * - minMax: to 0 … 1; robust: (x − median) / distance between the quartiles
 * - quantile: the part of the numbers that is smaller, linear between `quantiles` (at most 1,000) of them; normalQuantile: that as a normal number
 *
 * Throws if there is no number.
 *
 * ```ts
 * const scaler = fitScaler('standard', [1, 2, 3])
 * scale(scaler, [2, 4]).map(Math.round) // [0, 2]
 * ```
 */
export function fitScaler(
  kind: ScalerKind,
  values: ArrayLike<number>,
  options: { readonly quantiles?: number } = {},
): Scaler {
  expectChoice('fitScaler', 'the kind', kind, kinds)
  checkOptions('fitScaler', options, { quantiles: true })
  if (kind === 'none') return { kind }
  const log = kind === 'log'
  const sorted = Float64Array.from(values, (x) => (log ? signedLog(x) : x)).filter((x) => !Number.isNaN(x))
  sorted.sort()
  if (sorted.length === 0) fail('fitScaler: there is no number.', 'Leave out columns without values.')
  const infinite = sorted.find((x) => !Number.isFinite(x))
  if (infinite !== undefined) fail(`fitScaler: a value is ${infinite}.`, 'Replace it, or make it a missing one.')
  if (kind === 'quantile' || kind === 'normalQuantile') {
    const count = Math.min(expectInteger('fitScaler', 'quantiles', options.quantiles ?? 1000), sorted.length)
    if (count < 1) fail(`fitScaler: quantiles is ${count}.`, 'Give a whole number of at least 1.')
    const quantiles = Array.from({ length: count }, (_, i) => quantileOf(sorted, count === 1 ? 0 : i / (count - 1)))
    return { kind: 'quantile', quantiles, normal: kind === 'normalQuantile' }
  }
  const linear = (center: number, size: number): Scaler => ({
    kind: 'linear',
    center,
    size: size === 0 ? 1 : size,
    log,
  })
  if (kind === 'minMax') return linear(sorted[0]!, sorted.at(-1)! - sorted[0]!)
  if (kind === 'robust') {
    return linear(quantileOf(sorted, 0.5), quantileOf(sorted, 0.75) - quantileOf(sorted, 0.25))
  }
  const mean = sorted.reduce((sum, x) => sum + x, 0) / sorted.length
  const variance = sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sorted.length
  // What is left of equal numbers by rounding is no spread.
  return linear(mean, sorted[0] === sorted.at(-1) ? 0 : Math.sqrt(variance))
}

/** Linear between neighbours, as NumPy. */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  const exact = p * (sorted.length - 1)
  // A place that is missed by rounding only would mix two neighbours.
  const at = Math.abs(exact - Math.round(exact)) < 1e-9 ? Math.round(exact) : exact
  const below = Math.floor(at)
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!]
  const part = at - below
  // From the nearer end, so that quantiles of equal numbers are equal to them.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
}

const signedLog = (x: number): number => Math.sign(x) * Math.log1p(Math.abs(x))

/** Scaled numbers; NaN stays NaN. */
export function scale(scaler: Scaler, values: ArrayLike<number>): Float64Array {
  if (scaler.kind === 'none') return Float64Array.from(values)
  if (scaler.kind === 'linear') {
    const { center, size, log } = scaler
    return Float64Array.from(values, (x) => ((log ? signedLog(x) : x) - center) / size)
  }
  return Float64Array.from(values, (x) => {
    const p = rankAmong(scaler.quantiles, x)
    return scaler.normal ? bounded(normalQuantile(p), p) : p
  })
}

/** Numbers as they were before they were scaled; outside of the quantiles, the nearest of these. */
export function invertScale(scaler: Scaler, values: ArrayLike<number>): Float64Array {
  if (scaler.kind === 'none') return Float64Array.from(values)
  if (scaler.kind === 'linear') {
    const { center, size, log } = scaler
    return Float64Array.from(values, (y) => {
      const x = y * size + center
      return log ? Math.sign(x) * Math.expm1(Math.abs(x)) : x
    })
  }
  return Float64Array.from(values, (y) => {
    if (Number.isNaN(y)) return y
    const ends = Math.abs(y) > FARTHEST - 1e-9
    const p = !scaler.normal ? y : ends ? Number(y > 0) : normalProbability(y)
    return quantileOf(scaler.quantiles, Math.min(1, Math.max(0, p)))
  })
}

/** The farthest that a normal number lies: where probabilities are 10⁻⁷. */
const FARTHEST = normalQuantile(1 - 1e-7)
const bounded = (x: number, p: number): number =>
  Number.isNaN(p) ? p : p <= 0 ? -FARTHEST : p >= 1 ? FARTHEST : Math.max(-FARTHEST, Math.min(FARTHEST, x))

/** Where x lies among sorted numbers, 0 … 1; in the middle of equal ones. */
function rankAmong(quantiles: readonly number[], x: number): number {
  const last = quantiles.length - 1
  if (Number.isNaN(x)) return x
  if (x <= quantiles[0]!) return last === 0 && x > quantiles[0]! ? 1 : 0
  if (x >= quantiles[last]!) return 1
  // The first place that is not below x, and the last that is not above.
  const [first, end] = [search(quantiles, (q) => q >= x), search(quantiles, (q) => q > x) - 1]
  if (first <= end) return (first + end) / 2 / last
  const [low, high] = [quantiles[end]!, quantiles[first]!]
  return (end + (x - low) / (high - low)) / last
}

/** The first place where a condition holds that goes on to hold. */
function search(sorted: readonly number[], holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const between = (low + high) >>> 1
    if (holds(sorted[between]!)) high = between
    else low = between + 1
  }
  return low
}
