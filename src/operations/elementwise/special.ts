import { build, type Node } from '../../graph/index.js'
import { floating, inFloat32, like, type Operand } from '../operand.js'

// Integers become float32 in all of these.

/** The error function 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf = (x: Operand): Node => build.erf(floating(x))

// erfc(x) exp(x²) / t as a polynomial in 2.5 t − 1 with t = 2 / (2 + x), for x ≥ ½: our own Chebyshev fits,
// of relative error 1e-9 and 4e-16.
const erfcSingle = [
  0.447502878, 0.232150373, 0.0809695443, 0.0129594552, -0.00276081895, -0.00150830839, 0.000162287004, 0.000177699369,
  -2.33818679e-5, -2.22157434e-5, 3.3525392e-6, 2.06607059e-6,
]
const erfcDouble = [
  0.4475028779534749, 0.23215037213618575, 0.08096957526611476, 0.01295947308108373, -0.002761191080528942,
  -0.001508450323051168, 0.00016394600765205937, 0.00017817860599623992, -2.6823184670370044e-5, -2.29871710729771e-5,
  6.8765450754979074e-6, 2.6213241892406986e-6, -1.7006846176644896e-6, -8.114157065159013e-8, 3.447509544355034e-7,
  -8.405829973168209e-8, -4.568389654592192e-8, 3.290038288371318e-8, -2.954799139485492e-10, -6.793621694710993e-9,
  1.6922400248145229e-9, 6.734179832073921e-10, -2.78800476135973e-10,
]

/** 1 − erf(x), accurate also where it is tiny. */
export const erfc = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const one = like(node, 1)
  const negative = build.less(node, like(node, 0))
  const magnitude = build.where(negative, build.neg(node), node)
  const near = build.less(magnitude, like(node, 0.5))
  const t = build.div(like(node, 2), build.add(like(node, 2), magnitude))
  const s = build.sub(build.mul(t, like(node, 2.5)), one)
  const scaled = build.mul(t, polynomial(s, node.dtype === 'float64' ? erfcDouble : erfcSingle))
  const tail = build.mul(build.exp(build.neg(build.mul(node, node))), scaled)
  const far = build.where(negative, build.sub(like(node, 2), tail), tail)
  return build.where(near, build.sub(one, build.erf(node)), far)
})

// M. Giles, "Approximating the erfinv function" (2010), for w = −log(1 − x²) < 5 in w − 2.5.
const erfInvCentre = [
  1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087, -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,
  2.81022636e-8,
]
// His tail, in √w, refitted up to the last float64 below 1: a polynomial in (√w − 4.15) / 1.95 of relative error 1e-7.
const erfInvTail = [
  3.991233357, 1.969140642, 0.003454533953, -0.005137087259, 0.003584032332, -0.002688577138, 0.001769526927,
  -0.0001708214039, 0.001615065532, -0.004828365148, 0.002624892779, 0.001401618043, -0.001130042865,
]

/** The inverse of {@link erf}: ±∞ at ±1, NaN outside. */
export const erfInv = inFloat32((x: Operand): Node => {
  const node = floating(x)
  const zero = like(node, 0)
  const one = like(node, 1)
  const negative = build.less(node, zero)
  const magnitude = build.where(negative, build.neg(node), node)
  const inside = build.less(magnitude, one)
  const a = build.where(inside, magnitude, zero)
  const w = build.neg(build.add(build.log1p(build.neg(a)), build.log1p(a)))
  const central = build.less(w, like(w, 5))
  // Each polynomial sees only its own range: their gradients would overflow elsewhere.
  const centre = polynomial(build.sub(build.where(central, w, zero), like(w, 2.5)), erfInvCentre)
  const root = build.sqrt(build.where(central, like(w, 5), w))
  const tail = polynomial(build.div(build.sub(root, like(w, 4.15)), like(w, 1.95)), erfInvTail)
  const estimate = build.mul(build.where(central, centre, tail), a)
  const value = node.dtype === 'float64' ? halley(estimate, a) : estimate
  const edge = build.where(build.equal(magnitude, one), like(node, Infinity), like(node, Number.NaN))
  const positive = build.where(inside, value, edge)
  return build.where(negative, build.neg(positive), positive)
})

/** One step of Halley's method for erf(y) = a, which triples the number of correct digits. */
function halley(y: Node, a: Node): Node {
  const one = like(y, 1)
  const central = build.less(a, like(a, 0.5))
  const difference = build.where(central, build.sub(build.erf(y), a), build.sub(build.sub(one, a), erfc(y)))
  const slope = build.mul(like(y, 2 / Math.sqrt(Math.PI)), build.exp(build.neg(build.mul(y, y))))
  const step = build.div(difference, slope)
  return build.sub(y, build.div(step, build.add(one, build.mul(y, step))))
}

/** c₀ + c₁ x + c₂ x² + … by Horner's rule. */
function polynomial(x: Node, coefficients: readonly number[]): Node {
  return coefficients.map((c) => like(x, c)).reduceRight((sum, c) => build.add(build.mul(sum, x), c))
}

/** log(x / (1 − x)), the inverse of the sigmoid; ∓∞ at 0 and 1, NaN outside. */
export const logit = inFloat32((x: Operand): Node => {
  const node = floating(x)
  return build.sub(build.log(node), build.log1p(build.neg(node)))
})
