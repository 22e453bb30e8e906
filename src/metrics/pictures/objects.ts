import { expectNumber } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { expectSome, type Metric, measured, pairOf, type Values } from '../metric.js'

export interface ObjectOptions {
  /** How much of the union of a true and a found object is common to both where it counts as found: more than this, ½ … 1; ½. */
  readonly overlap?: number
}

export interface ObjectResult {
  /** Objects that are there. */
  readonly objects: number
  /** Objects that are claimed. */
  readonly claims: number
  /** Objects that are found by a claim of their own. */
  readonly found: number
  /** The part of the claims that is right; 0 without claims. */
  readonly precision: number
  /** The part of the objects that is found; 0 without objects. */
  readonly recall: number
  /** 2 · found / (objects + claims). */
  readonly f1: number
}

/** See {@link objectScores}. */
export class ObjectScores implements Metric<[outputs: Values, targets: Values], ObjectResult> {
  readonly #overlap: number
  #counts = { objects: 0, claims: 0, found: 0 }

  constructor(options: ObjectOptions = {}) {
    checkOptions('ObjectScores', options, { overlap: true })
    this.#overlap = expectNumber('ObjectScores', 'the overlap', options.overlap ?? 0.5)
    if (this.#overlap >= 0.5 && this.#overlap < 1) return
    fail(
      `ObjectScores: the overlap is ${this.#overlap}`,
      'Give ½ or more, so that each object has one partner at most.',
    )
  }

  update(outputs: Values, targets: Values): void {
    const [{ data: claimed, shape }, { data: there }] = pairOf('ObjectScores', outputs, targets)
    const pixels = shape.slice(1).reduce((a, b) => a * b, 1)
    for (let start = 0; start < claimed.length; start += pixels) {
      const [claims, objects, common] = [
        new Map<number, number>(),
        new Map<number, number>(),
        new Map<string, number>(),
      ]
      for (let i = start; i < start + pixels; i++) {
        const [claim, object] = [claimed[i], there[i]]
        if (claim > 0) more(claims, claim)
        if (object > 0) more(objects, object)
        if (claim > 0 && object > 0) more(common, `${claim} ${object}`)
      }
      for (const [pair, both] of common) {
        const [claim, object] = pair.split(' ').map(Number)
        const union = (claims.get(claim) as number) + (objects.get(object) as number) - both
        // Above one half, an object shares so much with one claim only.
        if (both / union > this.#overlap) this.#counts.found++
      }
      this.#counts.claims += claims.size
      this.#counts.objects += objects.size
    }
  }

  result(): ObjectResult {
    const { objects, claims, found } = this.#counts
    expectSome('ObjectScores', objects + claims)
    const share = (of: number): number => (of === 0 ? 0 : found / of)
    return { ...this.#counts, precision: share(claims), recall: share(objects), f1: share((objects + claims) / 2) }
  }

  reset(): void {
    this.#counts = { objects: 0, claims: 0, found: 0 }
  }
}

const more = <Key>(counts: Map<Key, number>, key: Key): unknown => counts.set(key, (counts.get(key) ?? 0) + 1)

/**
 * How many objects are found with their borders: numbers of objects for each pixel [pictures, height, width], 0 for none. An object is found
 * where it and a claim have more than `overlap` of their union in common.
 *
 * (Caicedo et al., "Nucleus segmentation across imaging experiments: the 2018 Data Science Bowl", 2019.)
 *
 * @example objectScores([[[1, 1, 0, 2]]], [[[1, 1, 0, 0]]]).f1 // 0.6666666666666666
 */
export const objectScores = (outputs: Values, targets: Values, options: ObjectOptions = {}): ObjectResult =>
  measured(new ObjectScores(options), outputs, targets)
