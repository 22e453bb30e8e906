import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { expectSome, measured, type Values } from '../metric.js'
import { distance, LabelledRows } from './clusters.js'

export interface NeighbourOptions {
  /** How many neighbours vote; 5. */
  readonly k?: number
}

/** See {@link neighbourAccuracy}. */
export class NeighbourAccuracy extends LabelledRows<number> {
  readonly #k: number

  constructor(options: NeighbourOptions = {}) {
    super('NeighbourAccuracy')
    checkOptions('NeighbourAccuracy', options, { k: true })
    this.#k = expectInteger('NeighbourAccuracy', 'k', options.k ?? 5)
    if (this.#k < 1) fail(`NeighbourAccuracy: k is ${this.#k}`, 'Give one at least.')
  }

  /** What all batches so far came to. */
  result(): number {
    const count = this.rows.length
    expectSome('NeighbourAccuracy', count, count === 0 ? 1 : this.#k + 1)
    let right = 0
    this.rows.forEach((row, i) => {
      const others = this.rows
        .map((other, j) => ({ label: this.labels[j], far: distance(row, other), isItself: i === j }))
        .filter(({ isItself }) => !isItself)
        .sort((a, b) => a.far - b.far)
      const votes = new Map<number, number>()
      // Inserted by distance, so that the nearest wins where votes are even.
      for (const { label } of others.slice(0, this.#k)) votes.set(label, (votes.get(label) ?? 0) + 1)
      const [winner] = [...votes].reduce((best, each) => (each[1] > best[1] ? each : best))
      if (winner === this.labels[i]) right++
    })
    return right / count
  }
}

/**
 * The part of examples whose label most of their k nearest others have, by Euclidean distance between features [examples, features]:
 * how good a representation is without training anything on it.
 *
 * @example neighbourAccuracy([[0], [1], [5], [6]], [0, 0, 1, 1], { k: 1 }) // 1
 */
export const neighbourAccuracy = (features: Values, labels: Values, options: NeighbourOptions = {}): number =>
  measured(new NeighbourAccuracy(options), features, labels)
