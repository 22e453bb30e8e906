import { ConfusionMatrix, type ConfusionOptions } from '../classification/confusion.js'
import { expectSome, type Metric, measured, type Values } from '../metric.js'

export interface OverlapResult {
  /** Intersection over union of each class; NaN for one that is nowhere, which does not count in the mean. */
  readonly iou: readonly number[]
  /** 2 · intersection / (sizes of both) of each class, likewise. */
  readonly dice: readonly number[]
  readonly meanIou: number
  readonly meanDice: number
}

/** See {@link overlap}. */
export class Overlap implements Metric<[outputs: Values, targets: Values], OverlapResult> {
  readonly #confusion: ConfusionMatrix

  constructor(options: ConfusionOptions = {}) {
    this.#confusion = new ConfusionMatrix(options)
  }

  update(outputs: Values, targets: Values): void {
    this.#confusion.update(outputs, targets)
  }

  result(): OverlapResult {
    const matrix = this.#confusion.result()
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
    expectSome('Overlap', sum(matrix.flat()))
    const sizes = matrix.map((row, i) => sum(row) + sum(matrix.map((other) => other[i])))
    const iou = sizes.map((size, i) => matrix[i][i] / (size - matrix[i][i]))
    const dice = sizes.map((size, i) => (2 * matrix[i][i]) / size)
    const mean = (list: readonly number[]): number => {
      const met = list.filter((x) => !Number.isNaN(x))
      return sum(met) / met.length
    }
    return { iou, dice, meanIou: mean(iou), meanDice: mean(dice) }
  }

  reset(): void {
    this.#confusion.reset()
  }
}

/**
 * How well masks of classes agree, over all pixels of all pictures: outputs [..., classes] or class numbers [...], targets [...].
 *
 * @example overlap([[0, 1, 1, 1]], [[0, 0, 1, 1]]).iou // [0.5, 0.6666666666666666]
 */
export const overlap = (outputs: Values, targets: Values, options: ConfusionOptions = {}): OverlapResult =>
  measured(new Overlap(options), outputs, targets)
