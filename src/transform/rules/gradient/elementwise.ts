import { isFloat } from '../../../core/dtype.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'
import { keep, nonZero, scale, shift, square } from './arithmetic.js'
import { type GradientRule, none } from './rule.js'

const { cast, cos, div, equal, exp, floor, less, log, mul, neg, pow, sin, where } = build

/** A function of one input, by its derivative times the cotangent. */
const unary =
  <P extends Primitive>(derivative: (grad: Node, x: Node, y: Node) => Node): GradientRule<P> =>
  ({ node, inputs: [x], grad }) => [() => derivative(grad, x, node)]

/** The larger (smaller) input takes the cotangent; equal ones share it. */
const extremum =
  <P extends 'max' | 'min'>(takes: (mine: Node, other: Node) => Node): GradientRule<P> =>
  ({ inputs: [a, b], grad }) => {
    const share = (mine: Node, other: Node) => () =>
      where(equal(mine, other), scale(grad, 0.5), keep(takes(mine, other), grad))
    return [share(a, b), share(b, a)]
  }

export const elementwiseGradients = {
  /** d(−x) = −dx */
  neg: unary(neg),
  /** d(eˣ) = eˣ dx */
  exp: unary((grad, _, y) => mul(grad, y)),
  /** d(eˣ − 1) = (y + 1) dx */
  expm1: unary((grad, _, y) => mul(grad, shift(y, 1))),
  /** d(ln x) = dx / x */
  log: unary((grad, x) => div(grad, x)),
  /** d(ln(1 + x)) = dx / (1 + x) */
  log1p: unary((grad, x) => div(grad, shift(x, 1))),
  /** d(√x) = dx / (2 √x) */
  sqrt: unary((grad, _, y) => div(grad, scale(y, 2))),
  /** d(1/x) = −dx / x² */
  reciprocal: unary((grad, _, y) => neg(mul(grad, square(y)))),
  /** d(sin x) = cos x dx */
  sin: unary((grad, x) => mul(grad, cos(x))),
  /** d(cos x) = −sin x dx */
  cos: unary((grad, x) => neg(mul(grad, sin(x)))),
  /** d(atan x) = dx / (1 + x²) */
  atan: unary((grad, x) => div(grad, shift(square(x), 1))),
  /** d(tanh x) = (1 − tanh² x) dx */
  tanh: unary((grad, _, y) => mul(grad, shift(neg(square(y)), 1))),
  /** d(erf x) = 2/√π · e^(−x²) dx */
  erf: unary((grad, x) => mul(grad, scale(exp(neg(square(x))), 2 / Math.sqrt(Math.PI)))),
  /** piecewise constant */
  floor: none,
  not: none,
  /** Between floating point dtypes the cotangent is cast back; integers have no gradient. */
  cast: ({ inputs: [x], grad }) => [isFloat(x.dtype) ? () => cast(grad, x.dtype) : undefined],
  bitcast: none,
  stopGradient: none,

  /** d(a + b) = da + db */
  add: ({ grad }) => [() => grad, () => grad],
  /** d(a − b) = da − db */
  sub: ({ grad }) => [() => grad, () => neg(grad)],
  /** d(a·b) = b·da + a·db */
  mul: ({ inputs: [a, b], grad }) => [() => mul(grad, b), () => mul(grad, a)],
  /** d(a/b) = da / b − (a/b) / b · db */
  div: ({ node, inputs: [, b], grad }) => [() => div(grad, b), () => neg(div(mul(grad, node), b))],
  /** a mod b = a − b ⌊a/b⌋: d = da − ⌊a/b⌋ db */
  mod: ({ inputs: [a, b], grad }) => [() => grad, () => neg(mul(grad, floor(div(a, b))))],
  /** d(aᵇ) = b aᵇ⁻¹ da + aᵇ ln a db */
  pow: ({ node, inputs: [a, b], grad }) => [
    () => {
      // b · aᵇ⁻¹ is 0 · ∞ for a = b = 0, where the power is constant: any finite exponent gives the true 0.
      const zero = build.zerosLike(a)
      const bothZero = build.and(equal(a, zero), equal(b, zero))
      return mul(grad, mul(b, pow(a, where(bothZero, build.onesLike(b), shift(b, -1)))))
    },
    // aᵇ ln a → 0 for a → 0 and b > 0: the logarithm is replaced where the power is zero anyway.
    () => mul(grad, mul(node, log(nonZero(a)))),
  ],
  /** d(max(a, b)) = the one of the larger; half of each where they are equal */
  max: extremum((mine, other) => less(other, mine)),
  /** d(min(a, b)) = the one of the smaller; half of each where they are equal */
  min: extremum((mine, other) => less(mine, other)),
  less: none,
  lessEqual: none,
  equal: none,
  and: none,
  or: none,
  xor: none,
  shiftLeft: none,
  shiftRight: none,
  /** the chosen side takes the cotangent */
  where: ({ inputs: [condition], grad }) => [
    undefined,
    () => keep(condition, grad),
    () => where(condition, build.zerosLike(grad), grad),
  ],
} as const satisfies { readonly [P in Primitive]?: GradientRule<P> }
