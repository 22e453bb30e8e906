import type { Histogram, HistogramLine } from 'shapewise/train'

/** How the values of one name were spread, epoch after epoch. */
export interface Spread {
  readonly name: string
  readonly of: Histogram['of']
  readonly rows: readonly { readonly epoch: number; readonly histogram: Histogram }[]
  /** Of all epochs. */
  readonly low: number
  readonly high: number
}

/** The lines of a file, of which the last of an epoch counts: a run that goes on may write one again. */
export function readHistograms(text: string): readonly Spread[] {
  const epochs = new Map<number, HistogramLine>()
  for (const line of text.split('\n')) {
    try {
      const read = JSON.parse(line) as HistogramLine
      if (Array.isArray(read.histograms)) epochs.set(read.epoch, read)
    } catch {
      // Half a line tells nothing.
    }
  }
  const spreads = new Map<string, { epoch: number; histogram: Histogram }[]>()
  for (const { epoch, histograms } of [...epochs.values()].sort((a, b) => a.epoch - b.epoch)) {
    for (const histogram of histograms) {
      const key = `${histogram.of} ${histogram.name}`
      spreads.set(key, [...(spreads.get(key) ?? []), { epoch, histogram }])
    }
  }
  return [...spreads.values()].map((rows) => {
    const { name, of } = rows[0]!.histogram
    const filled = rows.filter(({ histogram }) => histogram.counts.length > 0)
    const low = Math.min(...filled.map(({ histogram }) => histogram.low))
    const high = Math.max(...filled.map(({ histogram }) => histogram.high))
    return { name, of, rows, ...(low < high ? { low, high } : { low: (low || 0) - 0.5, high: (low || 0) + 0.5 }) }
  })
}

/** The share of values per unit at each of so many places from `low` to `high`. */
export function density({ low, high, counts }: Histogram, from: number, to: number, places: number): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const width = (high - low) / counts.length
  const out = new Float64Array(places)
  if (total === 0) return out
  const step = (to - from) / places
  for (let place = 0; place < places; place++) {
    const [left, right] = [from + place * step, from + (place + 1) * step]
    if (width === 0) {
      // All values are the same one.
      if (left <= low && low < right) out[place] = 1 / step
      continue
    }
    const [first, last] = [
      Math.max(0, Math.floor((left - low) / width)),
      Math.min(counts.length - 1, Math.floor((right - low) / width)),
    ]
    for (let bin = first; bin <= last; bin++) {
      const overlap = Math.min(right, low + (bin + 1) * width) - Math.max(left, low + bin * width)
      if (overlap > 0) out[place]! += ((counts[bin]! / total) * (overlap / width)) / step
    }
  }
  return out
}
