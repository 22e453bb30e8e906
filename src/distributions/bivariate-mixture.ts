import { failShape } from '../core/errors.js'
import { formatShape, sameShape } from '../core/shape.js'
import { stack } from '../tensor/functions.js'
import * as random from '../tensor/random.js'
import type { Tensor } from '../tensor/tensor.js'
import { keysOf, type SampleOptions } from './distribution.js'

export interface BivariateMixtureParameters {
  /** Unnormalised logarithms of how often each component is. */
  readonly logits: Tensor
  readonly means: readonly [x: Tensor, y: Tensor]
  readonly scales: readonly [x: Tensor, y: Tensor]
  /** Between −1 and 1. */
  readonly correlation: Tensor
}

/**
 * A mixture of normal distributions of two correlated coordinates, all parameters [..., components]: what draws handwriting and sketches.
 * Samples have no gradient to how often components are, and have one to the parameters of the component drawn.
 * (Graves, "Generating sequences with recurrent neural networks", 2013.) The entropy has no closed form.
 *
 * @example
 * const zero = zeros([3])
 * const pen = new BivariateMixture({ logits: zero, means: [zero, zero], scales: [ones([3]), ones([3])], correlation: zero })
 * pen.logProb(zeros([2])) // −log 2π
 */
export class BivariateMixture {
  /** @throws ShapeError if the parameters differ in shape */
  constructor(readonly parameters: BivariateMixtureParameters) {
    const { logits, means, scales, correlation } = parameters
    for (const other of [...means, ...scales, correlation]) {
      if (logits.rank > 0 && sameShape(other.shape, logits.shape)) continue
      failShape(
        'BivariateMixture',
        `logits are ${formatShape(logits.shape)}, another parameter is ${formatShape(other.shape)}`,
        'All are […, components].',
      )
    }
  }

  /** [...shape, ..., 2] */
  sample({ shape = [], key }: SampleOptions = {}): Tensor {
    const { logits, means, scales, correlation } = this.parameters
    const [first, second] = keysOf(key === undefined ? {} : { key }, 2)
    const chosen: Tensor = random.categorical(logits, { shape, key: first })
    const of = (x: Tensor): Tensor =>
      (x.expand([...shape, ...x.shape]) as Tensor)
        .takeAlongAxis(chosen.unsqueeze(-1) as Tensor, -1)
        .squeeze(-1) as Tensor
    const noise: Tensor = random.normal([2, ...chosen.shape], { key: second, dtype: logits.dtype })
    const [u, v] = [noise.at(0) as Tensor, noise.at(1) as Tensor]
    const rho = of(correlation)
    const across = rho.mul(u).add(rho.square().neg().add(1).sqrt().mul(v))
    const x = of(means[0]).add(of(scales[0]).mul(u))
    const y = of(means[1]).add(of(scales[1]).mul(across))
    return stack([x, y], -1) as Tensor
  }

  /** The logarithm of the density of points [..., 2]. */
  logProb(points: Tensor): Tensor {
    const { logits, means, scales, correlation } = this.parameters
    const along = (i: number): Tensor =>
      (points.at(i, -1) as Tensor).unsqueeze(-1).sub(means[i]).div(scales[i]) as Tensor
    const [x, y] = [along(0), along(1)]
    // (1 − ρ)(1 + ρ), in which no digits cancel.
    const rest = correlation.neg().log1p().add(correlation.log1p())
    const z = x.square().add(y.square()).sub(correlation.mul(x).mul(y).mul(2))
    const density = z.mul(-0.5).div(rest.exp()).sub(rest.mul(0.5)).sub(scales[0].log()).sub(scales[1].log())
    return (logits.logSoftmax() as Tensor)
      .add(density)
      .logSumExp(-1)
      .sub(Math.log(2 * Math.PI)) as Tensor
  }
}
