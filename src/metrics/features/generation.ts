import { fail, failShape } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import { tensor } from '../../tensor/create.js'
import type { Tensor } from '../../tensor/tensor.js'
import { expectFinite, expectSome, type Metric, measured, numbersOf, type Values } from '../metric.js'

/** The mean and the covariance of rows, summed around the first of them so that no digits cancel. */
class Moments {
  count = 0
  #origin: readonly number[] = []
  #sums: Float64Array = new Float64Array(0)
  #products: Float64Array = new Float64Array(0)

  constructor(readonly metric: string) {}

  add(features: Values): void {
    const { shape, data } = numbersOf(this.metric, 'the features', features)
    if (data.length === 0) return
    const [rows, width] = shape
    if (shape.length !== 2 || (this.count > 0 && width !== this.#origin.length)) {
      failShape(this.metric, `features are ${formatShape(shape)}`, 'They are [examples, features], the same each time.')
    }
    expectFinite(this.metric, 'the features', { shape, data })
    if (this.count === 0) {
      this.#origin = Array.from({ length: width }, (_, i) => data[i])
      this.#sums = new Float64Array(width)
      this.#products = new Float64Array(width * width)
    }
    for (let row = 0; row < rows; row++) {
      const x = this.#origin.map((value, i) => data[row * width + i] - value)
      for (let i = 0; i < width; i++) {
        this.#sums[i] += x[i]
        for (let j = 0; j < width; j++) this.#products[i * width + j] += x[i] * x[j]
      }
    }
    this.count += rows
  }

  get mean(): Float64Array {
    return this.#sums.map((sum, i) => sum / this.count + this.#origin[i])
  }

  get covariance(): Tensor {
    const width = this.#sums.length
    const values = this.#products.map((product, k) => {
      return (product - (this.#sums[Math.floor(k / width)] * this.#sums[k % width]) / this.count) / (this.count - 1)
    })
    return tensor(values, [width, width])
  }
}

/** See {@link frechetDistance}. */
export class FrechetDistance implements Metric<[outputs: Values, targets: Values], number> {
  #outputs = new Moments('FrechetDistance')
  #targets = new Moments('FrechetDistance')

  /** As many of either as there are. */
  update(outputs: Values, targets: Values): void {
    this.#outputs.add(outputs)
    this.#targets.add(targets)
  }

  result(): number {
    const [a, b] = [this.#outputs, this.#targets]
    expectSome('FrechetDistance', Math.min(a.count, b.count), Math.max(a.count, b.count) === 0 ? 1 : 2)
    const [m, n] = [a.mean, b.mean]
    if (m.length !== n.length)
      fail(`FrechetDistance: there are ${m.length} features and ${n.length}`, 'Use one network.')
    const apart = m.reduce((sum, value, i) => sum + (value - n[i]) ** 2, 0)
    const [s, t] = [a.covariance, b.covariance]
    // (ST)^½ and (S^½ T S^½)^½ have the same trace, and the second is symmetric.
    const root = rootOf(s)
    const middle = root.matmul(t).matmul(root)
    const both = (middle.add(middle.transpose()).mul(0.5) as Tensor).eigh().values.maximum(0).sqrt().sum()
    return Math.max(0, apart + Number(s.trace().add(t.trace()).sub(both.mul(2)).dataSync()[0]))
  }

  reset(): void {
    this.#outputs = new Moments('FrechetDistance')
    this.#targets = new Moments('FrechetDistance')
  }
}

/** The symmetric root of a covariance; rounding below 0 is cut off. */
function rootOf(matrix: Tensor): Tensor {
  const { values, vectors } = matrix.eigh()
  const scaled = (vectors as Tensor).mul((values as Tensor).maximum(0).sqrt())
  return scaled.matmul((vectors as Tensor).transpose()) as Tensor
}

/**
 * ‖μ₁ − μ₂‖² + tr(S₁ + S₂ − 2 (S₁ S₂)^½) of the means and covariances of features [examples, features] of generated and of real pictures:
 * FID where they are Inception's. (Heusel et al., "GANs trained by a two time-scale update rule", 2017.)
 *
 * @throws if there are fewer than two of either
 * @example frechetDistance([[0], [2]], [[3], [5]]) // 9
 */
export const frechetDistance = (outputs: Values, targets: Values): number =>
  measured(new FrechetDistance(), outputs, targets)

/** See {@link inceptionScore}. */
export class InceptionScore implements Metric<[probabilities: Values], number> {
  #sums: number[] = []
  #negativeEntropy = 0
  #count = 0

  update(probabilities: Values): void {
    const { shape, data } = numbersOf('InceptionScore', 'the probabilities', probabilities)
    if (data.length === 0) return
    const width = shape[1]
    if (shape.length !== 2 || (this.#count > 0 && width !== this.#sums.length)) {
      failShape('InceptionScore', `probabilities are ${formatShape(shape)}`, 'They are [examples, classes].')
    }
    for (let i = 0; i < data.length; i++) {
      if (!(data[i] >= -1e-6 && data[i] <= 1 + 1e-6)) {
        fail(`InceptionScore: a probability is ${data[i]}`, 'Are these logits? Take their softmax.')
      }
    }
    if (this.#count === 0) this.#sums = new Array(width).fill(0)
    for (let i = 0; i < data.length; i++) {
      const p = Math.max(0, data[i])
      this.#sums[i % width] += p
      if (p > 0) this.#negativeEntropy += p * Math.log(p)
    }
    this.#count += shape[0]
  }

  result(): number {
    expectSome('InceptionScore', this.#count)
    const means = this.#sums.map((sum) => sum / this.#count).filter((p) => p > 0)
    return Math.exp(this.#negativeEntropy / this.#count - means.reduce((sum, p) => sum + p * Math.log(p), 0))
  }

  reset(): void {
    this.#sums = []
    this.#negativeEntropy = 0
    this.#count = 0
  }
}

/**
 * exp of the mean divergence KL(p(class | picture) ‖ p(class)) of probabilities [examples, classes]: from 1 to the number of classes.
 * (Salimans et al., "Improved techniques for training GANs", 2016.)
 *
 * @example inceptionScore([[1, 0], [0, 1]]) // 2
 */
export const inceptionScore = (probabilities: Values): number => measured(new InceptionScore(), probabilities)
