import { expectInteger, expectNumber } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { range, sizeOf } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import * as random from '../../../tensor/random.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Buffer, Parameter } from '../../../tensor/variable.js'
import { Reparametrized, type Weighted } from '../reparametrized.js'
import { wideDType } from './options.js'

// Wrappers that keep the weights of a layer in bounds.

/** The length of the weights of each output. */
const lengths = (weight: Node): Node => ops.sqrt(ops.sum(ops.mul(weight, weight), range(weight.rank - 1)))

/** See {@link weightNorm}. */
export class WeightNorm<L extends Weighted = Weighted> extends Reparametrized<L> {
  /** [outputs], the lengths; those of the layer's first weight at first */
  readonly magnitude: Parameter

  constructor(layer: L) {
    super('weightNorm', layer)
    this.magnitude = new Parameter(new Tensor(lengths(layer.weight.node)), 'magnitude')
  }

  protected weightOf(direction: Node): Node {
    return ops.mul(direction, ops.div(this.magnitude.node, lengths(direction)))
  }
}

/**
 * The layer with direction and length of its weights apart: weight = magnitude · v / ‖v‖ for each output, where the layer's own weight is
 * v. It starts as the layer is. (Salimans and Kingma, "Weight normalization: a simple reparameterization to accelerate
 * training of deep neural networks", 2016.)
 *
 * @throws if the layer has no weight
 * @example weightNorm(linear(784, 10)).forward(pictures) // [128, 784] → [128, 10]
 */
export const weightNorm = <L extends Weighted>(layer: L): WeightNorm<L> => new WeightNorm(layer)

export interface SpectralNormOptions {
  /** Steps of the power iteration in each call while training; 1. */
  readonly iterations?: number
  /** The least length that is divided by; 1e-12. */
  readonly epsilon?: number
}

/** See {@link spectralNorm}. */
export class SpectralNorm<L extends Weighted = Weighted> extends Reparametrized<L> {
  /** [outputs], an estimate of the first left singular vector */
  readonly u: Buffer
  /** [inputs · window], of the first right one */
  readonly v: Buffer
  readonly iterations: number
  readonly epsilon: number

  constructor(layer: L, options: SpectralNormOptions = {}) {
    super('spectralNorm', layer)
    checkOptions('spectralNorm', options, { iterations: true, epsilon: true })
    const { iterations = 1, epsilon = 1e-12 } = options
    if (expectInteger('spectralNorm', 'the number of iterations', iterations) < 1) {
      fail(`spectralNorm: the number of iterations is ${iterations}`, 'Give a whole number of at least 1.')
    }
    this.iterations = iterations
    this.epsilon = expectNumber('spectralNorm', 'epsilon', epsilon)
    const { weight } = layer
    const outputs = weight.shape[weight.shape.length - 1]
    const start = random.normal([outputs], { dtype: wideDType(weight.dtype) }).node
    // As PyTorch: the first estimate is good before training begins.
    const { u, v } = this.#iterated(matrixOf(weight.node), this.#unit(start), 15)
    this.u = new Buffer(new Tensor(u), 'u')
    this.v = new Buffer(new Tensor(v), 'v')
  }

  protected weightOf(weight: Node): Node {
    const matrix = matrixOf(weight)
    let [u, v] = [this.u.node, this.v.node]
    if (this.training) {
      ;({ u, v } = this.#iterated(matrix, u, this.iterations))
      this.u.assignNode(u)
      this.v.assignNode(v)
    }
    const largest = ops.sum(ops.mul(ops.matmul(v, matrix), u))
    return ops.cast(ops.div(weight, largest), weight.dtype)
  }

  /** Through the iteration no gradient flows. */
  #iterated(matrix: Node, start: Node, count: number): { u: Node; v: Node } {
    const fixed = build.stopGradient(matrix)
    let u = start
    let v = u
    for (let i = 0; i < count; i++) {
      v = this.#unit(ops.matmul(fixed, u))
      u = this.#unit(ops.matmul(v, fixed))
    }
    return { u: build.stopGradient(u), v: build.stopGradient(v) }
  }

  #unit(x: Node): Node {
    return ops.div(x, ops.maximum(ops.sqrt(ops.sum(ops.mul(x, x))), this.epsilon))
  }
}

/** [inputs · window, outputs], in float32 at least */
const matrixOf = (weight: Node): Node => {
  const outputs = weight.shape[weight.rank - 1]
  return ops.cast(ops.reshape(weight, [sizeOf(weight.shape) / outputs, outputs]), wideDType(weight.dtype))
}

/**
 * The layer with weights divided by their largest singular value σ = uᵀ · W · v, which one step of power iteration per call follows while
 * training: the layer changes no distance by more than the factor 1 (convolutions: of their matrix).
 * (Miyato et al., "Spectral normalization for generative adversarial networks", 2018.)
 *
 * @throws if the layer has no weight
 * @example spectralNorm(linear(784, 10)).forward(pictures) // [128, 784] → [128, 10]
 */
export const spectralNorm = <L extends Weighted>(layer: L, options: SpectralNormOptions = {}): SpectralNorm<L> =>
  new SpectralNorm(layer, options)
