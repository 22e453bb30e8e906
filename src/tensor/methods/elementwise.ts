import type { DType } from '../../core/dtype.js'
import type { Node } from '../../graph/node.js'
import type { Replacements, Tolerance } from '../../operations/elementwise/comparison.js'
import * as ops from '../../operations/index.js'
import type { Operand } from '../../operations/operand.js'
import type { Tensor } from '../tensor.js'
import type { Broadcast, OperandProblem, OperandShape, ShapeOf, Unless } from '../types/index.js'
import { wrap } from '../wrap.js'
import { operand } from './operand.js'

/** Applied to each element. */
export type Unary = <T extends Tensor>(this: T) => Tensor<ShapeOf<T>>

/** Applied to the elements of two tensors, or of one and a number, with broadcasting. */
export type Binary = <T extends Tensor, O>(
  this: T,
  other: Unless<OperandProblem<ShapeOf<T>, O, OperandShape<O>>, O>,
) => Tensor<Broadcast<ShapeOf<T>, OperandShape<O>>>

/** Chosen between two by this, element by element. */
export type Choice = <T extends Tensor, Yes, No>(
  this: T,
  a: Unless<OperandProblem<ShapeOf<T>, Yes, OperandShape<Yes>>, Yes>,
  b: Unless<OperandProblem<Broadcast<ShapeOf<T>, OperandShape<Yes>>, No, OperandShape<No>>, No>,
) => Tensor<Broadcast<Broadcast<ShapeOf<T>, OperandShape<Yes>>, OperandShape<No>>>

/** Compared with another, up to a tolerance. */
export type Near = <T extends Tensor, O>(
  this: T,
  other: Unless<OperandProblem<ShapeOf<T>, O, OperandShape<O>>, O>,
  tolerance?: Tolerance,
) => Tensor<Broadcast<ShapeOf<T>, OperandShape<O>>>

/** Compared with another as a whole, up to a tolerance. */
export type AllNear = <T extends Tensor, O>(
  this: T,
  other: Unless<OperandProblem<ShapeOf<T>, O, OperandShape<O>>, O>,
  tolerance?: Tolerance,
) => Tensor<[]>

const choice: Choice = function (this: Tensor, a, b) {
  return wrap(ops.where(this.node, operand(a), operand(b)))
}

/** Between this and another, as far as a weight says. */
export type Between = <T extends Tensor, End, Weight>(
  this: T,
  end: Unless<OperandProblem<ShapeOf<T>, End, OperandShape<End>>, End>,
  weight: Unless<OperandProblem<Broadcast<ShapeOf<T>, OperandShape<End>>, Weight, OperandShape<Weight>>, Weight>,
) => Tensor<Broadcast<Broadcast<ShapeOf<T>, OperandShape<End>>, OperandShape<Weight>>>

const lerp: Between = function (this: Tensor, end, weight) {
  return wrap(ops.lerp(this.node, operand(end), operand(weight)))
}

const isClose: Near = function (this: Tensor, other, tolerance) {
  return wrap(ops.isClose(this.node, operand(other), tolerance))
}

const allClose: AllNear = function (this: Tensor, other, tolerance) {
  return wrap(ops.allClose(this.node, operand(other), tolerance))
}

const unary = (rule: (x: Node) => Node): Unary =>
  function (this: Tensor) {
    return wrap(rule(this.node))
  }

const binary = (rule: (a: Node, b: Operand) => Node): Binary =>
  function (this: Tensor, other) {
    return wrap(rule(this.node, operand(other)))
  }

const optional = (value: Tensor | number | undefined): Operand | undefined =>
  value === undefined ? undefined : operand(value)

