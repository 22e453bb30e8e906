import { fail } from '../../core/errors.js'
import { expectSome, type Metric, numbersOf, type Values } from '../metric.js'
import { classesOf, expectLabel, rowsFor } from './classes.js'

/**
 * The part of examples that are named right: outputs […, classes] or class numbers […], targets […].
 *
 * @example
 * const right = new Accuracy()
 * right.update([[3, 1], [0, 2], [2, 1], [5, 4]], [0, 1, 1, 0])
 * right.result() // 0.75
 */
export class Accuracy implements Metric<[outputs: Values, targets: Values], number> {
  #right = 0
  #count = 0

  update(outputs: Values, targets: Values): void {
    const { named, labels } = classesOf('Accuracy', outputs, targets)
    for (let i = 0; i < labels.length; i++) if (named[i] === labels[i]) this.#right++
    this.#count += labels.length
  }

  result(): number {
    expectSome('Accuracy', this.#count)
    return this.#right / this.#count
  }

  reset(): void {
    this.#right = 0
    this.#count = 0
  }
}

/**
 * The part of examples for which fewer than `k` outputs are larger than that of the target; `k` is 5: outputs […, classes],
 * targets […].
 *
 * @example
 * const among = new TopKAccuracy(2)
 * among.update([[3, 2, 1], [3, 2, 1]], [1, 2])
 * among.result() // 0.5
 */
export class TopKAccuracy implements Metric<[outputs: Values, targets: Values], number> {
  #right = 0
  #count = 0

  constructor(readonly k = 5) {
    if (!Number.isInteger(k) || k < 1) fail(`TopKAccuracy: k is ${k}`, 'Give a whole number of at least 1.')
  }

  update(outputs: Values, targets: Values): void {
    const labels = numbersOf('TopKAccuracy', 'the targets', targets)
    rowsFor('TopKAccuracy', numbersOf('TopKAccuracy', 'the outputs', outputs), labels).forEach((row, i) => {
      const label = labels.data[i]
      expectLabel('TopKAccuracy', label, row.length)
      let better = 0
      for (let j = 0; j < row.length; j++) if (row[j] > row[label]) better++
      // Comparisons with NaN are false: an output that is none would always be among the best.
      if (better < this.k && !Number.isNaN(row[label])) this.#right++
    })
    this.#count += labels.data.length
  }

  result(): number {
    expectSome('TopKAccuracy', this.#count)
    return this.#right / this.#count
  }

  reset(): void {
    this.#right = 0
    this.#count = 0
  }
}
