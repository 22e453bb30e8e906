import { expectChoice } from '../../core/arguments.js'
import { checkOptions } from '../../core/options.js'
import { expectSome, type Metric, measured, type Values } from '../metric.js'
import { ConfusionMatrix, type ConfusionOptions } from './confusion.js'

/**
 * How the numbers of the classes become one: their plain mean ('macro'), their mean weighted by how often each class is true
 * ('weighted'), or the number of all decisions together ('micro', which is the accuracy). 'none' gives one for each class.
 */
export type Average = 'macro' | 'micro' | 'weighted' | 'none'

export interface AverageOptions<A extends Average = Average> extends ConfusionOptions {
  /** 'macro' */
  readonly average?: A
}

/** A number, or one for each class. */
export type Averaged<A extends Average> = A extends 'none' ? number[] : number

/** What is counted of a class. */
interface Counts {
  readonly right: number
  readonly named: number
  readonly labelled: number
}

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b)

const scores = {
  Precision: ({ right, named }: Counts) => ratio(right, named),
  Recall: ({ right, labelled }: Counts) => ratio(right, labelled),
  F1Score: ({ right, named, labelled }: Counts) => ratio(2 * right, named + labelled),
}

/** What precision, recall and F1 have in common. A class that is never named, or never true, scores 0; one that is neither does not count. */
abstract class Score<A extends Average> implements Metric<[outputs: Values, targets: Values], Averaged<A>> {
  readonly #name: keyof typeof scores
  readonly #average: Average
  readonly #confusion: ConfusionMatrix

  constructor(name: keyof typeof scores, options: AverageOptions<A>) {
    checkOptions(name, options, { average: true, classes: true })
    const { average = 'macro', ...rest } = options
    this.#name = name
    this.#average = expectChoice<Average>(name, 'the average', average, ['macro', 'micro', 'weighted', 'none'])
    this.#confusion = new ConfusionMatrix(rest)
  }

  update(outputs: Values, targets: Values): void {
    this.#confusion.update(outputs, targets)
  }

  result(): Averaged<A> {
    return this.#value() as Averaged<A>
  }

  #value(): number | number[] {
    const matrix = this.#confusion.result()
    const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0)
    const counts = matrix.map((row, i): Counts => {
      return { right: row[i], named: sum(matrix.map((other) => other[i])), labelled: sum(row) }
    })
    const total = sum(counts.map(({ labelled }) => labelled))
    expectSome(this.#name, total)
    const score = scores[this.#name]
    if (this.#average === 'none') return counts.map(score)
    if (this.#average === 'micro') {
      return score({ right: sum(counts.map(({ right }) => right)), named: total, labelled: total })
    }
    if (this.#average === 'weighted') return sum(counts.map((each) => score(each) * each.labelled)) / total
    const met = counts.filter(({ named, labelled }) => named + labelled > 0)
    return sum(met.map(score)) / met.length
  }

  reset(): void {
    this.#confusion.reset()
  }
}

/** Of what is named a class, the part that is. See {@link precision}. */
export class Precision<A extends Average = 'macro'> extends Score<A> {
  constructor(options: AverageOptions<A> = {}) {
    super('Precision', options)
  }
}

/** Of what is a class, the part that is named so. See {@link recall}. */
export class Recall<A extends Average = 'macro'> extends Score<A> {
  constructor(options: AverageOptions<A> = {}) {
    super('Recall', options)
  }
}

/** The harmonic mean of precision and recall. See {@link f1Score}. */
export class F1Score<A extends Average = 'macro'> extends Score<A> {
  constructor(options: AverageOptions<A> = {}) {
    super('F1Score', options)
  }
}

/**
 * Of what is named a class, the part that is: outputs […, classes] or class numbers […], targets […]. A class that is never named scores 0.
 *
 * @example precision([0, 1, 1, 1], [0, 0, 1, 1], { average: 'none' }) // [1, 0.6666666666666666]
 */
export const precision = <A extends Average = 'macro'>(
  outputs: Values,
  targets: Values,
  options: AverageOptions<A> = {},
): Averaged<A> => measured(new Precision(options), outputs, targets)

/**
 * Of what is a class, the part that is named so. A class that is never true scores 0.
 *
 * @example recall([0, 1, 1, 1], [0, 0, 1, 1], { average: 'none' }) // [0.5, 1]
 */
export const recall = <A extends Average = 'macro'>(
  outputs: Values,
  targets: Values,
  options: AverageOptions<A> = {},
): Averaged<A> => measured(new Recall(options), outputs, targets)

/**
 * The harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN).
 *
 * @example f1Score([0, 1, 1, 1], [0, 0, 1, 1], { average: 'none' }) // [0.6666666666666666, 0.8]
 */
export const f1Score = <A extends Average = 'macro'>(
  outputs: Values,
  targets: Values,
  options: AverageOptions<A> = {},
): Averaged<A> => measured(new F1Score(options), outputs, targets)
