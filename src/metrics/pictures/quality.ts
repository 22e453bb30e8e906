import { fail, failShape } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { formatShape } from '../../core/shape.js'
import { expectSome, type Metric, measured, type Numbers, pairOf, type Values } from '../metric.js'

export interface RangeOptions {
  /** The distance between the darkest and the brightest value that there can be; 1. */
  readonly range?: number
}

function rangeOf(metric: string, options: RangeOptions): number {
  checkOptions(metric, options, { range: true })
  const { range = 1 } = options
  if (!(range > 0 && range < Infinity)) fail(`${metric}: the range is ${range}`, 'Give 1 or 255, say.')
  return range
}

/** Two batches of pictures [batch, height, width, channels]. */
function picturesOf(metric: string, outputs: Values, targets: Values): [Numbers, Numbers] {
  const [o, t] = pairOf(metric, outputs, targets)
  if (o.shape.length === 4 || o.data.length === 0) return [o, t]
  failShape(metric, `pictures are ${formatShape(o.shape)}`, 'They are [batch, height, width, channels].')
}

/** The mean of a number for each picture. */
abstract class PictureMean implements Metric<[outputs: Values, targets: Values], number> {
  #total = 0
  #count = 0

  constructor(readonly name: string) {}

  update(outputs: Values, targets: Values): void {
    const [o, t] = picturesOf(this.name, outputs, targets)
    const [batch, ...shape] = o.shape
    const size = shape.reduce((a, b) => a * b, 1)
    if (size === 0 || o.data.length === 0) return
    for (let i = 0; i < batch; i++) {
      const [x, y] = [o, t].map(({ data }) => Float64Array.from({ length: size }, (_, j) => data[i * size + j]))
      this.#total += this.compare(x, y, shape)
    }
    this.#count += batch
  }

  protected abstract compare(x: Float64Array, y: Float64Array, shape: readonly number[]): number

  result(): number {
    expectSome(this.name, this.#count)
    return this.#total / this.#count
  }

  reset(): void {
    this.#total = 0
    this.#count = 0
  }
}

/** See {@link psnr}. */
export class Psnr extends PictureMean {
  readonly #range: number

  constructor(options: RangeOptions = {}) {
    super('Psnr')
    this.#range = rangeOf('Psnr', options)
  }

  protected compare(x: Float64Array, y: Float64Array): number {
    const error = x.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / x.length
    return 10 * Math.log10(this.#range ** 2 / error)
  }
}

/**
 * The mean over pictures [batch, height, width, channels] of the peak signal-to-noise ratio 10 log₁₀(range² / mean squared error), in decibels;
 * Infinity where two are equal.
 *
 * @example psnr([[[[0.5]]]], [[[[0.4]]]]) // 20 decibels, up to rounding
 */
export const psnr = (outputs: Values, targets: Values, options: RangeOptions = {}): number =>
  measured(new Psnr(options), outputs, targets)

const WINDOW = 11
const SIGMA = 1.5
const raw = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA ** 2)))
const weights = raw.map((w) => w / raw.reduce((a, b) => a + b))

/** Gaussian means of windows that lie within [height, width, channels]. */
function blurred(x: Float64Array, [height, width, channels]: readonly number[]): Float64Array {
  const [rows, columns] = [height - WINDOW + 1, width - WINDOW + 1]
  const along = new Float64Array(rows * width * channels)
  for (let i = 0; i < along.length; i++) {
    for (let k = 0; k < WINDOW; k++) along[i] += weights[k] * x[i + k * width * channels]
  }
  const result = new Float64Array(rows * columns * channels)
  for (let i = 0; i < result.length; i++) {
    const row = Math.floor(i / (columns * channels))
    const from = row * width * channels + (i % (columns * channels))
    for (let k = 0; k < WINDOW; k++) result[i] += weights[k] * along[from + k * channels]
  }
  return result
}

/** See {@link ssim}. */
export class Ssim extends PictureMean {
  readonly #range: number

  constructor(options: RangeOptions = {}) {
    super('Ssim')
    this.#range = rangeOf('Ssim', options)
  }

  protected compare(x: Float64Array, y: Float64Array, shape: readonly number[]): number {
    if (shape[0] < WINDOW || shape[1] < WINDOW) {
      failShape('Ssim', `pictures are ${shape[0]} × ${shape[1]}`, `They have to be at least ${WINDOW} × ${WINDOW}.`)
    }
    const blur = (z: Float64Array): Float64Array => blurred(z, shape)
    const product = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => value * b[i])
    const [u, v, uu, vv, uv] = [blur(x), blur(y), blur(product(x, x)), blur(product(y, y)), blur(product(x, y))]
    const [c1, c2] = [(0.01 * this.#range) ** 2, (0.03 * this.#range) ** 2]
    const total = u.reduce((sum, mu, i) => {
      const above = (2 * mu * v[i] + c1) * (2 * (uv[i] - mu * v[i]) + c2)
      return sum + above / ((mu * mu + v[i] * v[i] + c1) * (uu[i] - mu * mu + vv[i] - v[i] * v[i] + c2))
    }, 0)
    return total / u.length
  }
}

/**
 * The mean over pictures [batch, height, width, channels] of their structural similarity, 1 where they are equal: gaussian windows of 11 × 11
 * with σ = 1.5 within the picture. (Wang et al., 2004.) The loss is `nn.ssimLoss`.
 *
 * @example ssim(zeros([1, 16, 16, 3]), zeros([1, 16, 16, 3])) // 1
 */
export const ssim = (outputs: Values, targets: Values, options: RangeOptions = {}): number =>
  measured(new Ssim(options), outputs, targets)
