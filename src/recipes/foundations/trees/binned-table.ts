import { fail } from '../../../core/errors.js'

/** Bins of a feature that has more values. */
export const BINS = 255
/** Rows that are looked at for the bounds of bins. */
const SAMPLED = 10_000

/** Examples as small whole numbers, feature by feature. */
export interface BinnedTable {
  readonly rows: number
  /** For each feature, the bin of each row. */
  readonly columns: readonly Uint8Array[]
}

/**
 * The bounds between bins of each feature: halfway between neighbouring values where there are few, else so that bins have about as many rows.
 *
 * @param values [rows, features]
 */
export function binBounds(values: ArrayLike<number>, features: number, bins = BINS): Float64Array[] {
  if (values.length % features !== 0) fail(`binBounds: ${values.length} numbers are no rows of ${features}`)
  const rows = values.length / features
  const count = Math.min(rows, SAMPLED)
  return Array.from({ length: features }, (_, feature) => {
    const column = Float64Array.from({ length: count }, (_, i) => {
      const row = Math.floor((i * rows) / count)
      return values[row * features + feature]!
    }).sort()
    const changes = [...column.keys()].filter((i) => i > 0 && column[i] !== column[i - 1])
    const begins =
      changes.length < bins ? changes : Array.from({ length: bins - 1 }, (_, i) => Math.floor(((i + 1) * count) / bins))
    const bounds = Float64Array.from(begins, (i) => (column[i]! + column[i - 1]!) / 2)
    return bounds.filter((value, i) => value !== bounds[i - 1])
  })
}

/** The bins of rows [rows, features]: how many bounds lie below each value. */
export function binned(values: ArrayLike<number>, bounds: readonly Float64Array[]): BinnedTable {
  const features = bounds.length
  const rows = values.length / features
  const columns = bounds.map((cuts, feature) => {
    const column = new Uint8Array(rows)
    for (let row = 0; row < rows; row++) {
      const value = values[row * features + feature]!
      let [low, high] = [0, cuts.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if (cuts[middle]! < value) low = middle + 1
        else high = middle
      }
      column[row] = low
    }
    return column
  })
  return { rows, columns }
}
