import { expectInteger } from '../core/arguments.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { RandomStream } from '../core/threefry.js'
import { eachDistances, Nearest, wholeRange } from './neighbours.js'
import { type Rows, readRows, type Vectors } from './rows.js'

export interface TrustOptions {
  /** How many neighbours in the picture are looked at; 5. */
  readonly k?: number
  /** Of how many points, drawn by chance; by default all. */
  readonly sample?: number
  /** Ends it between two blocks with the signal's reason as error. */
  readonly signal?: AbortSignal
}

/** Ranks of neighbours among vectors, against which several pictures are measured; see {@link trustworthiness}. */
export class Trustworthiness {
  private constructor(
    readonly k: number,
    readonly count: number,
    readonly chosen: Int32Array,
    /** Squared distances of the chosen vectors to all: [chosen, all]. */
    private readonly squares: Float32Array,
    /** The same, each row rising. */
    private readonly sorted: Float32Array,
  ) {}

  static async of(x: Vectors, options: TrustOptions = {}): Promise<Trustworthiness> {
    checkOptions<TrustOptions>('trustworthiness', options, { k: true, sample: true, signal: true })
    const rows = await readRows('trustworthiness', x)
    const { count } = rows
    const k = expectInteger('trustworthiness', 'k', options.k ?? 5)
    const sample = Math.min(count, expectInteger('trustworthiness', 'sample', options.sample ?? count))
    if (k < 1 || 2 * k >= count) {
      fail(`trustworthiness: k is ${k} for ${count} vectors`, 'Give 1 at least, and less than half of them.')
    }
    if (sample < 1) fail(`trustworthiness: sample is ${sample}`, 'Look at one point at least.')
    const chosen = new RandomStream(1).shuffle(wholeRange(count)).subarray(0, sample)
    const all = new Float32Array(sample * count)
    let at = 0
    await eachDistances(rows, chosen, options, (i, squares) => {
      squares[i] = Number.POSITIVE_INFINITY
      all.set(squares, at)
      at += count
    })
    const sorted = all.slice()
    for (let from = 0; from < sorted.length; from += count) sorted.subarray(from, from + count).sort()
    return new Trustworthiness(k, count, chosen, all, sorted)
  }

  /** How far neighbours in a picture, [examples, dimensions], are neighbours among the vectors: 1 if all are. */
  of({ count, width, data }: Rows): number {
    if (count !== this.count) {
      fail(`trustworthiness: there are ${count} places of ${this.count} vectors`, 'Give one for each.')
    }
    const { k } = this
    const nearest = new Nearest(k)
    let sum = 0
    for (const [row, i] of this.chosen.entries()) {
      nearest.clear()
      for (let j = 0; j < count; j++) {
        if (j === i) continue
        let square = 0
        for (let axis = 0; axis < width; axis++) square += (data[i * width + axis] - data[j * width + axis]) ** 2
        if (square < nearest.farthest) nearest.add(j, square)
      }
      for (const j of nearest.chosen()) sum += Math.max(0, this.#rank(row, j) - k)
    }
    return 1 - (2 * sum) / (this.chosen.length * k * (2 * count - 3 * k - 1))
  }

  /** One more than there are nearer vectors. */
  #rank(row: number, j: number): number {
    const square = this.squares[row * this.count + j]
    let [low, high] = [row * this.count, (row + 1) * this.count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.sorted[middle] < square) low = middle + 1
      else high = middle
    }
    return low - row * this.count + 1
  }
}

/**
 * How far neighbours in a picture are neighbours among the vectors: 1 if all are, less by the ranks of those that are not.
 * (Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", 2001.)
 *
 * @param places [examples, dimensions]
 * @throws if k is not below half of the vectors
 * @example await trustworthiness([[0], [1], [2], [3], [9]], [[0], [2], [4], [6], [18]], { k: 1 }) // 1
 */
export async function trustworthiness(x: Vectors, places: Vectors, options: TrustOptions = {}): Promise<number> {
  const ranks = await Trustworthiness.of(x, options)
  return ranks.of(await readRows('trustworthiness', places))
}
