import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'

/** Left, top, right and bottom. */
export type Box = readonly [left: number, top: number, right: number, bottom: number]

/** What is said to be in a picture. */
export interface Detection {
  readonly box: Box
  readonly label: number
  readonly score: number
}

/** What is in a picture. */
export interface TrueObject {
  readonly box: Box
  readonly label: number
}

/**
 * How well two boxes agree: the area of what they share over the area of what they cover together, from 0 to 1.
 *
 * @example boxIou([0, 0, 2, 2], [1, 0, 3, 2]) // 1/3
 */
export function boxIou(a: Box, b: Box): number {
  const side = (low: number, high: number): number => Math.max(0, high - low)
  const area = (box: Box): number => side(box[0], box[2]) * side(box[1], box[3])
  const both = side(Math.max(a[0], b[0]), Math.min(a[2], b[2])) * side(Math.max(a[1], b[1]), Math.min(a[3], b[3]))
  return both === 0 ? 0 : both / (area(a) + area(b) - both)
}

export interface SuppressionOptions {
  /** Boxes that agree more than so, from 0 to 1, are taken for one thing; 0.5. */
  readonly overlap?: number
  /** Whether boxes with other labels are left alone, as things of different kinds may lie over one another; true. */
  readonly perLabel?: boolean
}

/**
 * Non-maximum suppression: of detections whose boxes overlap only the surest stays. What stays is in the order of falling scores.
 * (Felzenszwalb et al., "Object detection with discriminatively trained part-based models", 2010, section 7.2.)
 *
 * @throws if a score or a side of a box is no finite number
 * @example
 * const twice: Detection[] = [
 *   { box: [0, 0, 10, 10], label: 3, score: 0.8 },
 *   { box: [1, 0, 11, 10], label: 3, score: 0.9 },
 * ]
 * nonMaximumSuppression(twice) // the second
 */
export function nonMaximumSuppression<D extends Detection>(
  detections: readonly D[],
  options: SuppressionOptions = {},
): D[] {
  checkOptions<SuppressionOptions>('nonMaximumSuppression', options, { overlap: true, perLabel: true })
  const { overlap = 0.5, perLabel = true } = options
  if (!(overlap >= 0 && overlap <= 1)) {
    fail(`nonMaximumSuppression: the overlap is ${overlap}`, 'Give a number from 0 to 1.')
  }
  const kept: D[] = []
  for (const one of bySureness('nonMaximumSuppression', detections).map((i) => detections[i])) {
    const isTaken = (other: D) => (!perLabel || other.label === one.label) && boxIou(other.box, one.box) > overlap
    if (!kept.some(isTaken)) kept.push(one)
  }
  return kept
}

/**
 * Which object each detection has found, or −1: the surest detection comes first, and takes of the objects with its label that are left the one
 * that its box covers best, if they agree by at least `overlap`. An object is found once.
 *
 * @param found of one picture, in any order
 * @throws if a score or a side of a box is no finite number
 * @example matchDetections([{ box: [0, 0, 2, 2], label: 7, score: 1 }], [{ box: [0, 0, 2, 2], label: 7 }]) // [0]
 */
export function matchDetections(found: readonly Detection[], objects: readonly TrueObject[], overlap = 0.5): number[] {
  return matching(found, objects)(overlap)
}

/** See {@link matchDetections}: what any overlap comes to, with boxes compared once. */
export function matching(found: readonly Detection[], objects: readonly TrueObject[]): (overlap: number) => number[] {
  const order = bySureness('matchDetections', found)
  const agreements = found.map(({ box, label }) =>
    objects.map((object) => (object.label === label ? boxIou(box, object.box) : -1)),
  )
  return (overlap) => {
    const matches = found.map(() => -1)
    const taken = new Set<number>()
    for (const one of order) {
      let [best, most] = [-1, -1]
      agreements[one].forEach((agreement, i) => {
        if (agreement >= overlap - 1e-10 && agreement > most && !taken.has(i)) {
          ;[best, most] = [i, agreement]
        }
      })
      if (best >= 0) taken.add(best)
      matches[one] = best
    }
    return matches
  }
}

/** Numbers of detections by falling scores. */
function bySureness(operation: string, detections: readonly Detection[]): number[] {
  for (const [i, { score, box }] of detections.entries()) {
    if (![score, ...box].every(Number.isFinite)) {
      fail(`${operation}: detection ${i} has a number that is none`, 'Has the training become NaN?')
    }
  }
  return detections.map((_, i) => i).sort((a, b) => detections[b].score - detections[a].score)
}
