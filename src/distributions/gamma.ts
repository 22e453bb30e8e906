import { customGradient } from '../tensor/call.js'
import { where } from '../tensor/functions.js'
import * as random from '../tensor/random.js'
import type { Tensor } from '../tensor/tensor.js'
import type { Shape } from '../tensor/types/index.js'
import {
  type Distribution,
  drawn,
  expectAbove,
  keysOf,
  type ParameterOf,
  parametersOf,
  type Sampled,
  type SampleOptions,
} from './distribution.js'
import { digamma, logGamma } from './gamma-function.js'
import { gammaSampleGradient } from './gamma-gradient.js'

/** At most 5 % of proposals are rejected, so that all of these are for one in 4 · 10¹⁰ samples, which then keeps the last. */
const ROUNDS = 8

/**
 * Gamma(a, 1) by squeezed normals, for a < 1 as Gamma(a + 1) · u^(1/a), with a fixed number of rounds of rejection.
 * (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.)
 */
function standardGamma(concentration: Tensor, options: SampleOptions): Tensor {
  const { shape } = drawn(concentration, options)
  const [a, b, c] = keysOf(options, 3)
  const { dtype } = concentration
  const normals: Tensor = random.normal([ROUNDS, ...shape], { key: a, dtype })
  const uniforms: Tensor = random.uniform([ROUNDS, ...shape], { key: b, dtype })
  const powers: Tensor = random.uniform(shape, { key: c, dtype })
  const rejection = (alpha: Tensor, x: Tensor, u: Tensor, boost: Tensor): Tensor => {
    const isSmall = alpha.less(1)
    const d = alpha.add(isSmall.cast(dtype)).sub(1 / 3)
    const root = d.mul(9).rsqrt().mul(x).add(1)
    const v = root.mul(root).mul(root)
    const positive = v.greater(0)
    const logV = (where(positive, v, 1) as Tensor).log()
    // 1 − u is never 0.
    const limit = x.square().mul(0.5).add(d).sub(d.mul(v)).add(d.mul(logV))
    const accepted = positive.logicalAnd(u.neg().log1p().less(limit))
    let value: Tensor = d.mul(v.at(ROUNDS - 1) as Tensor).maximum(0)
    for (let i = ROUNDS - 1; i >= 0; i--) value = where(accepted.at(i), d.mul(v.at(i) as Tensor), value) as Tensor
    // u^(1/a), in logarithms.
    const small = boost.neg().log1p().div(alpha).exp()
    return where(isSmall, value.mul(small), value) as Tensor
  }
  const backward = ([alpha]: readonly Tensor[], [z]: readonly Tensor[], [g]: readonly Tensor[]): (Tensor | null)[] => [
    g.mul(gammaSampleGradient(alpha, z)),
    ...[null, null, null],
  ]
  return customGradient(rejection, backward)(concentration.expand(shape) as Tensor, normals, uniforms, powers)
}

/**
 * Gamma: density rateᵃ xᵃ⁻¹ exp(−rate · x) / Γ(a) for concentration a. Samples have gradients to both, to
 * the concentration as the sample with the same quantile moves.
 * (Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", 2018.)
 *
 * @example new Gamma(1, 2).logProb(0.5) // log 2 − 1
 */
export class Gamma<S extends Shape = []> implements Distribution<S> {
  readonly concentration: Tensor<S>
  readonly rate: Tensor<S>

  constructor(concentration: ParameterOf<S>, rate: ParameterOf<S>) {
    expectAbove('Gamma', 'the concentration', concentration)
    expectAbove('Gamma', 'the rate', rate)
    ;[this.concentration, this.rate] = parametersOf('Gamma', [concentration, rate])
  }

  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const standard = standardGamma(this.concentration, options)
    return standard.div(this.rate as Tensor) as Tensor as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const [a, b]: Tensor[] = [this.concentration, this.rate]
    const x = a.mul(0).add(value)
    return a.mul(b.log()).add(a.sub(1).mul(x.log())).sub(b.mul(x)).sub(logGamma(a))
  }

  entropy(): Tensor<S> {
    const [a, b]: Tensor[] = [this.concentration, this.rate]
    return a
      .sub(b.log())
      .add(logGamma(a))
      .add(a.neg().add(1).mul(digamma(a))) as Tensor<S>
  }

  /** KL(this ‖ other) */
  kl(other: Gamma<S>): Tensor<S> {
    const [a, b, c, d]: Tensor[] = [this.concentration, this.rate, other.concentration, other.rate]
    const shapes = a.sub(c).mul(digamma(a)).sub(logGamma(a)).add(logGamma(c))
    return shapes.add(c.mul(b.log().sub(d.log()))).add(a.mul(d.sub(b)).div(b)) as Tensor<S>
  }
}

/**
 * Beta: density xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b) between 0 and 1. Samples are x / (x + y) of two gammas and have
 * gradients to both parameters, as those of {@link Gamma}.
 *
 * @example new Beta(2, 1).logProb(0.25) // −log 2
 */
export class Beta<S extends Shape = []> implements Distribution<S> {
  readonly a: Tensor<S>
  readonly b: Tensor<S>

  constructor(a: ParameterOf<S>, b: ParameterOf<S>) {
    expectAbove('Beta', 'a', a)
    expectAbove('Beta', 'b', b)
    ;[this.a, this.b] = parametersOf('Beta', [a, b])
  }

  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const [first, second] = keysOf(options, 2)
    const x = standardGamma(this.a, { ...options, key: first })
    const y = standardGamma(this.b, { ...options, key: second })
    return x.div(x.add(y)) as Tensor as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const [a, b]: Tensor[] = [this.a, this.b]
    const x = a.mul(0).add(value)
    return a.sub(1).mul(x.log()).add(b.sub(1).mul(x.neg().log1p())).sub(this.#logBeta())
  }

  entropy(): Tensor<S> {
    const [a, b]: Tensor[] = [this.a, this.b]
    const sum = a.add(b)
    const shapes = a
      .sub(1)
      .mul(digamma(a))
      .add(b.sub(1).mul(digamma(b)))
    return this.#logBeta()
      .sub(shapes)
      .add(sum.sub(2).mul(digamma(sum))) as Tensor<S>
  }

  /** KL(this ‖ other) */
  kl(other: Beta<S>): Tensor<S> {
    const [a, b, c, d]: Tensor[] = [this.a, this.b, other.a, other.b]
    const shapes = a
      .sub(c)
      .mul(digamma(a))
      .add(b.sub(d).mul(digamma(b)))
    const both = c
      .add(d)
      .sub(a)
      .sub(b)
      .mul(digamma(a.add(b)))
    return other.#logBeta().sub(this.#logBeta()).add(shapes).add(both) as Tensor<S>
  }

  /** log B(a, b) */
  #logBeta(): Tensor {
    const [a, b]: Tensor[] = [this.a, this.b]
    return logGamma(a)
      .add(logGamma(b))
      .sub(logGamma(a.add(b)))
  }
}
