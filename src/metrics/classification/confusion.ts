import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type Metric, measured, type Values } from '../metric.js'
import { classesOf } from './classes.js'

export interface ConfusionOptions {
  /** How many classes there are; by default as many as are met. A class beyond is an error. */
  readonly classes?: number
}

/**
 * How often each class was taken for each other, row = true class and column = named class: outputs […, classes] or class
 * numbers […], targets […].
 *
 * @example
 * const confusion = new ConfusionMatrix()
 * confusion.update([0, 1, 1], [0, 0, 1])
 * confusion.result() // [[1, 1], [0, 1]]
 */
export class ConfusionMatrix implements Metric<[outputs: Values, targets: Values], number[][]> {
  readonly #classes: number | undefined
  #counts: number[][]

  constructor(options: ConfusionOptions = {}) {
    checkOptions('ConfusionMatrix', options, { classes: true })
    this.#classes = options.classes
    if (this.#classes !== undefined && expectInteger('ConfusionMatrix', 'the number of classes', this.#classes) < 1) {
      fail(`ConfusionMatrix: the number of classes is ${this.#classes}`, 'Give one at least.')
    }
    this.#counts = squareOf(this.#classes ?? 0)
  }

  update(outputs: Values, targets: Values): void {
    const { named, labels } = classesOf('ConfusionMatrix', outputs, targets)
    let most = this.#counts.length - 1
    for (let i = 0; i < labels.length; i++) most = Math.max(most, named[i], labels[i])
    if (most >= this.#counts.length) this.#grow(most + 1)
    for (let i = 0; i < labels.length; i++) this.#counts[labels[i]][named[i]]++
  }

  #grow(classes: number): void {
    if (this.#classes !== undefined) {
      fail(
        `ConfusionMatrix: there is a class ${classes - 1} among ${this.#classes} classes`,
        `Classes are 0 … ${this.#classes - 1}.`,
      )
    }
    if (classes > 65_536) fail(`ConfusionMatrix: there is a class ${classes - 1}`, 'Are the targets class numbers?')
    const grown = squareOf(classes)
    this.#counts.forEach((row, i) => {
      row.forEach((count, j) => {
        grown[i][j] = count
      })
    })
    this.#counts = grown
  }

  /** A copy. Without examples and without `classes` it is empty. */
  result(): number[][] {
    return this.#counts.map((row) => [...row])
  }

  reset(): void {
    this.#counts = squareOf(this.#classes ?? 0)
  }
}

const squareOf = (n: number): number[][] => Array.from({ length: n }, () => new Array<number>(n).fill(0))

/**
 * How often each class was taken for each other, row = true class and column = named class: outputs […, classes] or class
 * numbers […], targets […].
 *
 * @throws if a class is none, or beyond those that there are
 * @example confusionMatrix([0, 1, 1], [0, 0, 1], { classes: 2 }) // [[1, 1], [0, 1]]
 */
export const confusionMatrix = (outputs: Values, targets: Values, options: ConfusionOptions = {}): number[][] =>
  measured(new ConfusionMatrix(options), outputs, targets)
