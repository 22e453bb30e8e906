import { failShape } from '../core/errors.js'
import { formatShape } from '../core/shape.js'
import { expectFinite, expectSome, type Metric, measured, pairOf, type Values } from './metric.js'

/** The mean of something over all elements. */
abstract class MeanError implements Metric<[outputs: Values, targets: Values], number> {
  #total = 0
  #count = 0
  readonly #name: string
  readonly #cost: (difference: number) => number

  constructor(name: string, cost: (difference: number) => number) {
    this.#name = name
    this.#cost = cost
  }

  update(outputs: Values, targets: Values): void {
    const [o, t] = pairOf(this.#name, outputs, targets)
    for (let i = 0; i < o.data.length; i++) this.#total += this.#cost(o.data[i] - t.data[i])
    this.#count += o.data.length
  }

  /** Infinite or NaN where an output or target is. */
  result(): number {
    expectSome(this.#name, this.#count)
    return this.#total / this.#count
  }

  reset(): void {
    this.#total = 0
    this.#count = 0
  }
}

/** The mean of (output − target)². See {@link meanSquaredError}. */
export class MeanSquaredError extends MeanError {
  constructor() {
    super('MeanSquaredError', (d) => d * d)
  }
}

/** The mean of |output − target|. See {@link meanAbsoluteError}. */
export class MeanAbsoluteError extends MeanError {
  constructor() {
    super('MeanAbsoluteError', Math.abs)
  }
}

/**
 * The mean of (output − target)² over all elements, as a number; its root has the unit of the targets. (The loss is `nn.meanSquaredError`.)
 *
 * @throws ShapeError if the shapes differ
 * @example meanSquaredError([1, 2], [1, 4]) // 2
 */
export const meanSquaredError = (outputs: Values, targets: Values): number =>
  measured(new MeanSquaredError(), outputs, targets)

/**
 * The mean of |output − target| over all elements, as a number.
 *
 * @throws ShapeError if the shapes differ
 * @example meanAbsoluteError([1, 2], [1, 4]) // 1
 */
export const meanAbsoluteError = (outputs: Values, targets: Values): number =>
  measured(new MeanAbsoluteError(), outputs, targets)

/** Of one column: sums that do not cancel, whatever the mean is (Welford, 1962). */
interface Column {
  count: number
  mean: number
  /** Σ (target − mean)² */
  spread: number
  /** Σ (output − target)² */
  error: number
}

/** The part of the variance that is explained. See {@link r2Score}. */
export class R2Score implements Metric<[outputs: Values, targets: Values], number> {
  #columns: Column[] = []

  update(outputs: Values, targets: Values): void {
    const [o, t] = pairOf('R2Score', outputs, targets)
    for (const [what, numbers] of [
      ['the outputs', o],
      ['the targets', t],
    ] as const)
      expectFinite('R2Score', what, numbers)
    if (o.shape.length > 2 || o.shape.length === 0) {
      failShape('R2Score', `the outputs are ${formatShape(o.shape)}`, 'They are [examples] or [examples, columns].')
    }
    const width = o.shape[1] ?? 1
    if (this.#columns.length === 0 && o.data.length > 0) {
      this.#columns = Array.from({ length: width }, () => ({ count: 0, mean: 0, spread: 0, error: 0 }))
    }
    if (o.data.length > 0 && this.#columns.length !== width) {
      failShape('R2Score', `a batch has ${width} columns, those before had ${this.#columns.length}`, 'Give the same.')
    }
    for (let i = 0; i < o.data.length; i++) {
      const column = this.#columns[i % width]
      const target = t.data[i]
      const before = target - column.mean
      column.mean += before / ++column.count
      column.spread += before * (target - column.mean)
      column.error += (o.data[i] - target) ** 2
    }
  }

  result(): number {
    expectSome('R2Score', this.#columns[0]?.count ?? 0, 2)
    const scores = this.#columns.map(({ spread, error }) => {
      if (spread === 0) return error === 0 ? 1 : 0
      return 1 - error / spread
    })
    return scores.reduce((a, b) => a + b, 0) / scores.length
  }

  reset(): void {
    this.#columns = []
  }
}

/**
 * 1 − Σ (output − target)² / Σ (target − mean)²: the part of the variance that is explained, for [examples], or as mean over the columns
 * of [examples, columns]. Targets that are all the same score 1 if they are met and else 0. It takes two examples.
 *
 * @throws ShapeError if the shapes differ
 * @example r2Score([1, 2, 4], [1, 2, 3]) // 0.5
 */
export const r2Score = (outputs: Values, targets: Values): number => measured(new R2Score(), outputs, targets)
