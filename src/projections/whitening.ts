import { expectInteger, expectNumber } from '../core/arguments.js'
import { fail, failShape } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { tensor } from '../tensor/create.js'
import { eye } from '../tensor/fill.js'
import type { Tensor } from '../tensor/tensor.js'
import { heldProduct, leadingAxes } from './axes.js'
import { meansOf, placesAlong, type Rows, readRows, type Vectors } from './rows.js'

type Matrix = Tensor<[number, number]>

export interface PairWhiteningOptions {
  /** How many directions, which takes long beyond some hundreds; as many as features, not turned, which angles and distances do not see. */
  readonly components?: number
  /**
   * So much of the mean variance within pairs is added along each feature; 0. Above 0 where pairs are few: without, there have to be
   * more of them than features.
   */
  readonly shrinkage?: number
  /** Ends it between two products with the signal's reason as error. */
  readonly signal?: AbortSignal
}

/** What is left of a feature's variance when those before it are accounted for, if there is more to it than rounding. */
const ROUNDING = 1e-11

/** Directions in which pairs agree and others differ; see {@link pairWhitening}. */
export class PairWhitening {
  constructor(
    /** Of each feature, over all vectors. */
    readonly mean: Float64Array,
    /** By falling variance, where some were chosen; along each, pairs differ by 1 in the mean square, or by less with shrinkage. */
    readonly axes: readonly Float64Array[],
    /** Of all vectors along each axis, over n. */
    readonly variances: Float64Array,
  ) {}

  /** Where vectors [n, features] lie along the axes: [n, components]. */
  async transform(x: Vectors): Promise<Matrix> {
    const rows = await readRows('PairWhitening.transform', x)
    if (rows.width !== this.mean.length) {
      failShape('PairWhitening.transform', `rows have ${rows.width} numbers`, `They need ${this.mean.length}.`)
    }
    return placesAlong(rows, this.mean, this.axes)
  }
}

/**
 * A projection learned from pairs of vectors that mean the same, rows of x and of y: what tells the two of a pair apart is made equally small in all
 * directions, and of these the ones are kept in which all vectors differ most. With the Cholesky factor L · Lᵀ = mean (xᵢ − yᵢ)(xᵢ − yᵢ)ᵀ, the axes
 * are the principal components of L⁻¹ v, for all v of both. (Mikolajczyk and Matas, "Improving descriptors for fast tree matching by optimal
 * linear projection", 2007; Radenović, Tolias and Chum, "Fine-tuning CNN image retrieval with no human annotation", 2018.)
 *
 * @throws if the shapes differ, there are fewer features than components, or differences leave a direction out
 * @example
 * const whitening = await pairWhitening(drawings, others, { components: 64 })
 * await whitening.transform(queries) // [5, 80] → [5, 64]
 */
export async function pairWhitening(
  x: Vectors,
  y: Vectors,
  options: PairWhiteningOptions = {},
): Promise<PairWhitening> {
  checkOptions<PairWhiteningOptions>('pairWhitening', options, { components: true, shrinkage: true, signal: true })
  const shrinkage = expectNumber('pairWhitening', 'shrinkage', options.shrinkage ?? 0)
  if (!(shrinkage >= 0)) fail(`pairWhitening: shrinkage is ${shrinkage}`, 'Give 0 or more.')
  const [a, b] = [await readRows('pairWhitening', x), await readRows('pairWhitening', y)]
  const { count, width } = a
  if (b.count !== count || b.width !== width) {
    failShape(
      'pairWhitening',
      `x is [${count}, ${width}], y is [${b.count}, ${b.width}]`,
      'They are pairs, row by row.',
    )
  }
  const components = options.components && expectInteger('pairWhitening', 'components', options.components)
  if (components !== undefined && (components < 1 || components > width)) {
    fail(`pairWhitening: components is ${components}`, `There are ${width} features: give 1 to ${width}.`)
  }
  const values = new Float64Array(2 * count * width)
  values.set(a.data)
  values.set(b.data, count * width)
  const mean = meansOf({ count: 2 * count, width, data: values })
  const centred = tensor(
    values.map((value, at) => value - mean[at % width]),
    [2 * count, width],
  ) as Matrix
  const factor = await factorOfDifferences(a, b, shrinkage)
  const inverse = factor.triangularSolve(eye(width, width, 'float64')) as Matrix
  const white = inverse.matmul(centred.transpose()) as Matrix
  if (components === undefined) {
    const variances = (await white.square().mean(1).data()) as Float64Array
    return new PairWhitening(mean, await rowsOf(inverse), variances)
  }
  const { axes, variances } = await leadingAxes(
    heldProduct(await covarianceOf(white)),
    width,
    components,
    options.signal,
  )
  // Axes of L⁻¹ v are axes · L⁻¹ of v.
  return new PairWhitening(mean, await rowsOf((tensor(axes) as Matrix).matmul(inverse)), Float64Array.from(variances))
}

async function rowsOf(matrix: Matrix): Promise<Float64Array[]> {
  const [count, width] = matrix.shape
  const data = (await matrix.data()) as Float64Array
  return Array.from({ length: count }, (_, k) => data.slice(k * width, (k + 1) * width))
}

const covarianceOf = async (white: Matrix): Promise<Float64Array> =>
  (await white.matmul(white.transpose()).div(white.shape[1]).data()) as Float64Array

/** L of the mean (xᵢ − yᵢ)(xᵢ − yᵢ)ᵀ. */
async function factorOfDifferences(a: Rows, b: Rows, shrinkage: number): Promise<Matrix> {
  const { count, width } = a
  const apart = tensor(
    Float64Array.from(a.data, (value, at) => value - b.data[at]),
    [count, width],
  ) as Matrix
  const within = Float64Array.from((await apart.transpose().matmul(apart).div(count).data()) as Float64Array)
  const trace = Array.from({ length: width }, (_, j) => within[j * (width + 1)]).reduce((sum, value) => sum + value, 0)
  for (let j = 0; j < width; j++) within[j * (width + 1)] += (shrinkage * trace) / width
  const factor = (tensor(within, [width, width]) as Matrix).cholesky() as Matrix
  // It throws where a pivot is not positive; what is rounding alone may be positive.
  const isLeft = (entry: number, j: number): boolean => entry ** 2 > ROUNDING * within[j * (width + 1)]
  try {
    const diagonal = (await factor.diagonal().data()) as Float64Array
    if (diagonal.every(isLeft)) return factor
  } catch {}
  fail(
    'pairWhitening: the differences of pairs leave directions out',
    `Give more than ${width} pairs, or a shrinkage such as 0.01.`,
  )
}
