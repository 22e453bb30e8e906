/** What is nearer to 0 is taken for the rounding of a zero. */
const TOLERANCE = 1e-9

/**
 * How many of the first examples one hyperplane through the origin has on its right side: the largest p for which some w has
 * w · z > 0 for z₁ … z_p.
 *
 * The linear program w · z ≥ 1 is kept solved while examples arrive. Each margin m = w · z − 1 is written as a sum over n free numbers, first
 * the weights, then other margins; a negative margin changes places with one that can raise it. If none can, it is a negative number plus
 * a sum of margins with negative factors: that proves that no w exists. The smallest index goes first, so no places are changed for ever.
 *
 * Source: Bland, New finite pivoting rules for the simplex method, 1977.
 *
 * @param examples points, each times its label 1 or −1, with a coordinate 1 where the hyperplane has an offset
 */
export function countSeparable(examples: readonly ArrayLike<number>[]): number {
  const n = examples[0]?.length ?? 0
  // Rows 0 … n − 1 are the weights, then come the margins; the last number of a row is its constant.
  const rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n + 1 }, (_, j) => (i === j ? 1 : 0)))
  /** Which row each of the n free numbers is. */
  const free = rows.map((_, i) => i)
  for (const [count, example] of examples.entries()) {
    const margin = new Float64Array(n + 1)
    for (let i = 0; i < n; i++) for (let j = 0; j <= n; j++) margin[j]! += example[i]! * rows[i]![j]!
    margin[n]! -= 1
    rows.push(margin)
    for (;;) {
      const negative = rows.findIndex((row, i) => i >= n && row[n]! < -TOLERANCE)
      if (negative < 0) break
      const column = raising(rows[negative]!, free, n)
      if (column === undefined) return count
      exchange(rows, negative, column)
      free[column] = negative
    }
  }
  return examples.length
}

/** The free number that can raise a margin: any weight, or a margin with a positive factor. */
function raising(row: Float64Array, free: readonly number[], n: number): number | undefined {
  let best: number | undefined
  for (let j = 0; j < n; j++) {
    const raises = free[j]! < n ? Math.abs(row[j]!) > TOLERANCE : row[j]! > TOLERANCE
    if (raises && (best === undefined || free[j]! < free[best]!)) best = j
  }
  return best
}

/** Solves row `negative` for a free number, and puts that into all other rows. */
function exchange(rows: readonly Float64Array[], negative: number, column: number): void {
  const given = rows[negative]!.slice()
  const factor = given[column]!
  for (const row of rows) {
    const share = row[column]! / factor
    if (share === 0) continue
    for (let j = 0; j < row.length; j++) row[j]! -= share * given[j]!
    row[column] = share
  }
}
