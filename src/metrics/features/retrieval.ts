import { expectInteger } from '../../core/arguments.js'
import { fail, failShape } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { expectFinite, expectSome, type Metric, measured, pairOf, type Values } from '../metric.js'

export interface RetrievalOptions {
  /** How many of the best are looked at for recall and nDCG. */
  readonly k: number
}

export interface RetrievalResult {
  /** The mean of the average precisions of the queries, over whole rankings. */
  readonly meanAveragePrecision: number
  /** The mean part of what is relevant that is among the first k. */
  readonly recall: number
  /** The mean normalised discounted cumulative gain of the first k. */
  readonly ndcg: number
}

/** See {@link retrieval}. */
export class Retrieval implements Metric<[scores: Values, relevance: Values], RetrievalResult> {
  readonly #k: number
  #sums = [0, 0, 0]
  #count = 0

  constructor(options: RetrievalOptions) {
    needOptions('Retrieval', options, { k: true })
    this.#k = expectInteger('Retrieval', 'k', options.k)
    if (this.#k < 1) fail(`Retrieval: k is ${this.#k}`, 'Give one at least.')
  }

  update(scores: Values, relevance: Values): void {
    const [s, r] = pairOf('Retrieval', scores, relevance)
    if (s.data.length === 0) return
    if (s.shape.length !== 2)
      failShape('Retrieval', `scores are ${formatShape(s.shape)}`, 'They are [queries, documents].')
    expectFinite('Retrieval', 'the scores', s)
    expectFinite('Retrieval', 'the relevances', r)
    const [queries, documents] = s.shape
    for (let query = 0; query < queries; query++) {
      const at = query * documents
      const order = Array.from({ length: documents }, (_, i) => at + i).sort((a, b) => s.data[b] - s.data[a])
      const gains = order.map((i) => r.data[i])
      const relevant = gains.filter((gain) => gain > 0).length
      if (gains.some((gain) => gain < 0) || relevant === 0) {
        fail(`Retrieval: query ${query} has nothing relevant, or less`, 'Leave it out: it has no recall.')
      }
      let found = 0
      const precisions = gains.map((gain, i) => (gain > 0 ? ++found / (i + 1) : 0))
      this.#sums[0] += precisions.reduce((a, b) => a + b, 0) / relevant
      this.#sums[1] += gains.slice(0, this.#k).filter((gain) => gain > 0).length / relevant
      this.#sums[2] += this.#gain(gains) / this.#gain([...gains].sort((a, b) => b - a))
      this.#count++
    }
  }

  /** Σ gain / log₂(place + 1) */
  #gain(gains: readonly number[]): number {
    return gains.slice(0, this.#k).reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0)
  }

  result(): RetrievalResult {
    expectSome('Retrieval', this.#count)
    const [meanAveragePrecision, recall, ndcg] = this.#sums.map((sum) => sum / this.#count)
    return { meanAveragePrecision, recall, ndcg }
  }

  reset(): void {
    this.#sums = [0, 0, 0]
    this.#count = 0
  }
}

/**
 * How well rankings are: scores [queries, documents] against relevances of 0 or more of the same shape, each query with something relevant.
 * Documents of equal score keep their order. (Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002.)
 *
 * @example retrieval([[3, 2, 1]], [[0, 1, 0]], { k: 1 }) // { meanAveragePrecision: 0.5, recall: 0, ndcg: 0 }
 */
export const retrieval = (scores: Values, relevance: Values, options: RetrievalOptions): RetrievalResult =>
  measured(new Retrieval(options), scores, relevance)
