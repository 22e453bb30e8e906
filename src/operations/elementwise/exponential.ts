import { build, type Node } from '../../graph/index.js'
import { floating, inFloat32, like, type Operand, pair } from '../operand.js'

// Integers become float32 in all of these.

/** eˣ */
export const exp = (x: Operand): Node => build.exp(floating(x))
/** eˣ − 1, accurate near 0. */
export const expm1 = (x: Operand): Node => build.expm1(floating(x))
/** The natural logarithm. */
export const log = (x: Operand): Node => build.log(floating(x))
/** log(1 + x), accurate near 0. */
export const log1p = (x: Operand): Node => build.log1p(floating(x))
/** √x */
export const sqrt = (x: Operand): Node => build.sqrt(floating(x))
/** 1 / √x */
export const rsqrt = inFloat32((x: Operand): Node => build.reciprocal(build.sqrt(floating(x))))

/** 2ˣ */
export function exp2(x: Operand): Node {
  const node = floating(x)
  return build.pow(like(node, 2), node)
}

/** The logarithm to base 2. */
export const log2 = inFloat32((x: Operand): Node => logarithm(x, Math.LN2))
/** The logarithm to base 10. */
export const log10 = inFloat32((x: Operand): Node => logarithm(x, Math.LN10))

function logarithm(x: Operand, ofBase: number): Node {
  const node = floating(x)
  return build.div(build.log(node), like(node, ofBase))
}

/** 1 / (1 + e⁻ˣ), to full relative accuracy on both sides. */
export const sigmoid = inFloat32((x: Operand): Node => {
  const node = floating(x)
  // With e = exp(−|x|) ≤ 1 nothing overflows, neither here nor in the gradient.
  const { negative, decay } = decayOf(node)
  const one = like(node, 1)
  return build.div(build.where(negative, decay, one), build.add(one, decay))
})

/** log(1 + eˣ) */
export const softplus = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const { negative, decay } = decayOf(node)
  return build.add(build.where(negative, like(node, 0), node), build.log1p(decay))
})

/** log(sigmoid(x)) = −softplus(−x) */
export const logSigmoid = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const { negative, decay } = decayOf(node)
  return build.sub(build.where(negative, node, like(node, 0)), build.log1p(decay))
})

/** x < 0, and exp(−|x|), whose two sides meet in such a way that gradients at 0 are right. */
function decayOf(x: Node): { negative: Node; decay: Node } {
  const negative = build.less(x, like(x, 0))
  return { negative, decay: build.exp(build.where(negative, x, build.neg(x))) }
}

/** log(eᵃ + eᵇ) without overflow: the larger of the two plus log(1 + e^−|a − b|). Integers become float32. */
export const logAddExp = inFloat32((a: Operand, b: Operand): Node => {
  const [x, y] = pair(a, b, 'logAddExp').map(floating)
  const larger = build.max(x, y)
  // The difference of two equal infinities would be NaN.
  const same = build.equal(x, y)
  const distance = build.sub(build.where(same, like(x, 0), x), build.where(same, like(y, 0), y))
  const half = build.add(build.mul(x, like(x, 0.5)), build.mul(y, like(y, 0.5)))
  const apart = build.add(larger, build.log1p(build.exp(build.neg(build.max(distance, build.neg(distance))))))
  return build.where(same, build.add(half, like(x, Math.LN2)), apart)
})
