import type { Tensor } from '../tensor/tensor.js'

/** How far the argument is moved up before the asymptotic series is taken. */
const SHIFT = 8

/**
 * log Γ(x) for x > 0: Stirling's series at x + 8, minus the logarithm of what Γ(x + 8) is larger by.
 * (Abramowitz and Stegun, 6.1.41 and 6.1.15.)
 */
export function logGamma(x: Tensor): Tensor {
  const z = x.add(SHIFT)
  const inverse = z.reciprocal()
  const square = inverse.square()
  const series = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360]
  const correction = series.reduceRight((sum: Tensor | number, c) => square.mul(sum).add(c), 0) as Tensor
  const stirling = z
    .sub(0.5)
    .mul(z.log())
    .sub(z)
    .add(0.5 * Math.log(2 * Math.PI))
    .add(correction.mul(inverse))
  let product = x
  for (let k = 1; k < SHIFT; k++) product = product.mul(x.add(k))
  return stirling.sub(product.log())
}

/** ψ(x) = d log Γ(x) / dx for x > 0, likewise (6.3.18 and 6.3.6). */
export function digamma(x: Tensor): Tensor {
  const z = x.add(SHIFT)
  const square = z.square().reciprocal()
  const series = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760]
  const correction = series.reduceRight((sum: Tensor | number, c) => square.mul(sum).add(c), 0) as Tensor
  let result = z.log().sub(z.reciprocal().mul(0.5)).sub(correction.mul(square))
  for (let k = 0; k < SHIFT; k++) result = result.sub(x.add(k).reciprocal())
  return result
}
