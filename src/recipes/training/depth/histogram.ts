import type { ChartOptions } from 'shapewise/plot'

const BINS = 50
/** A smaller share is not drawn. */
const LEAST = 1e-4

/** How outputs of layers lie between two values: a curve for each layer; those beyond count with the last bins. */
export function histogram(
  title: string,
  layers: readonly { readonly name: string; readonly values: ArrayLike<number> }[],
  { from, to }: { readonly from: number; readonly to: number },
): ChartOptions {
  const width = (to - from) / BINS
  const series = layers.map(({ name, values }) => {
    const counts = new Float64Array(BINS)
    for (const value of Array.from(values)) {
      counts[Math.max(0, Math.min(BINS - 1, Math.floor((value - from) / width)))]!++
    }
    return {
      name,
      x: Array.from(counts, (_, bin) => from + (bin + 0.5) * width),
      y: counts.map((n) => (n / values.length < LEAST ? Number.NaN : n / values.length)),
    }
  })
  return {
    title,
    x: { label: 'output', from, to },
    y: { label: 'share of the outputs', scale: 'log', from: LEAST, to: 1 },
    series,
  }
}
