/** Numbers sorted into buckets. */
export interface Histogram {
  readonly kind: 'histogram'
  readonly minimum: number
  readonly maximum: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
  /** Where each bucket ends; it begins where the one before ends, the first at the minimum. */
  readonly limits: readonly number[]
  readonly counts: readonly number[]
}

/** What a run has noted under a tag. */
export type Summary =
  | { readonly kind: 'scalar'; readonly value: number }
  | Histogram
  /** A picture, mostly in PNG. */
  | { readonly kind: 'image'; readonly width: number; readonly height: number; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  /** What is not known: the plug-in that it is for, and its bytes. */
  | { readonly kind: 'other'; readonly plugin: string; readonly bytes: Uint8Array }

export interface TaggedSummary {
  readonly tag: string
  readonly summary: Summary
}

/** What a run noted at one time. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly time: number
  readonly step: number
  readonly summaries: readonly TaggedSummary[]
}

/**
 * Sorts values into buckets of equal width between the smallest and the largest. What is not finite is left out.
 *
 * @param buckets how many; 30
 * @example
 * histogramOf([0, 1, 1, 2], 2).counts // [1, 3]
 */
export function histogramOf(values: ArrayLike<number>, buckets = 30): Histogram {
  let [minimum, maximum, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    minimum = Math.min(minimum, value)
    maximum = Math.max(maximum, value)
    sum += value
    sumOfSquares += value * value
    count++
  }
  if (count === 0)
    return { kind: 'histogram', minimum: 0, maximum: 0, count, sum, sumOfSquares, limits: [0], counts: [0] }
  const width = (maximum - minimum) / buckets
  const limits = Array.from({ length: buckets }, (_, i) => (i === buckets - 1 ? maximum : minimum + width * (i + 1)))
  const counts = limits.map(() => 0)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    counts[width > 0 ? Math.min(buckets - 1, Math.floor((value - minimum) / width)) : buckets - 1]++
  }
  return { kind: 'histogram', minimum, maximum, count, sum, sumOfSquares, limits, counts }
}
