import { fail, failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import { ConfusionMatrix } from '../classification/confusion.js'
import { expectFinite, expectSome, type Metric, measured, numbersOf, type Values } from '../metric.js'

/** Rows of features with a label each, kept until the result. */
export abstract class LabelledRows<Result> implements Metric<[features: Values, labels: Values], Result> {
  protected rows: Float64Array[] = []
  protected labels: number[] = []

  constructor(readonly name: string) {}

  update(features: Values, labels: Values): void {
    const [f, l] = [numbersOf(this.name, 'the features', features), numbersOf(this.name, 'the labels', labels)]
    if (f.data.length === 0 && l.data.length === 0) return
    const width = f.shape[1]
    const differs = this.rows.length > 0 && this.rows[0].length !== width
    if (f.shape.length !== 2 || l.shape.length !== 1 || l.shape[0] !== f.shape[0] || differs) {
      failShape(
        this.name,
        `features ${formatShape(f.shape)} and labels ${formatShape(l.shape)} do not fit`,
        'They are [examples, features] and [examples], with the same features in each batch.',
      )
    }
    expectFinite(this.name, 'the features', f)
    for (let i = 0; i < l.data.length; i++) {
      this.rows.push(Float64Array.from({ length: width }, (_, j) => f.data[i * width + j]))
      this.labels.push(l.data[i])
    }
  }

  abstract result(): Result

  reset(): void {
    this.rows = []
    this.labels = []
  }
}

export function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2
  return Math.sqrt(sum)
}

/** See {@link silhouette}. */
export class Silhouette extends LabelledRows<number> {
  constructor() {
    super('Silhouette')
  }

  /** What all batches so far came to. */
  result(): number {
    expectSome('Silhouette', this.rows.length)
    const sizes = new Map<number, number>()
    for (const label of this.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
    if (sizes.size < 2) fail('Silhouette: there is one cluster', 'It compares clusters: give two at least.')
    const values = this.rows.map((row, i) => {
      const own = this.labels[i]
      if (sizes.get(own) === 1) return 0
      const sums = new Map<number, number>()
      this.rows.forEach((other, j) => {
        sums.set(this.labels[j], (sums.get(this.labels[j]) ?? 0) + distance(row, other))
      })
      const inside = (sums.get(own) ?? 0) / ((sizes.get(own) ?? 0) - 1)
      const means = [...sums].filter(([label]) => label !== own).map(([label, sum]) => sum / (sizes.get(label) ?? 1))
      const outside = Math.min(...means)
      const larger = Math.max(inside, outside)
      return larger === 0 ? 0 : (outside - inside) / larger
    })
    return values.reduce((a, b) => a + b) / values.length
  }
}

/**
 * The mean of (b − a) / max(a, b), where a is the mean distance of a point to the others of its cluster, and b that to the nearest other
 * cluster; 0 for a point alone. From −1 to 1. Takes the time of all pairs. (Rousseeuw, 1987.)
 *
 * @example silhouette([[0], [0], [4], [4]], [0, 0, 1, 1]) // 1
 */
export const silhouette = (features: Values, labels: Values): number => measured(new Silhouette(), features, labels)

/** See {@link normalizedMutualInformation}. */
export class NormalizedMutualInformation implements Metric<[clusters: Values, labels: Values], number> {
  readonly #together = new ConfusionMatrix()

  update(clusters: Values, labels: Values): void {
    this.#together.update(clusters, labels)
  }

  /** What all batches so far came to. */
  result(): number {
    const matrix = this.#together.result()
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
    const total = sum(matrix.flat())
    expectSome('NormalizedMutualInformation', total)
    const entropy = (counts: readonly number[]): number => {
      return -sum(counts.filter((n) => n > 0).map((n) => (n / total) * Math.log(n / total)))
    }
    const [a, b] = [entropy(matrix.map(sum)), entropy(matrix.map((_, j) => sum(matrix.map((row) => row[j]))))]
    // Of two partitions that put everything together there is nothing to tell: they agree.
    if (a === 0 && b === 0) return 1
    return Math.max(0, (2 * (a + b - entropy(matrix.flat()))) / (a + b))
  }

  reset(): void {
    this.#together.reset()
  }
}

/**
 * What clusters and classes say of each other, over the mean of their entropies: 1 where they are the same but for their numbers, 0 where
 * they are independent. (Strehl and Ghosh, 2002, with the arithmetic mean.)
 *
 * @example normalizedMutualInformation([1, 1, 0, 0], [0, 0, 1, 1]) // 1
 */
export const normalizedMutualInformation = (clusters: Values, labels: Values): number =>
  measured(new NormalizedMutualInformation(), clusters, labels)
