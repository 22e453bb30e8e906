import { expectBoolean, expectInteger } from '../core/arguments.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { tensor } from '../tensor/create.js'
import type { Tensor } from '../tensor/tensor.js'
import { completed, heldProduct, leadingAxes, type Product } from './axes.js'
import { meansOf, placesAlong, type Rows, readRows, type Vectors } from './rows.js'

type Matrix = Tensor<[number, number]>

/** Up to so many features their covariance is held; beyond, it is multiplied through the vectors. */
const MOST_HELD = 1024

export interface PcaOptions {
  /** How many directions; 2. */
  readonly components?: number
  /** Ends it between two products with the signal's reason as error. */
  readonly signal?: AbortSignal
}

export interface TransformOptions {
  /** Whether all axes are to count as much, with the variance 1; false. */
  readonly whiten?: boolean
}

/** The directions in which vectors differ most; see {@link pca}. */
export class PrincipalComponents {
  constructor(
    /** Of each feature. */
    readonly mean: Float64Array,
    /** Of length 1, at right angles, by falling variance; the entry of largest size is positive in each. */
    readonly axes: readonly Float64Array[],
    /** Along each axis, over n − 1. */
    readonly variances: Float64Array,
    /** Of all features together. */
    readonly totalVariance: number,
  ) {}

  /** The part of all variance that lies along each axis. */
  get shares(): Float64Array {
    return this.variances.map((variance) => (this.totalVariance > 0 ? variance / this.totalVariance : 0))
  }

  /** Where vectors [n, features] lie along the axes: [n, components]; whitened, in units of the deviations along them. */
  async transform(x: Vectors, options: TransformOptions = {}): Promise<Matrix> {
    checkOptions<TransformOptions>('PrincipalComponents.transform', options, { whiten: true })
    const isWhite = expectBoolean('PrincipalComponents.transform', 'whiten', options.whiten ?? false)
    const rows = await this.#read('transform', x, this.mean.length)
    if (!isWhite) return placesAlong(rows, this.mean, this.axes)
    // Along an axis without variance all of what was learned from lies at 0.
    const scaled = this.axes.map((axis, k) => axis.map((value) => value / (Math.sqrt(this.variances[k]) || 1)))
    return placesAlong(rows, this.mean, scaled)
  }

  /** The vectors that lie at places along the axes, and nowhere beside them. */
  async inverse(places: Vectors): Promise<Matrix> {
    const { count, width, data } = await this.#read('inverse', places, this.axes.length)
    const features = this.mean.length
    const vectors = new Float64Array(count * features)
    for (let i = 0; i < count; i++) {
      const vector = vectors.subarray(i * features, (i + 1) * features)
      vector.set(this.mean)
      for (const [k, axis] of this.axes.entries()) {
        const place = data[i * width + k]
        for (let j = 0; j < features; j++) vector[j] += place * axis[j]
      }
    }
    return tensor(vectors, [count, features])
  }

  async #read(operation: string, x: Vectors, width: number): Promise<Rows> {
    const rows = await readRows(`PrincipalComponents.${operation}`, x)
    if (rows.width === width) return rows
    failShape(`PrincipalComponents.${operation}`, `rows have ${rows.width} numbers`, `They need ${width}.`)
  }
}

/**
 * The directions in which vectors differ most (principal component analysis), by block iteration on their covariance. Columns are scaled while it is
 * summed, so that one of millions hides none of thousandths. (Pearson, "On lines and planes of closest fit to systems of points in space", 1901.)
 *
 * Beyond n − 1 components of n vectors, variances are 0 and axes any at right angles to the others.
 *
 * @throws if there are fewer features than components, or a number that is not finite
 * @example
 * const components = await pca([[0, 0], [1, 1], [3, 3]], { components: 1 })
 * await components.transform([[4, 4]]) // → [1, 1]
 */
export async function pca(x: Vectors, options: PcaOptions = {}): Promise<PrincipalComponents> {
  checkOptions<PcaOptions>('pca', options, { components: true, signal: true })
  const count = expectInteger('pca', 'components', options.components ?? 2)
  const rows = await readRows('pca', x)
  if (count < 1 || count > rows.width) {
    fail(`pca: components is ${count}`, `There are ${rows.width} features: give 1 to ${rows.width}.`)
  }
  const { mean, deviations, scaled } = standardised(rows)
  const product = await covarianceProduct(rows, scaled, deviations)
  // Centred vectors differ in fewer directions than they are; what there is beyond is rounding, and would never settle.
  const most = Math.max(1, Math.min(count, rows.count - 1))
  const found = await leadingAxes(product, rows.width, most, options.signal)
  const axes = completed(found.axes, count)
  const variances = axes.map((_, k) => found.variances[k] ?? 0)
  const total = deviations.reduce((sum, deviation) => sum + deviation ** 2, 0)
  return new PrincipalComponents(mean, axes, Float64Array.from(variances), total)
}

/** Columns with the mean 0 and the variance 1; constant ones are 0. */
function standardised(rows: Rows) {
  const { count, width, data } = rows
  const mean = meansOf(rows)
  const squares = new Float64Array(width)
  for (let i = 0; i < count; i++) for (let j = 0; j < width; j++) squares[j] += (data[i * width + j] - mean[j]) ** 2
  const deviations = squares.map((sum) => Math.sqrt(sum / Math.max(1, count - 1)))
  const scaled = new Float32Array(count * width)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) {
      if (deviations[j] > 0) scaled[i * width + j] = (data[i * width + j] - mean[j]) / deviations[j]
    }
  }
  return { mean, deviations, scaled }
}

/** Multiplies by the covariance D R D, where R is that of scaled columns and D their deviations: small columns keep their digits. */
async function covarianceProduct({ count, width }: Rows, scaled: Float32Array, d: Float64Array): Promise<Product> {
  const z: Matrix = tensor(scaled, [count, width])
  const over = 1 / Math.max(1, count - 1)
  if (width > MOST_HELD) {
    return async (vectors) => {
      const v = new Float32Array(width * vectors.length)
      for (const [k, vector] of vectors.entries()) for (let j = 0; j < width; j++) v[k * width + j] = d[j] * vector[j]
      const along: Matrix = z.matmul(tensor(v, [vectors.length, width]).transpose() as Matrix)
      const back = await (along.transpose() as Matrix).matmul(z).data()
      return vectors.map((_, k) => d.map((deviation, j) => deviation * Number(back[k * width + j]) * over))
    }
  }
  const correlations = (await (z.transpose() as Matrix).matmul(z).data()) as Float32Array
  const covariance = Float64Array.from(
    correlations,
    (sum, at) => sum * over * d[Math.floor(at / width)] * d[at % width],
  )
  return heldProduct(covariance)
}
