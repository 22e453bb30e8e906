import { fail } from '../../core/errors.js'
import { expectSome, type Metric, measured } from '../metric.js'
import { type Detection, matching, type TrueObject } from './boxes.js'

export interface DetectionResult {
  /** The mean over classes and thresholds 0.5, 0.55, …, 0.95 of the overlap: COCO's AP. */
  readonly map: number
  /** At overlaps of at least a half. */
  readonly map50: number
  /** At overlaps of at least three quarters. */
  readonly map75: number
}

const THRESHOLDS = Array.from({ length: 10 }, (_, i) => 0.5 + i * 0.05)
/** Per class and picture; COCO keeps the best of each. */
const MOST = 100

/** A detection with, for each threshold, whether it has found something of its own. */
interface Judged {
  readonly score: number
  readonly right: readonly boolean[]
}

/** See {@link meanAveragePrecision}. */
export class MeanAveragePrecision
  implements
    Metric<[outputs: readonly (readonly Detection[])[], targets: readonly (readonly TrueObject[])[]], DetectionResult>
{
  #judged = new Map<number, Judged[]>()
  #objects = new Map<number, number>()
  #count = 0

  update(outputs: readonly (readonly Detection[])[], targets: readonly (readonly TrueObject[])[]): void {
    if (outputs.length !== targets.length) {
      fail(
        `MeanAveragePrecision: ${outputs.length} outputs and ${targets.length} targets`,
        'Give one list for each picture.',
      )
    }
    outputs.forEach((found, i) => {
      for (const { score, box } of found) {
        if (![score, ...box].every(Number.isFinite))
          fail(`MeanAveragePrecision: picture ${i} has a number that is none`)
      }
      const labels = new Set([...found, ...targets[i]].map(({ label }) => label))
      for (const label of labels) {
        const objects = targets[i].filter((each) => each.label === label)
        const best = found.filter((each) => each.label === label).sort((a, b) => b.score - a.score)
        const judged = judge(best.slice(0, MOST), objects)
        this.#judged.set(label, [...(this.#judged.get(label) ?? []), ...judged])
        this.#objects.set(label, (this.#objects.get(label) ?? 0) + objects.length)
      }
    })
    this.#count += outputs.length
  }

  result(): DetectionResult {
    expectSome('MeanAveragePrecision', this.#count)
    const classes = [...this.#objects].filter(([, objects]) => objects > 0)
    if (classes.length === 0)
      fail('MeanAveragePrecision: no picture has an object', 'There has to be something to find.')
    const at = THRESHOLDS.map((_, t) => {
      const precisions = classes.map(([label, objects]) => averagePrecision(this.#judged.get(label) ?? [], t, objects))
      return precisions.reduce((a, b) => a + b) / classes.length
    })
    return { map: at.reduce((a, b) => a + b) / at.length, map50: at[0], map75: at[5] }
  }

  reset(): void {
    this.#judged = new Map()
    this.#objects = new Map()
    this.#count = 0
  }
}

/** Whether each detection, at each threshold, has found an object of its own. */
function judge(found: readonly Detection[], objects: readonly TrueObject[]): Judged[] {
  const matches = THRESHOLDS.map(matching(found, objects))
  return found.map(({ score }, i) => ({ score, right: matches.map((match) => match[i] >= 0) }))
}

/** The mean over recalls 0, 0.01, …, 1 of the best precision at that recall or beyond. */
function averagePrecision(judged: readonly Judged[], threshold: number, objects: number): number {
  let right = 0
  const points = [...judged]
    .sort((a, b) => b.score - a.score)
    .map((each, i) => {
      if (each.right[threshold]) right++
      return { recall: right / objects, precision: right / (i + 1) }
    })
  let best = 0
  for (let i = points.length - 1; i >= 0; i--) {
    best = Math.max(best, points[i].precision)
    points[i] = { recall: points[i].recall, precision: best }
  }
  let total = 0
  for (let i = 0; i <= 100; i++) total += points.find(({ recall }) => recall >= i / 100 - 1e-12)?.precision ?? 0
  return total / 101
}

/**
 * Mean average precision of detections, as COCO counts it: per class, detections of all pictures by falling score, each right if it covers an
 * object not taken yet; precision at 101 recalls; mean over classes that occur, and over ten thresholds of the overlap. At most 100
 * detections per class and picture count. (Lin et al., "Microsoft COCO", 2014.)
 *
 * @example meanAveragePrecision([[{ box: [0, 0, 2, 2], label: 0, score: 1 }]], [[{ box: [0, 0, 2, 2], label: 0 }]]).map // 1
 */
export const meanAveragePrecision = (
  outputs: readonly (readonly Detection[])[],
  targets: readonly (readonly TrueObject[])[],
): DetectionResult => measured(new MeanAveragePrecision(), outputs, targets)
