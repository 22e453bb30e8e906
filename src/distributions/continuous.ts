import { where } from '../tensor/functions.js'
import * as random from '../tensor/random.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Shape } from '../tensor/types/index.js'
import {
  type Distribution,
  drawn,
  expectAbove,
  type ParameterOf,
  parametersOf,
  type Sampled,
  type SampleOptions,
} from './distribution.js'

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/**
 * N(mean, std²): density exp(−½ ((x − mean) / std)²) / (std √(2π)). Samples are mean + std · ε, so gradients go to both.
 *
 * @example new Normal(0, 1).logProb(0) // −½ log 2π
 */
export class Normal<S extends Shape = []> implements Distribution<S> {
  readonly mean: Tensor<S>
  readonly std: Tensor<S>

  /** @throws ShapeError if the parameters do not broadcast */
  constructor(mean: ParameterOf<S>, std: ParameterOf<S>) {
    expectAbove('Normal', 'the standard deviation', std)
    ;[this.mean, this.std] = parametersOf('Normal', [mean, std])
  }

  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const { shape, options: given } = drawn(this.mean, options)
    const noise: Tensor = random.normal(shape, given)
    return noise.mul(this.std as Tensor).add(this.mean as Tensor) as Tensor as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const [mean, std]: Tensor[] = [this.mean, this.std]
    const z = mean.neg().add(value).div(std)
    return z.square().mul(-0.5).sub(std.log()).sub(HALF_LOG_TWO_PI)
  }

  entropy(): Tensor<S> {
    return (this.std as Tensor).log().add(0.5 + HALF_LOG_TWO_PI) as Tensor<S>
  }

  /** KL(this ‖ other) = log(σ₂ / σ₁) + (σ₁² + (μ₁ − μ₂)²) / (2σ₂²) − ½ */
  kl(other: Normal<S>): Tensor<S> {
    const [a, b, m, n]: Tensor[] = [this.std, other.std, this.mean, other.mean]
    const ratio = a.square().add(m.sub(n).square()).div(b.square().mul(2))
    return b.log().sub(a.log()).add(ratio).sub(0.5) as Tensor<S>
  }
}

/**
 * Uniform from low to high: density 1 / (high − low) in [low, high), 0 elsewhere. Gradients of samples go to both ends.
 *
 * @example new Uniform(0, 4).logProb(1) // −log 4
 */
export class Uniform<S extends Shape = []> implements Distribution<S> {
  readonly low: Tensor<S>
  readonly high: Tensor<S>

  constructor(low: ParameterOf<S>, high: ParameterOf<S>) {
    if (typeof low === 'number' && typeof high === 'number') expectAbove('Uniform', 'high − low', high - low)
    ;[this.low, this.high] = parametersOf('Uniform', [low, high])
  }

  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const { shape, options: given } = drawn(this.low, options)
    const [low, high]: Tensor[] = [this.low, this.high]
    const u: Tensor = random.uniform(shape, given)
    return u.mul(high.sub(low)).add(low) as Tensor as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const [low, high]: Tensor[] = [this.low, this.high]
    const x = low.mul(0).add(value)
    const inside = x.greaterEqual(low).logicalAnd(x.less(high))
    return where(inside, high.sub(low).log().neg(), -Infinity) as Tensor
  }

  entropy(): Tensor<S> {
    return (this.high as Tensor).sub(this.low as Tensor).log() as Tensor<S>
  }
}

/**
 * Laplace: density exp(−|x − mean| / scale) / (2 scale). Samples come by the inverse distribution function, so gradients go to both.
 *
 * @example new Laplace(0, 1).logProb(0) // −log 2
 */
export class Laplace<S extends Shape = []> implements Distribution<S> {
  readonly mean: Tensor<S>
  readonly scale: Tensor<S>

  constructor(mean: ParameterOf<S>, scale: ParameterOf<S>) {
    expectAbove('Laplace', 'the scale', scale)
    ;[this.mean, this.scale] = parametersOf('Laplace', [mean, scale])
  }

  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const { shape, options: given } = drawn(this.mean, options)
    // −½ … ½, without the ends.
    const u: Tensor = (random.uniform(shape, given) as Tensor)
      .mul(1 - 2 ** -23)
      .add(2 ** -24)
      .sub(0.5)
    const noise = u.sign().mul(u.abs().mul(-2).log1p()).neg()
    return noise.mul(this.scale as Tensor).add(this.mean as Tensor) as Tensor as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const [mean, scale]: Tensor[] = [this.mean, this.scale]
    return mean.sub(value).abs().div(scale).neg().sub(scale.mul(2).log())
  }

  entropy(): Tensor<S> {
    return (this.scale as Tensor).mul(2).log().add(1) as Tensor<S>
  }
}
