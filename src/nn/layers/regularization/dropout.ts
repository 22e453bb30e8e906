import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { bernoulli, normal } from '../../../tensor/random.js'
import type { SameShape } from '../../../tensor/types/index.js'
import { Layer } from '../../layer.js'
import { expectRate } from './rate.js'

/** A layer that disturbs its input while training, and otherwise does nothing. */
abstract class Noise extends Layer<SameShape> {
  /** @throws if the rate is not in 0 … 1, 1 excluded */
  constructor(
    operation: string,
    readonly rate: number,
  ) {
    super()
    expectRate(operation, rate)
  }

  protected run(x: Node): Node {
    return this.training && this.rate > 0 ? this.disturbed(x) : x
  }

  protected abstract disturbed(x: Node): Node

  /** Zeros where `shape` draws them; what stays is larger, so that the mean is. */
  protected thinned(x: Node, shape: readonly number[]): Node {
    const kept = bernoulli(1 - this.rate, shape).node
    return ops.where(kept, ops.div(x, 1 - this.rate), 0)
  }

  protected override describe(): string {
    return String(this.rate)
  }
}

/** See {@link dropout}. */
export class Dropout extends Noise {
  constructor(rate = 0.5) {
    super('dropout', rate)
  }

  protected disturbed(x: Node): Node {
    return this.thinned(x, x.shape)
  }
}

/** See {@link spatialDropout}. */
export class SpatialDropout extends Noise {
  constructor(rate = 0.5) {
    super('spatialDropout', rate)
  }

  protected disturbed(x: Node): Node {
    return this.thinned(
      x,
      x.shape.map((n, i) => (i === 0 || i === x.rank - 1 ? n : 1)),
    )
  }
}

/** See {@link dropPath}. */
export class DropPath extends Noise {
  constructor(rate = 0.1) {
    super('dropPath', rate)
  }

  protected disturbed(x: Node): Node {
    return this.thinned(
      x,
      x.shape.map((n, i) => (i === 0 ? n : 1)),
    )
  }
}

/** What selu gives far below 0: −scale · alpha. */
const SATURATED = -1.0507009873554805 * 1.6732632423543772

/** See {@link alphaDropout}. */
export class AlphaDropout extends Noise {
  constructor(rate = 0.5) {
    super('alphaDropout', rate)
  }

  protected disturbed(x: Node): Node {
    const { rate } = this
    const kept = bernoulli(1 - rate, x.shape).node
    const scale = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATED ** 2))
    return ops.add(ops.mul(ops.where(kept, x, SATURATED), scale), -scale * SATURATED * rate)
  }
}

/** See {@link gaussianDropout}. */
export class GaussianDropout extends Noise {
  constructor(rate = 0.5) {
    super('gaussianDropout', rate)
  }

  protected disturbed(x: Node): Node {
    const std = Math.sqrt(this.rate / (1 - this.rate))
    return ops.mul(x, ops.cast(normal(x.shape, { mean: 1, std }).node, x.dtype))
  }
}

/**
 * A layer that, while training, sets a part of the values to 0 at random and divides the others by 1 − rate, so that the
 * mean stays; otherwise it does nothing. Networks with it cannot rely on single units.
 * (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.)
 *
 * @example sequential(linear(784, 512), relu(), dropout(0.5), linear(512, 10))
 */
export const dropout = (rate = 0.5): Dropout => new Dropout(rate)

/**
 * As {@link dropout}, with whole channels of an example at once: [batch, …, channels]. Neighbours in a picture are too alike for the
 * loss of single ones to matter. PyTorch calls it Dropout1d, Dropout2d and Dropout3d.
 * (Tompson et al., "Efficient object localization using convolutional networks", 2015.)
 *
 * @example sequential(conv2d(1, 6, 5), relu(), spatialDropout(0.2))
 */
export const spatialDropout = (rate = 0.5): SpatialDropout => new SpatialDropout(rate)

/**
 * As {@link dropout}, with whole examples at once: at the end of a residual branch it makes the network shallower for some of
 * them, also called stochastic depth. (Huang et al., "Deep networks with stochastic depth", 2016; Larsson et al., "FractalNet", 2017.)
 *
 * @example sequential(conv2d(6, 6, 3, { padding: 'same' }), relu(), dropPath(0.1))
 */
export const dropPath = (rate = 0.1): DropPath => new DropPath(rate)

/**
 * Dropout for networks of `selu`: values are set to what selu gives far below 0 instead of 0, and all are then scaled and shifted so
 * that mean 0 and variance 1 stay. (Klambauer et al., "Self-normalizing neural networks", 2017.)
 *
 * @example sequential(linear(784, 512), selu(), alphaDropout(0.1), linear(512, 10))
 */
export const alphaDropout = (rate = 0.5): AlphaDropout => new AlphaDropout(rate)

/**
 * Values multiplied, while training, by normal numbers of mean 1 and variance rate / (1 − rate), the variance that
 * {@link dropout} has; otherwise nothing. (Srivastava et al., 2014, section 10.)
 *
 * @example sequential(linear(784, 512), relu(), gaussianDropout(0.3), linear(512, 10))
 */
export const gaussianDropout = (rate = 0.5): GaussianDropout => new GaussianDropout(rate)
