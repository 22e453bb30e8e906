import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { expectFinite, expectSome, type Metric, measured, numbersOf, type Values } from '../metric.js'
import { expectLabel, rowsFor } from './classes.js'
import { rocCurve } from './curves.js'
import type { Averaged } from './f-score.js'

export interface RocAucOptions<A extends 'macro' | 'weighted' | 'none' = 'macro' | 'weighted' | 'none'> {
  /**
   * What is told apart: each class from all others, by its own scores, or each pair of classes, by the scores of both; 'oneVsRest'.
   */
  readonly multiClass?: 'oneVsRest' | 'oneVsOne'
  /**
   * The plain mean, the mean weighted by how often the class, or one of the pair, is true, or, for one against the rest, a number for each
   * class; 'macro'.
   */
  readonly average?: A
}

/** Scores […, classes] and class numbers […]. See {@link rocAuc}. */
export class RocAuc<A extends 'macro' | 'weighted' | 'none' = 'macro'>
  implements Metric<[scores: Values, targets: Values], Averaged<A>>
{
  readonly #average: 'macro' | 'weighted' | 'none'
  readonly #isPairwise: boolean
  #rows: ArrayLike<number>[] = []
  #labels: number[] = []

  constructor(options: RocAucOptions<A> = {}) {
    checkOptions('RocAuc', options, { multiClass: true, average: true })
    const { multiClass = 'oneVsRest', average = 'macro' } = options
    this.#isPairwise = expectChoice('RocAuc', 'multiClass', multiClass, ['oneVsRest', 'oneVsOne']) === 'oneVsOne'
    this.#average = expectChoice<string>('RocAuc', 'the average', average, ['macro', 'weighted', 'none']) as A
    if (this.#isPairwise && average === 'none') {
      fail("RocAuc: there is a number for each class only for 'oneVsRest'", "Choose 'macro' or 'weighted' for pairs.")
    }
  }

  update(scores: Values, targets: Values): void {
    const [s, t] = [numbersOf('RocAuc', 'the scores', scores), numbersOf('RocAuc', 'the targets', targets)]
    expectFinite('RocAuc', 'the scores', s)
    const rows = rowsFor('RocAuc', s, t)
    const classes = this.#rows[0]?.length ?? rows[0]?.length ?? 0
    for (const [i, row] of rows.entries()) {
      if (row.length !== classes)
        fail(`RocAuc: there are ${row.length} classes, before ${classes}`, 'Give all of them.')
      expectLabel('RocAuc', t.data[i], classes)
    }
    this.#rows.push(...rows)
    for (let i = 0; i < rows.length; i++) this.#labels.push(t.data[i])
  }

  result(): Averaged<A> {
    expectSome('RocAuc', this.#labels.length)
    const areas = this.#isPairwise ? this.#ofPairs() : this.#ofClasses()
    const mean = (weights: readonly number[]): number => {
      const total = weights.reduce((a, b) => a + b, 0)
      return areas.reduce((sum, { area }, i) => sum + area * weights[i], 0) / total
    }
    if (this.#average === 'none') return areas.map(({ area }) => area) as Averaged<A>
    return mean(areas.map(({ examples }) => (this.#average === 'weighted' ? examples : 1))) as Averaged<A>
  }

  reset(): void {
    this.#rows = []
    this.#labels = []
  }

  get #classes(): number[] {
    return Array.from({ length: this.#rows[0].length }, (_, i) => i)
  }

  #ofClasses(): Area[] {
    return this.#classes.map((one) => this.#areaOf(one, () => true))
  }

  #ofPairs(): Area[] {
    return this.#classes.flatMap((one) =>
      this.#classes.slice(one + 1).map((other) => {
        const isEither = (label: number): boolean => label === one || label === other
        const [a, b] = [this.#areaOf(one, isEither), this.#areaOf(other, isEither)]
        return { area: (a.area + b.area) / 2, examples: a.examples + b.examples }
      }),
    )
  }

  /** How well the scores of a class tell it from others. */
  #areaOf(one: number, counts: (label: number) => boolean): Area {
    const chosen = this.#labels.flatMap((label, i) => (counts(label) ? [i] : []))
    const targets = chosen.map((i) => Number(this.#labels[i] === one))
    const examples = targets.reduce((a, b) => a + b, 0)
    if (examples === 0 || examples === targets.length) {
      fail(
        `RocAuc: ${examples === 0 ? `no example is of class ${one}` : `there is nothing to tell class ${one} from`}`,
        'Each class needs examples.',
      )
    }
    return {
      area: rocCurve(
        chosen.map((i) => this.#rows[i][one]),
        targets,
      ).area,
      examples,
    }
  }
}

interface Area {
  readonly area: number
  readonly examples: number
}

/**
 * The area below the receiver operating characteristic for several classes: how probably an example of a class has a higher score for it
 * than one that is not, from scores […, classes] and class numbers […]. For two kinds and one score there is `rocCurve`.
 * (Hand and Till, "A simple generalisation of the area under the ROC curve for multiple class classification problems", 2001, for pairs.)
 *
 * @throws if a class has no examples
 * @example
 * const scores = [[0.8, 0.1, 0.1], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0.1, 0.3, 0.2]]
 * rocAuc(scores, [0, 1, 2, 1], { average: 'none' }) // [1, 0.875, 1]
 */
export const rocAuc = <A extends 'macro' | 'weighted' | 'none' = 'macro'>(
  scores: Values,
  targets: Values,
  options: RocAucOptions<A> = {},
): Averaged<A> => measured(new RocAuc(options), scores, targets)
