import { failShape } from '../core/errors.js'
import { whileLoop } from '../tensor/control.js'
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
import { logGamma } from './gamma-function.js'

/**
 * 1 with probability sigmoid(logits), else 0. Samples have no gradient.
 *
 * @example new Bernoulli(0).logProb(1) // −log 2
 */
export class Bernoulli<S extends Shape = []> implements Distribution<S> {
  readonly logits: Tensor<S>

  constructor(logits: ParameterOf<S>) {
    ;[this.logits] = parametersOf('Bernoulli', [logits])
  }

  /** int32 */
  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const { shape, keyOnly } = drawn(this.logits, options)
    const yes: Tensor = random.bernoulli((this.logits as Tensor).sigmoid(), shape, keyOnly)
    return yes.cast('int32') as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const logits: Tensor = this.logits
    return logits.mul(value).sub(logits.softplus())
  }

  entropy(): Tensor<S> {
    const logits: Tensor = this.logits
    return logits.softplus().sub(logits.mul(logits.sigmoid())) as Tensor<S>
  }

  /** KL(this ‖ other) */
  kl(other: Bernoulli<S>): Tensor<S> {
    const [a, b]: Tensor[] = [this.logits, other.logits]
    return a.sigmoid().mul(a.sub(b)).sub(a.softplus()).add(b.softplus()) as Tensor<S>
  }
}

type Front<S extends Shape> = S extends readonly [...infer F extends number[], number] ? F : number[]

/**
 * One of the classes, with probabilities softmax(logits) along the last axis of [..., classes]. Samples have no gradient.
 *
 * @example new Categorical(zeros([4])).logProb(1) // −log 4
 */
export class Categorical<S extends Shape> implements Distribution<Front<S>> {
  /** log softmax of the logits. */
  readonly logarithms: Tensor<S>

  constructor(logits: Tensor<S>) {
    if (logits.rank === 0) failShape('Categorical', 'the logits are a scalar', 'Their last axis is the classes.')
    this.logarithms = (logits as Tensor).logSoftmax() as Tensor<S>
  }

  /** int32 */
  sample<const N extends Shape = []>({ shape, key }: SampleOptions<N> = {}): Tensor<Sampled<N, Front<S>>> {
    const given = { ...(shape === undefined ? {} : { shape }), ...(key === undefined ? {} : { key }) }
    return random.categorical(this.logarithms as Tensor, given) as Tensor<Sampled<N, Front<S>>>
  }

  /** Of class numbers, int32 [..., …logits without classes]. */
  logProb(value: Tensor | number): Tensor {
    const all: Tensor = this.logarithms
    const front = all.shape.slice(0, -1)
    if (typeof value === 'number') return all.at(value, -1) as Tensor
    const rows = all.expand([...value.shape.slice(0, value.rank - front.length), ...all.shape])
    return (rows as Tensor).takeAlongAxis(value.unsqueeze(-1) as Tensor, -1).squeeze(-1) as Tensor
  }

  entropy(): Tensor<Front<S>> {
    const all: Tensor = this.logarithms
    return certain(all).sum(-1).neg() as Tensor as Tensor<Front<S>>
  }

  /** KL(this ‖ other) */
  kl(other: Categorical<S>): Tensor<Front<S>> {
    const [a, b]: Tensor[] = [this.logarithms, other.logarithms]
    return where(a.exp().equal(0), 0, a.exp().mul(a.sub(b))).sum(-1) as Tensor as Tensor<Front<S>>
  }
}

/** p log p, and 0 where p is 0. */
const certain = (logarithms: Tensor): Tensor =>
  where(logarithms.exp().equal(0), 0, logarithms.exp().mul(logarithms)) as Tensor

/**
 * How many events happen where `rate` are expected: rateᵏ exp(−rate) / k!. Samples have no gradient.
 *
 * A sample counts arrivals one by one until they are past the rate, so the time taken grows with the largest rate.
 *
 * @example new Poisson(2).logProb(0) // −2, up to rounding
 */
export class Poisson<S extends Shape = []> implements Distribution<S> {
  readonly rate: Tensor<S>

  constructor(rate: ParameterOf<S>) {
    expectAbove('Poisson', 'the rate', rate)
    ;[this.rate] = parametersOf('Poisson', [rate])
  }

  /** In the dtype of the rate. */
  sample<const N extends Shape = []>(options: SampleOptions<N> = {}): Tensor<Sampled<N, S>> {
    const { shape } = drawn(this.rate, options)
    const [key] = keysOf(options, 1)
    const rate = (this.rate as Tensor).expand(shape) as Tensor
    const start = rate.mul(0)
    const wait = (from: Tensor): Tensor => random.exponential(shape, { key: from, dtype: rate.dtype })
    const first = random.split(key)
    const [, , count] = whileLoop(
      ([, time]: [Tensor, Tensor, Tensor]): Tensor => time.less(rate).any(),
      ([from, time, count]: [Tensor, Tensor, Tensor]): [Tensor, Tensor, Tensor] => {
        const keys: Tensor = random.split(from)
        const goesOn = time.less(rate)
        const later = where(goesOn, time.add(wait(keys.at(1) as Tensor)), time) as Tensor
        return [keys.at(0) as Tensor, later, count.add(goesOn.cast(rate.dtype))]
      },
      [first.at(0) as Tensor, start.add(wait(first.at(1) as Tensor)), start] as [Tensor, Tensor, Tensor],
    )
    return count as Tensor<Sampled<N, S>>
  }

  logProb(value: Tensor | number): Tensor {
    const rate: Tensor = this.rate
    const k = rate.mul(0).add(value)
    return k
      .mul(rate.log())
      .sub(rate)
      .sub(logGamma(k.add(1)))
  }

  /** Summed over the counts up to the largest rate and 12 standard deviations beyond: for rates whose values are known. */
  entropy(): Tensor<S> {
    const rate: Tensor = this.rate
    const largest = rate.size === 0 ? 0 : Number(rate.max().itemSync())
    const counts = Math.ceil(largest + 12 * Math.sqrt(largest) + 20)
    const k = Array.from({ length: counts }, (_, i) => this.logProb(i))
    const total = k.map((p) => p.exp().mul(p)).reduce((a, b) => a.add(b))
    return total.neg() as Tensor<S>
  }

  /** KL(this ‖ other) = λ₁ log(λ₁ / λ₂) − λ₁ + λ₂ */
  kl(other: Poisson<S>): Tensor<S> {
    const [a, b]: Tensor[] = [this.rate, other.rate]
    return a.mul(a.log().sub(b.log())).sub(a).add(b) as Tensor<S>
  }
}
