import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { sameShape } from '../../core/shape.js'
import { expectSome, type Metric, measured, numbersOf, type Values } from '../metric.js'
import { expectLabel, rowsFor } from './classes.js'

/** One row of probabilities for each target; of a single probability, that of class 1, both. */
function eachRow(
  metric: string,
  probabilities: Values,
  targets: Values,
  visit: (row: ArrayLike<number>, label: number, isBinary: boolean) => void,
): void {
  const given = numbersOf(metric, 'the probabilities', probabilities)
  const labels = numbersOf(metric, 'the targets', targets)
  const isBinary = sameShape(given.shape, labels.shape)
  const rows = isBinary ? Array.from(given.data, (p) => [1 - p, p]) : rowsFor(metric, given, labels)
  rows.forEach((row, i) => {
    expectLabel(metric, labels.data[i], row.length)
    let total = 0
    for (let j = 0; j < row.length; j++) {
      // Rounding makes a little more than 1, or less than 0.
      if (!(row[j] >= -1e-6 && row[j] <= 1 + 1e-6)) {
        fail(
          `${metric}: example ${i} has a probability of ${row[j]}`,
          'Are these logits? Take their softmax or sigmoid.',
        )
      }
      total += row[j]
    }
    if (Math.abs(total - 1) > 1e-2) {
      fail(`${metric}: the probabilities of example ${i} add up to ${total}`, 'Are these logits? Take their softmax.')
    }
  })
  rows.forEach((row, i) => {
    visit(row, labels.data[i], isBinary)
  })
}

/** The mean of −log of the probability of the target. See {@link logLoss}. */
export class LogLoss implements Metric<[probabilities: Values, targets: Values], number> {
  #total = 0
  #count = 0

  update(probabilities: Values, targets: Values): void {
    eachRow('LogLoss', probabilities, targets, (row, label) => {
      this.#total -= Math.log(Math.max(row[label], LEAST))
      this.#count++
    })
  }

  result(): number {
    expectSome('LogLoss', this.#count)
    return this.#total / this.#count
  }

  reset(): void {
    this.#total = 0
    this.#count = 0
  }
}

/** What a probability of 0 is taken for, as scikit-learn has it: one such mistake costs 34.5 and not everything. */
const LEAST = 1e-15

/**
 * The mean of −log of the probability of the target: probabilities […, classes], or […] of class 1 of two, with targets […]. A probability
 * of 0 counts as 1e-15.
 *
 * @throws if they are no probabilities
 * @example logLoss([0.5, 0.5], [0, 1]) // 0.6931471805599453
 */
export const logLoss = (probabilities: Values, targets: Values): number =>
  measured(new LogLoss(), probabilities, targets)

export interface CalibrationOptions {
  /** Into how many equal parts confidence is divided; 15. */
  readonly bins?: number
}

/** What happened where the confidence was about the same. */
export interface CalibrationBin {
  readonly count: number
  /** The mean confidence; NaN in an empty bin. */
  readonly confidence: number
  /** The part that was right; NaN in an empty bin. */
  readonly accuracy: number
}

export interface CalibrationResult {
  /** The expected calibration error: Σ count / n · |confidence − accuracy|. */
  readonly error: number
  /** The largest |confidence − accuracy| of a bin. */
  readonly maximumError: number
  /** The reliability diagram, from no confidence to all. */
  readonly bins: readonly CalibrationBin[]
}

/** Whether what is said to be 80 % sure is right in 80 % of cases. See {@link calibration}. */
export class Calibration implements Metric<[probabilities: Values, targets: Values], CalibrationResult> {
  #counts: number[] = []
  #confidences: number[] = []
  #right: number[] = []
  readonly #bins: number

  constructor(options: CalibrationOptions = {}) {
    checkOptions('Calibration', options, { bins: true })
    this.#bins = expectInteger('Calibration', 'the number of bins', options.bins ?? 15)
    if (this.#bins < 1) fail(`Calibration: the number of bins is ${this.#bins}`, 'Give one at least.')
    this.reset()
  }

  update(probabilities: Values, targets: Values): void {
    eachRow('Calibration', probabilities, targets, (row, label, isBinary) => {
      let named = isBinary ? 1 : 0
      if (!isBinary) for (let j = 0; j < row.length; j++) if (row[j] > row[named]) named = j
      const confidence = Math.min(1, Math.max(0, row[named]))
      // Bins are closed above: (0, 1/15], …
      const bin = Math.max(0, Math.ceil(confidence * this.#bins) - 1)
      this.#counts[bin]++
      this.#confidences[bin] += confidence
      if (named === label) this.#right[bin]++
    })
  }

  result(): CalibrationResult {
    const total = this.#counts.reduce((a, b) => a + b, 0)
    expectSome('Calibration', total)
    const bins = this.#counts.map((count, i) => {
      return { count, confidence: this.#confidences[i] / count, accuracy: this.#right[i] / count }
    })
    const filled = bins.filter(({ count }) => count > 0)
    const gaps = filled.map(({ confidence, accuracy }) => Math.abs(confidence - accuracy))
    const error = filled.reduce((sum, { count }, i) => sum + (count / total) * gaps[i], 0)
    return { error, maximumError: Math.max(...gaps), bins }
  }

  reset(): void {
    for (const list of [this.#counts, this.#confidences, this.#right])
      list.splice(0, list.length, ...new Array(this.#bins).fill(0))
  }
}

/**
 * The expected calibration error and the reliability diagram: probabilities […, classes], of which the largest is the confidence, or
 * […] of class 1 of two, with targets […]. (Guo et al., "On calibration of modern neural networks", 2017.)
 *
 * @throws if they are no probabilities
 * @example calibration([[0.75, 0.25], [0.25, 0.75]], [0, 0], { bins: 2 }).error // 0.25
 */
export const calibration = (
  probabilities: Values,
  targets: Values,
  options: CalibrationOptions = {},
): CalibrationResult => measured(new Calibration(options), probabilities, targets)
