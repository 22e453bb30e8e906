import type { NeighbourRows } from './neighbours.js'

/** How likely pairs of points are neighbours: row i has the columns from `starts[i]` to `starts[i + 1]`. All together they are 1. */
export interface Affinities {
  readonly starts: Int32Array
  readonly columns: Int32Array
  readonly values: Float64Array
}

const MOST_HALVINGS = 100
const TOLERANCE = 1e-7

/**
 * Gaussian probabilities of neighbours, each point's of a width at which their entropy is that of `perplexity` equal ones; then the mean of both directions.
 * (van der Maaten and Hinton, 2008, equations 1 and 2; farther neighbours than given have none: van der Maaten, 2014.)
 */
export function affinities({ count, k, indices, distances }: NeighbourRows, perplexity: number): Affinities {
  const conditional = new Float64Array(count * k)
  for (let i = 0; i < count; i++) {
    fillProbabilities(distances.subarray(i * k, (i + 1) * k), perplexity, conditional.subarray(i * k, (i + 1) * k))
  }
  return symmetric(count, k, indices, conditional)
}

/** Finds the precision β of exp(−β d²) by doubling and halving. */
function fillProbabilities(distances: Float64Array, perplexity: number, out: Float64Array): void {
  const wanted = Math.log(Math.min(perplexity, distances.length))
  const nearest = distances[0] ** 2
  const mean = distances.reduce((sum, distance) => sum + distance ** 2 - nearest, 0) / distances.length
  let [low, high] = [0, Number.POSITIVE_INFINITY]
  let beta = mean > 0 ? 1 / mean : 1
  for (let i = 0; i < MOST_HALVINGS; i++) {
    let sum = 0
    let weighted = 0
    for (let n = 0; n < distances.length; n++) {
      const square = distances[n] ** 2 - nearest
      out[n] = Math.exp(-beta * square)
      sum += out[n]
      weighted += square * out[n]
    }
    const entropy = Math.log(sum) + (beta * weighted) / sum
    for (let n = 0; n < distances.length; n++) out[n] /= sum
    if (Math.abs(entropy - wanted) < TOLERANCE) return
    if (entropy > wanted) low = beta
    else high = beta
    beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (low + high) / 2
  }
}

/** (p(j | i) + p(i | j)) / 2n, with the columns of each row rising. */
function symmetric(count: number, k: number, indices: Int32Array, conditional: Float64Array): Affinities {
  // Rows of the transpose: a pass over sources in their order leaves each sorted.
  const transposed = transpose(count, k, indices, conditional)
  const sorted = transpose(count, 0, transposed.columns, transposed.values, transposed.starts)
  const starts = new Int32Array(count + 1)
  const columns = new Int32Array(2 * count * k)
  const values = new Float64Array(2 * count * k)
  let at = 0
  for (let i = 0; i < count; i++) {
    let [a, b] = [sorted.starts[i], transposed.starts[i]]
    const [endA, endB] = [sorted.starts[i + 1], transposed.starts[i + 1]]
    while (a < endA || b < endB) {
      const left = a < endA ? sorted.columns[a] : count
      const right = b < endB ? transposed.columns[b] : count
      columns[at] = Math.min(left, right)
      const sum = (left <= right ? sorted.values[a++] : 0) + (right <= left ? transposed.values[b++] : 0)
      values[at++] = sum / (2 * count)
    }
    starts[i + 1] = at
  }
  return { starts, columns: columns.subarray(0, at), values: values.subarray(0, at) }
}

/** The transpose of rows of k entries each, or of those that `starts` tells. */
function transpose(
  count: number,
  k: number,
  indices: Int32Array,
  entries: Float64Array,
  given?: Int32Array,
): Affinities {
  const starts = new Int32Array(count + 1)
  for (const j of indices) starts[j + 1]++
  for (let i = 0; i < count; i++) starts[i + 1] += starts[i]
  const next = starts.slice(0, count)
  const columns = new Int32Array(indices.length)
  const values = new Float64Array(indices.length)
  for (let i = 0; i < count; i++) {
    const [from, to] = given === undefined ? [i * k, (i + 1) * k] : [given[i], given[i + 1]]
    for (let at = from; at < to; at++) {
      const place = next[indices[at]]++
      columns[place] = i
      values[place] = entries[at]
    }
  }
  return { starts, columns, values }
}
