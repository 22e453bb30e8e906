/** What many numbers are like. */
export interface Statistics {
  readonly count: number
  readonly least: number
  readonly most: number
  readonly mean: number
  readonly deviation: number
  /** The square root of the sum of squares. */
  readonly norm: number
  /** The share that is exactly 0. */
  readonly zeros: number
  /** How many are NaN or infinite; the rest of the figures leaves them out. */
  readonly notFinite: number
  /** How many lie in each of equal parts from the least to the most. */
  readonly histogram: readonly number[]
}

const PARTS = 48

export function statisticsOf(values: ArrayLike<number>, parts = PARTS): Statistics {
  let [least, most, sum, squares, zeros, finite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    finite++
    if (value < least) least = value
    if (value > most) most = value
    if (value === 0) zeros++
    sum += value
    squares += value * value
  }
  const mean = finite === 0 ? 0 : sum / finite
  let deviations = 0
  const histogram = new Array<number>(parts).fill(0)
  const width = (most - least) / parts
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    deviations += (value - mean) ** 2
    histogram[width > 0 ? Math.min(parts - 1, Math.floor((value - least) / width)) : 0]!++
  }
  return {
    ...{ count: values.length, least: finite === 0 ? 0 : least, most: finite === 0 ? 0 : most, mean },
    deviation: finite === 0 ? 0 : Math.sqrt(deviations / finite),
    norm: Math.sqrt(squares),
    zeros: values.length === 0 ? 0 : zeros / values.length,
    notFinite: values.length - finite,
    histogram,
  }
}
