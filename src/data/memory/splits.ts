import { fail } from '../../core/errors.js'
import { RandomStream } from '../../core/threefry.js'

export interface SplitOptions<C extends object = object> {
  /** Shuffles before; equal seeds give equal parts. */
  readonly seed?: number
  /** A column of labels whose classes have the same share in every part. */
  readonly stratify?: keyof C & string
  /** A column of whole numbers; examples with the same one stay on one side. */
  readonly groups?: keyof C & string
}

/** Examples that stay together. */
type Group = readonly number[]

/**
 * The groups of a data set in random order, in strata: lists of groups that are to be shared out each by itself. Without `groups`
 * every example is one of its own; a group belongs to the stratum of its first example.
 */
export function shuffledGroups(
  length: number,
  seed: number,
  groups: ArrayLike<number> | undefined,
  strata: ArrayLike<number> | undefined,
): readonly (readonly Group[])[] {
  const together = new Map<number, number[]>()
  for (let i = 0; i < length; i++) {
    const key = groups === undefined ? i : groups[i]!
    const group = together.get(key)
    if (group === undefined) together.set(key, [i])
    else group.push(i)
  }
  const byStratum = new Map<number, Group[]>()
  for (const group of new RandomStream(seed).shuffle([...together.values()])) {
    const stratum = strata === undefined ? 0 : strata[group[0]!]!
    const members = byStratum.get(stratum)
    if (members === undefined) byStratum.set(stratum, [group])
    else members.push(group)
  }
  return [...byStratum.entries()].sort(([a], [b]) => a - b).map(([, members]) => members)
}

/** Two parts, the first with about `fraction` of the examples of each stratum. Groups are not cut. */
export function splitGroups(strata: readonly (readonly Group[])[], fraction: number): [number[], number[]] {
  const parts: [number[], number[]] = [[], []]
  let [wanted, total] = [0, 0]
  for (const groups of strata) {
    // The rounding error of one stratum is made good in the next, so that the parts as a whole have their sizes.
    total += groups.reduce((sum, { length }) => sum + length, 0)
    wanted = total * fraction
    for (const group of groups) {
      const first = parts[0].length + group.length / 2 <= wanted
      for (const example of group) parts[first ? 0 : 1].push(example)
    }
  }
  for (const part of parts) part.sort((a, b) => a - b)
  return parts
}

/** `count` parts of about equal size and with about equal shares of each stratum. Groups are not cut. */
export function folds(strata: readonly (readonly Group[])[], count: number): number[][] {
  const groups = strata.reduce((sum, { length }) => sum + length, 0)
  if (!Number.isInteger(count) || count < 2 || count > groups) {
    fail(`kFold: ${groups} examples or groups cannot make ${count} folds.`, `Give a whole number from 2 to ${groups}.`)
  }
  const parts: number[][] = Array.from({ length: count }, () => [])
  for (const stratum of strata) {
    const own = new Array<number>(count).fill(0)
    for (const group of stratum) {
      // To the fold with the fewest of this stratum, of these to the smallest.
      let best = 0
      for (let i = 1; i < count; i++) {
        if (own[i]! < own[best]! || (own[i] === own[best] && parts[i]!.length < parts[best]!.length)) best = i
      }
      own[best]! += group.length
      parts[best]!.push(...group)
    }
  }
  for (const part of parts) part.sort((a, b) => a - b)
  return parts
}
