import { fail } from '../../core/errors.js'
import { expectFinite, expectSome, type Metric, measured, pairOf, type Values } from '../metric.js'

/** Scores and whether each is of what is looked for, kept until the result. */
abstract class Scored<Result> implements Metric<[scores: Values, targets: Values], Result> {
  #scores: number[] = []
  #targets: number[] = []

  constructor(readonly name: string) {}

  update(scores: Values, targets: Values): void {
    const [s, t] = pairOf(this.name, scores, targets)
    expectFinite(this.name, 'the outputs', s)
    for (let i = 0; i < t.data.length; i++) {
      if (t.data[i] !== 0 && t.data[i] !== 1) fail(`${this.name}: target ${i} is ${t.data[i]}`, 'Targets are 0 or 1.')
    }
    for (let i = 0; i < s.data.length; i++) {
      this.#scores.push(s.data[i])
      this.#targets.push(t.data[i])
    }
  }

  reset(): void {
    this.#scores = []
    this.#targets = []
  }

  abstract result(): Result

  /** How many are found, rightly and wrongly, from each score down; equal scores are one step. */
  protected steps(): { thresholds: number[]; right: number[]; wrong: number[] } {
    expectSome(this.name, this.#scores.length)
    const order = this.#scores.map((_, i) => i).sort((a, b) => this.#scores[b] - this.#scores[a])
    const [thresholds, right, wrong]: [number[], number[], number[]] = [[], [], []]
    let [yes, no] = [0, 0]
    order.forEach((example, i) => {
      if (this.#targets[example] === 1) yes++
      else no++
      const score = this.#scores[example]
      if (i + 1 < order.length && this.#scores[order[i + 1]] === score) return
      thresholds.push(score)
      right.push(yes)
      wrong.push(no)
    })
    return { thresholds, right, wrong }
  }
}

export interface RocResult {
  /** From 0 to 1. */
  readonly falsePositiveRates: readonly number[]
  /** From 0 to 1: the part found of what is looked for. */
  readonly truePositiveRates: readonly number[]
  /** Each point holds for scores of at least so much; the first is Infinity. */
  readonly thresholds: readonly number[]
  /** The area below the curve: how probably something looked for scores higher than something else; ½ is chance. */
  readonly area: number
}

/** Scores [n] and targets 0 or 1 [n]. See {@link rocCurve}. */
export class RocCurve extends Scored<RocResult> {
  constructor() {
    super('RocCurve')
  }

  /** What all batches so far came to. */
  result(): RocResult {
    const { thresholds, right, wrong } = this.steps()
    const [yes, no] = [right[right.length - 1], wrong[wrong.length - 1]]
    if (yes === 0 || no === 0) fail(`RocCurve: all targets are ${yes === 0 ? 0 : 1}`, 'It takes both kinds.')
    const falsePositiveRates = [0, ...wrong.map((n) => n / no)]
    const truePositiveRates = [0, ...right.map((n) => n / yes)]
    let area = 0
    for (let i = 1; i < falsePositiveRates.length; i++) {
      const width = falsePositiveRates[i] - falsePositiveRates[i - 1]
      area += (width * (truePositiveRates[i] + truePositiveRates[i - 1])) / 2
    }
    return { falsePositiveRates, truePositiveRates, thresholds: [Infinity, ...thresholds], area }
  }
}

/**
 * The receiver operating characteristic: which part of what is looked for is found, against the part of the rest that is taken for it,
 * at every threshold of the scores. Targets are 0 or 1, and there are both. (Fawcett, "An introduction to ROC analysis", 2006.)
 *
 * @example rocCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).area // 0.75
 */
export const rocCurve = (scores: Values, targets: Values): RocResult => measured(new RocCurve(), scores, targets)

export interface PrecisionRecallResult {
  /** With 1 in front, where nothing is found. */
  readonly precisions: readonly number[]
  /** From 0 to 1. */
  readonly recalls: readonly number[]
  /** Each point holds for scores of at least so much; the first is Infinity. */
  readonly thresholds: readonly number[]
  /** Σ (recallᵢ − recallᵢ₋₁) · precisionᵢ: the area without interpolation. */
  readonly averagePrecision: number
}

/** Scores [n] and targets 0 or 1 [n]. See {@link precisionRecallCurve}. */
export class PrecisionRecallCurve extends Scored<PrecisionRecallResult> {
  constructor() {
    super('PrecisionRecallCurve')
  }

  /** What all batches so far came to. */
  result(): PrecisionRecallResult {
    const { thresholds, right, wrong } = this.steps()
    const yes = right[right.length - 1]
    if (yes === 0) fail('PrecisionRecallCurve: all targets are 0', 'There has to be something to find.')
    const precisions = [1, ...right.map((n, i) => n / (n + wrong[i]))]
    const recalls = [0, ...right.map((n) => n / yes)]
    let averagePrecision = 0
    for (let i = 1; i < recalls.length; i++) averagePrecision += (recalls[i] - recalls[i - 1]) * precisions[i]
    return { precisions, recalls, thresholds: [Infinity, ...thresholds], averagePrecision }
  }
}

/**
 * Precision against recall at every threshold of the scores, and the average precision. Targets are 0 or 1, and some are 1.
 *
 * @example precisionRecallCurve([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0]).recalls // [0, 0.5, 0.5, 1, 1]
 */
export const precisionRecallCurve = (scores: Values, targets: Values): PrecisionRecallResult =>
  measured(new PrecisionRecallCurve(), scores, targets)
