/** The value below which a part of the numbers lies, interpolated between neighbours (Hyndman and Fan, 1996, type 7). */
export function quantile(numbers, part) {
  const sorted = Float64Array.from(numbers).sort()
  const position = part * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below] + (position - below) * (sorted[above] - sorted[below])
}

/** Median, quartiles and the least. */
export const spread = (numbers) => ({
  median: quantile(numbers, 0.5),
  lower: quantile(numbers, 0.25),
  upper: quantile(numbers, 0.75),
  least: quantile(numbers, 0),
})
