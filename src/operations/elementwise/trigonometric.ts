import type { DType } from '../../core/dtype.js'
import { build, type Node } from '../../graph/index.js'
import { floating, inFloat32, like, type Operand, pair } from '../operand.js'

// Integers become float32 in all of these.

/** The sine of an angle in radians. */
export const sin = (x: Operand): Node => build.sin(floating(x))
/** The cosine of an angle in radians. */
export const cos = (x: Operand): Node => build.cos(floating(x))
/** The tangent of an angle in radians. */
export const tan = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.div(build.sin(node), build.cos(node))
})

/** The angle in −π/2 … π/2 whose sine is x; NaN outside −1 … 1. */
export const asin = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const one = like(node, 1)
  return double(build.atan(build.div(node, build.add(one, cosineOfSine(node)))))
})

/** The angle in 0 … π whose cosine is x; NaN outside −1 … 1. */
export const acos = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const { negative, magnitude } = split(node)
  const angle = double(build.atan(build.div(cosineOfSine(node), build.add(like(node, 1), magnitude))))
  return build.where(negative, build.sub(like(node, Math.PI), angle), angle)
})

/** The angle in −π/2 … π/2 whose tangent is x. */
export const atan = (x: Operand): Node => build.atan(floating(x))

/** The angle in −π … π of the point (x, y), whose zeros have signs: above the negative x axis it is π, below it −π. */
export const atan2 = inFloat32((y: Operand, x: Operand): Node => {
  const [v, u] = pair(y, x, 'atan2').map(floating)
  const vertical = split(v)
  const horizontal = split(u)
  const zero = like(u, 0)
  const steep = build.less(horizontal.magnitude, vertical.magnitude)
  const smaller = build.where(steep, horizontal.magnitude, vertical.magnitude)
  const larger = build.where(steep, vertical.magnitude, horizontal.magnitude)
  // Two infinities count as equal.
  const infinite = like(u, Infinity)
  const diagonal = build.and(build.equal(smaller, infinite), build.equal(larger, infinite))
  const short = build.where(diagonal, like(u, 1), smaller)
  const long = build.where(diagonal, like(u, 1), larger)
  const divisor = build.where(build.equal(long, zero), like(u, 1), long)
  const octant = build.atan(build.div(short, divisor))
  const quadrant = build.where(steep, build.sub(like(u, Math.PI / 2), octant), octant)
  const half = build.where(horizontal.negative, build.sub(like(u, Math.PI), quadrant), quadrant)
  return build.where(vertical.negative, build.neg(half), half)
})

/** (eˣ − e⁻ˣ) / 2 */
export const sinh = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const { negative, far, near, value } = halfExponential(node)
  const nearValue = build.mul(build.sub(build.expm1(near), build.expm1(build.neg(near))), like(node, 0.5))
  return build.where(far, build.where(negative, build.neg(value), value), nearValue)
})

/** (eˣ + e⁻ˣ) / 2 */
export const cosh = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const { far, near, value } = halfExponential(node)
  const nearValue = build.mul(build.add(build.exp(near), build.exp(build.neg(near))), like(node, 0.5))
  return build.where(far, value, nearValue)
})

/** The hyperbolic tangent, sinh(x) / cosh(x). */
export const tanh = (x: Operand): Node => build.tanh(floating(x))

// From here on x² is so large that 1 + x² = x² to the accuracy of the dtype, well before x² overflows.
const large: { readonly [D in DType]?: number } = { float64: 1e8, float32: 1e4 }

/** The inverse of {@link sinh}: log(x + √(1 + x²)). */
export const asinh = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const { negative, magnitude } = split(node)
  const one = like(node, 1)
  const far = build.less(like(node, large[node.dtype] ?? 1e4), magnitude)
  const near = build.where(far, one, magnitude)
  const squared = build.mul(near, near)
  const excess = build.div(squared, build.add(one, build.sqrt(build.add(one, squared))))
  const nearValue = build.log1p(build.add(near, excess))
  const farValue = build.add(build.log(build.where(far, magnitude, one)), like(node, Math.LN2))
  const value = build.where(far, farValue, nearValue)
  return build.where(negative, build.neg(value), value)
})

/** The inverse of {@link cosh}, 0 or more: log(x + √(x² − 1)); NaN below 1. */
export const acosh = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const far = build.less(like(node, large[node.dtype] ?? 1e4), node)
  const above = build.sub(build.where(far, like(node, 2), node), like(node, 1))
  const root = build.mul(build.sqrt(above), build.sqrt(build.add(above, like(node, 2))))
  const farValue = build.add(build.log(build.where(far, node, like(node, 1))), like(node, Math.LN2))
  return build.where(far, farValue, build.log1p(build.add(above, root)))
})

/** The inverse of {@link tanh}: ½ log((1 + x) / (1 − x)); NaN outside −1 … 1. */
export const atanh = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.mul(build.sub(build.log1p(node), build.log1p(build.neg(node))), like(node, 0.5))
})

const double = (x: Node): Node => build.mul(x, like(x, 2))

/** ½ exp |x| where the other exponential is too small to count; it overflows only where the result does. */
function halfExponential(x: Node): { negative: Node; far: Node; near: Node; value: Node } {
  const { negative, magnitude } = split(x)
  const far = build.less(like(x, 20), magnitude)
  const root = build.exp(build.mul(build.where(far, magnitude, like(x, 20)), like(x, 0.5)))
  return { negative, far, near: build.where(far, like(x, 0), x), value: build.mul(build.mul(root, like(x, 0.5)), root) }
}

/** √(1 − x²), accurate near ±1; of two roots, since the gradient of the root of a product would be ∞ · 0 at ±1. */
function cosineOfSine(x: Node): Node {
  const one = like(x, 1)
  return build.mul(build.sqrt(build.sub(one, x)), build.sqrt(build.add(one, x)))
}

/** Whether the sign is −, of −0 too, and |x|. Unlike `abs` it has a slope at 0, which pieces that meet smoothly at 0 need. */
function split(x: Node): { negative: Node; magnitude: Node } {
  const zero = like(x, 0)
  const negative = build.less(build.where(build.equal(x, zero), build.reciprocal(x), x), zero)
  return { negative, magnitude: build.where(negative, build.neg(x), x) }
}
