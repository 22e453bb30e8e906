import { expectChoice, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { quantileOf } from './scalers.js'

export type ImputerKind = 'mean' | 'median' | 'mostFrequent'

/** What is put where a value is missing. */
export interface Imputer {
  readonly kind: ImputerKind
  readonly value: number
}

/**
 * Learns what stands in for missing numbers (NaN) of a column: the mean, the median, or the most frequent number (of several the smallest).
 *
 * Throws if all are missing.
 *
 * ```ts
 * const median = imputer('median', [1, NaN, 5, 2])
 * fillMissing(median, [NaN, 7]) // [2, 7]
 * ```
 */
export function imputer(kind: ImputerKind, values: ArrayLike<number>): Imputer {
  expectChoice('imputer', 'the kind', kind, ['mean', 'median', 'mostFrequent'])
  const sorted = Float64Array.from(values)
    .filter((x) => !Number.isNaN(x))
    .sort()
  if (sorted.length === 0) fail('imputer: all values are missing.', 'Leave the column out.')
  if (kind === 'mean') return { kind, value: sorted.reduce((sum, x) => sum + x, 0) / sorted.length }
  if (kind === 'median') return { kind, value: quantileOf(sorted, 0.5) }
  let best = { value: sorted[0]!, count: 0 }
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++
    if (to - from > best.count) best = { value: sorted[from]!, count: to - from }
  }
  return { kind, value: best.value }
}

/** The numbers with the missing ones (NaN) filled in. */
export const fillMissing = ({ value }: Imputer, values: ArrayLike<number>): Float64Array =>
  Float64Array.from(values, (x) => (Number.isNaN(x) ? value : x))

/**
 * Fills in missing numbers by the mean of that column over the `neighbours` rows that are nearest of those that have it. The
 * distance of two rows is √(columns / shared columns · Σ (a − b)²), over the columns that both have; scale them before.
 *
 * Source: Troyanskaya et al., "Missing value estimation methods for DNA microarrays", 2001.
 *
 * ```ts
 * const knn = new KnnImputer([[1, 10], [2, 20], [9, 90]], { neighbours: 1 })
 * knn.fill([[2.2, NaN]]) // [[2.2, 20]]
 * ```
 */
export class KnnImputer {
  readonly neighbours: number
  readonly #rows: readonly ArrayLike<number>[]
  readonly #means: readonly number[]

  /** Throws if rows differ in length, or a column has no value. */
  constructor(rows: readonly ArrayLike<number>[], options: { readonly neighbours?: number } = {}) {
    checkOptions('KnnImputer', options, { neighbours: true })
    this.neighbours = expectInteger('KnnImputer', 'neighbours', options.neighbours ?? 5)
    if (this.neighbours < 1) fail(`KnnImputer: neighbours is ${this.neighbours}.`, 'Give at least 1.')
    const width = rows[0]?.length ?? fail('KnnImputer: there are no rows.', 'Give some.')
    const odd = rows.findIndex(({ length }) => length !== width)
    if (odd >= 0)
      fail(`KnnImputer: row ${odd} has ${rows[odd]!.length} numbers, row 0 has ${width}.`, 'Give equally long rows.')
    this.#rows = rows
    this.#means = Array.from({ length: width }, (_, column) => {
      const present = rows.map((row) => row[column]!).filter((x) => !Number.isNaN(x))
      if (present.length > 0) return present.reduce((sum, x) => sum + x, 0) / present.length
      return fail(`KnnImputer: column ${column} has no value.`, 'Leave it out.')
    })
  }

  /** Copies of the rows without NaN. Throws if their length is another. */
  fill(rows: readonly ArrayLike<number>[]): number[][] {
    return rows.map((row, i) => {
      if (row.length !== this.#means.length) {
        fail(
          `KnnImputer: row ${i} has ${row.length} numbers, not ${this.#means.length}.`,
          'Give the columns it was made with.',
        )
      }
      const filled = Array.from(row)
      const missing = [...filled.keys()].filter((column) => Number.isNaN(filled[column]!))
      if (missing.length === 0) return filled
      const distances = this.#rows.map((other) => distance(row, other))
      for (const column of missing) filled[column] = this.#meanOfNearest(distances, column)
      return filled
    })
  }

  #meanOfNearest(distances: readonly number[], column: number): number {
    const givers = [...distances.keys()].filter(
      (i) => !Number.isNaN(distances[i]!) && !Number.isNaN(this.#rows[i]![column]!),
    )
    if (givers.length === 0) return this.#means[column]!
    const nearest = givers.sort((a, b) => distances[a]! - distances[b]!).slice(0, this.neighbours)
    return nearest.reduce((sum, i) => sum + this.#rows[i]![column]!, 0) / nearest.length
  }
}

/** NaN where the rows share no column. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [sum, shared] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!
    if (Number.isNaN(difference)) continue
    sum += difference * difference
    shared++
  }
  return shared === 0 ? Number.NaN : (sum * a.length) / shared
}