/** The methods that work element by element. */
export const elementwise = {
  /** a + b */
  add: binary(ops.add),
  /** a − b */
  sub: binary(ops.sub),
  /** a · b, element by element; see `matmul` for the matrix product. */
  mul: binary(ops.mul),
  /** a / b; integers give float32. */
  div: binary(ops.div),
  /** ⌊a / b⌋ */
  floorDiv: binary(ops.floorDiv),
  /** The remainder of a / b, with the sign of b. */
  mod: binary(ops.mod),
  /** aᵇ */
  pow: binary(ops.pow),
  /** The angle of the point (b, a) in −π … π. */
  atan2: binary(ops.atan2),
  /** The larger of a and b; NaN if one is NaN. */
  maximum: binary(ops.maximum),
  /** The smaller of a and b; NaN if one is NaN. */
  minimum: binary(ops.minimum),

  /** −x */
  neg: unary(ops.neg),
  /** |x| */
  abs: unary(ops.abs),
  /** −1, 0 or 1. */
  sign: unary(ops.sign),
  /** x² */
  square: unary(ops.square),
  /** 1 / x */
  reciprocal: unary(ops.reciprocal),
  /** eˣ */
  exp: unary(ops.exp),
  /** eˣ − 1, accurate near 0. */
  expm1: unary(ops.expm1),
  /** 2ˣ */
  exp2: unary(ops.exp2),
  /** The natural logarithm. */
  log: unary(ops.log),
  /** log(1 + x), accurate near 0. */
  log1p: unary(ops.log1p),
  /** The logarithm to base 2. */
  log2: unary(ops.log2),
  /** The logarithm to base 10. */
  log10: unary(ops.log10),
  /** log(eᵃ + eᵇ) without overflow. */
  logAddExp: binary(ops.logAddExp),
  /** √x */
  sqrt: unary(ops.sqrt),
  /** 1 / √x */
  rsqrt: unary(ops.rsqrt),
  /** The sine of an angle in radians. */
  sin: unary(ops.sin),
  /** The cosine of an angle in radians. */
  cos: unary(ops.cos),
  /** The tangent of an angle in radians. */
  tan: unary(ops.tan),
  /** The angle with this sine. */
  asin: unary(ops.asin),
  /** The angle with this cosine. */
  acos: unary(ops.acos),
  /** The angle with this tangent. */
  atan: unary(ops.atan),
  /** The hyperbolic sine. */
  sinh: unary(ops.sinh),
  /** The hyperbolic cosine. */
  cosh: unary(ops.cosh),
  /** The hyperbolic tangent. */
  tanh: unary(ops.tanh),
  /** The inverse of `sinh`. */
  asinh: unary(ops.asinh),
  /** The inverse of `cosh`. */
  acosh: unary(ops.acosh),
  /** The inverse of `tanh`. */
  atanh: unary(ops.atanh),
  /** The error function 2/√π ∫₀ˣ exp(−t²) dt. */
  erf: unary(ops.erf),
  /** 1 − erf(x), accurate also where it is tiny. */
  erfc: unary(ops.erfc),
  /** The inverse of `erf`. */
  erfInv: unary(ops.erfInv),
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: unary(ops.sigmoid),
  /** log(sigmoid(x)), accurate also where the sigmoid is tiny. */
  logSigmoid: unary(ops.logSigmoid),
  /** log(x / (1 − x)), the inverse of the sigmoid. */
  logit: unary(ops.logit),
  /** log(1 + eˣ) */
  softplus: unary(ops.softplus),
  /** max(x, 0) */
  relu: unary(ops.relu),
  /** The largest whole number not above x. */
  floor: unary(ops.floor),
  /** The smallest whole number not below x. */
  ceil: unary(ops.ceil),
  /** The nearest whole number; halves go to the even one. */
  round: unary(ops.round),
  /** x without its fraction. */
  trunc: unary(ops.trunc),
  /** The fraction of x, with its sign. */
  frac: unary(ops.frac),

  /** Whether a = b; as all comparisons, a bool tensor. */
  equal: binary(ops.equal),
  /** Whether a ≠ b; NaN differs from everything. */
  notEqual: binary(ops.notEqual),
  /** Whether a < b. */
  less: binary(ops.less),
  /** Whether a ≤ b. */
  lessEqual: binary(ops.lessEqual),
  /** Whether a > b. */
  greater: binary(ops.greater),
  /** Whether a ≥ b. */
  greaterEqual: binary(ops.greaterEqual),
  /** Whether it is NaN. */
  isNaN: unary(ops.isNaN),
  /** Whether it is neither infinite nor NaN. */
  isFinite: unary(ops.isFinite),
  /** Whether it is ∞ or −∞. */
  isInfinite: unary(ops.isInfinite),

  /** Whether both are true. */
  logicalAnd: binary(ops.logicalAnd),
  /** Whether one is true, or both. */
  logicalOr: binary(ops.logicalOr),
  /** Whether exactly one is true. */
  logicalXor: binary(ops.logicalXor),
  /** Whether it is false. */
  logicalNot: unary(ops.logicalNot),
  /** The bits set in both. */
  bitwiseAnd: binary(ops.bitwiseAnd),
  /** The bits set in one or both. */
  bitwiseOr: binary(ops.bitwiseOr),
  /** The bits set in exactly one. */
  bitwiseXor: binary(ops.bitwiseXor),
  /** All bits turned over. */
  bitwiseNot: unary(ops.bitwiseNot),
  /** a · 2ᵇ by moving bits up. */
  leftShift: binary(ops.leftShift),
  /** ⌊a / 2ᵇ⌋ by moving bits down. */
  rightShift: binary(ops.rightShift),

  /** The values, through which no gradient flows. */
  stopGradient: unary(ops.stopGradient),

  /** Kept between `min` and `max`, either of which may be undefined. */
  clip<T extends Tensor>(this: T, min?: Tensor | number, max?: Tensor | number): Tensor<ShapeOf<T>> {
    return wrap(ops.clip(this.node, optional(min), optional(max)))
  },

  /** The point between this and `end`: a + weight · (b − a); all broadcast. */
  lerp,
  /** Numbers in the place of NaN (0) and of infinities (the largest and smallest of the dtype). */
  nanToNum<T extends Tensor>(this: T, options?: Replacements): Tensor<ShapeOf<T>> {
    return wrap(ops.nanToNum(this.node, options))
  },
  /** The same bytes read as another dtype of the same width. */
  bitcast<T extends Tensor>(this: T, dtype: DType): Tensor<ShapeOf<T>> {
    return wrap(ops.bitcast(this.node, dtype))
  },

  /** `a` where this bool tensor is true, else `b`. */
  where: choice,
  /** Whether |a − b| ≤ absolute + relative · |b|, for each element. */
  isClose,
  /** One bool: whether all elements are close, see `isClose`. */
  allClose,
}
