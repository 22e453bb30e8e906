import { tensor } from '../tensor/create.js'
import { where } from '../tensor/functions.js'
import type { Tensor } from '../tensor/tensor.js'
import { digamma } from './gamma-function.js'

/** Places x and weights of ∫₀^∞ f(x) dx for what falls like exp(−x): the trapezoidal rule in t, where x = exp(t − exp(−t)). */
const quadrature = (() => {
  const step = 0.09
  const points = Array.from({ length: 86 }, (_, i) => -3.4 + step * i)
  const places = points.map((t) => Math.exp(t - Math.exp(-t)))
  const weights = points.map((t, i) => step * (1 + Math.exp(-t)) * places[i])
  return { places: Float64Array.from(places), weights: Float64Array.from(weights) }
})()

/**
 * dz/da of samples z of Gamma(a, 1) that keep their quantile: −(∂F/∂a) / p for the distribution function F and the density p at z,
 * as samples are no function of a that could be differentiated.
 * (Figurnov, Mohamed and Mnih, "Implicit reparameterization gradients", 2018.)
 *
 * ∂F/∂a = ∫₀ᶻ p(t) (log t − ψ(a)) dt, which is also minus the integral from z on. With t = z · exp(∓s) and divided by p(z):
 *
 * dz/da = z ∫₀^∞ exp(−a s + z (1 − exp(−s))) (s + ψ(a) − log z) ds, from below,
 * dz/da = z ∫₀^∞ exp(a s − z (exp(s) − 1)) (s − ψ(a) + log z) ds, from above.
 *
 * The side is taken on which the integrand falls from the start: below for z ≤ a, and for z ≤ 1, where its exponent is at most 1. The integral is a sum over
 * fixed places, stretched by how far the integrand reaches (Takahasi and Mori, "Double exponential formulas for numerical
 * integration", 1974). All in float64: for small a the two terms of the integrand nearly cancel.
 */
export function gammaSampleGradient(concentration: Tensor, samples: Tensor): Tensor {
  const a: Tensor = concentration.cast('float64').unsqueeze(-1)
  const z: Tensor = samples.cast('float64').unsqueeze(-1)
  // A sample that has become 0 stays there: it only must not give NaN.
  const positive = z.maximum(1e-300)
  const isBelow = positive.lessEqual(a.maximum(1))
  const distance = positive.sub(a).abs()
  const gaussian = distance.square().add(positive.mul(2)).sqrt().add(distance).reciprocal().mul(2)
  const reach: Tensor = where(isBelow, where(positive.less(a), gaussian, 0).maximum(a.reciprocal()), gaussian)
  const s = reach.mul(tensor(quadrature.places))
  const below = positive.mul(s.neg().expm1().neg()).sub(a.mul(s))
  // Where the other side is taken nothing may overflow.
  const above = a.mul(s).sub(positive.mul(where(isBelow, 0, s).expm1()))
  const difference = digamma(a).sub(positive.log())
  const factor = s.add(where(isBelow, difference, difference.neg()))
  const integrand = where(isBelow, below, above).minimum(1).exp().mul(factor)
  const integral: Tensor = integrand.mul(tensor(quadrature.weights)).sum(-1).mul(reach.squeeze(-1))
  return integral.mul(z.squeeze(-1)).cast(samples.dtype)
}
