import { compile, eye, type Tensor, zeros } from 'shapewise'

/** [rows, columns] */
export type Matrix = Tensor<[number, number]>

/** Squared distances between the rows of two matrices, |a|² + |b|² − 2 a · b: [m, n] and [k, n] → [m, k]. */
export const squaredDistances = (a: Matrix, b: Matrix): Matrix =>
  a.square().sum(1, { keepDims: true }).add(b.square().sum(1)).sub(a.matmul(b.transpose()).mul(2))

/** Parts of so many rows, the last one of what is left. */
export function rowsOf(x: Matrix, batchSize: number): Matrix[] {
  const count = Math.ceil(x.shape[0] / batchSize)
  return Array.from({ length: count }, (_, i) => x.slice([i * batchSize, Math.min((i + 1) * batchSize, x.shape[0])]))
}

/** Examples whose bumps are computed together. */
const BATCH = 1000
/** For each example, on the diagonal of the sums: about what float32 rounds in them. */
const RIDGE = 1e-6

/**
 * Sums of bumps, one for each output: Σ w exp(−|x − centre|² / 2 width²), with the weights w that come closest to the targets, in squares:
 * w = (Σ b bᵀ + λ I)⁻¹ Σ b y for the heights b of the bumps at an example. The sums grow as examples come; they are solved when weights are asked for.
 *
 * Source: Broomhead and Lowe, Multivariable functional interpolation and adaptive networks, 1988.
 */
export class RadialBasis {
  /** [centres, inputs] */
  readonly centres: Matrix
  /** How high each bump is at each place: [batch, inputs] → [batch, centres]. */
  readonly heights: (x: Matrix) => Matrix
  readonly #grow: (x: Matrix, targets: Matrix, products: Matrix, right: Matrix) => readonly [Matrix, Matrix]
  #products: Matrix
  #right: Matrix
  #examples = 0

  /** @param centres [centres, inputs] */
  constructor(centres: Matrix, width: number, outputs: number) {
    const heights = (x: Matrix): Matrix =>
      squaredDistances(x, centres)
        .mul(-1 / (2 * width ** 2))
        .exp()
    this.centres = centres
    this.heights = compile(heights)
    this.#grow = compile((x: Matrix, targets: Matrix, products: Matrix, right: Matrix) => {
      const high = heights(x)
      const turned = high.transpose()
      return [products.add(turned.matmul(high)), right.add(turned.matmul(targets))]
    })
    this.#products = zeros([centres.shape[0], centres.shape[0]])
    this.#right = zeros([centres.shape[0], outputs])
  }

  /** Takes in more examples, [count, inputs], and the targets for them, [count, outputs]; `onBatch` is told after each thousand. */
  async add(x: Matrix, targets: Matrix, onBatch: (examples: number) => void): Promise<void> {
    const answers = rowsOf(targets, BATCH)
    for (const [i, rows] of rowsOf(x, BATCH).entries()) {
      ;[this.#products, this.#right] = this.#grow(rows, answers[i]!, this.#products, this.#right)
      await this.#right.data()
      this.#examples += rows.shape[0]
      onBatch(this.#examples)
    }
  }

  /** The weights of the first `count` bumps (all) as if there were only those, [count, outputs]. */
  weights(count = this.centres.shape[0]): Matrix {
    const products: Matrix = this.#products.slice([0, count], [0, count])
    const ridge = eye(count).mul(RIDGE * this.#examples)
    const right: Matrix = this.#right.slice([0, count])
    return products.add(ridge).cast('float64').solve(right.cast('float64')).cast('float32')
  }

  /** The sums of as many bumps as there are weights: [batch, inputs] → [batch, outputs]. */
  outputs(x: Matrix, weights: Matrix): Matrix {
    return this.heights(x).slice(':', [0, weights.shape[0]]).matmul(weights)
  }
}
