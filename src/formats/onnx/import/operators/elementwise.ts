import { isFloat } from '../../../../core/dtype.js'
import * as build from '../../../../graph/build.js'
import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import { like, widened } from '../../../../operations/operand.js'
import type { Call, Row } from '../call.js'
import { wrapped } from '../wrapping.js'

const unary =
  (operation: (x: Node) => Node): Row =>
  ({ x }) =>
    kept(x, operation(x))

/** The result in the dtype of the input, which ONNX keeps where we would widen. */
const kept = (x: Node, result: Node): Node => build.cast(result, x.dtype)

const binary =
  (operation: (a: Node, b: Node) => Node): Row =>
  (call) =>
    operation(call.x, call.input(1))

/** Two operands in one shape, without a change of dtype. */
const paired =
  (operation: (a: Node, b: Node) => Node): Row =>
  (call) => {
    const [a, b] = ops.broadcast(call.x, call.input(1))
    return operation(a, b)
  }

const several =
  (operation: (a: Node, b: Node) => Node): Row =>
  ({ inputs }) =>
    (inputs as readonly Node[]).reduce((a, b) => {
      const [first, second] = ops.broadcast(a, b)
      return operation(first, second)
    })

/** The remainder with the sign of the dividend. */
function truncatedRemainder(a: Node, b: Node): Node {
  const rest = build.mod(ops.abs(a), ops.abs(b))
  return build.where(build.less(a, like(a, 0)), build.neg(rest), rest)
}

function power(call: Call): Node {
  const [base, exponent] = [call.x, call.input(1)]
  if (base.dtype === exponent.dtype) return paired(build.pow)(call) as Node
  if (isFloat(base.dtype)) {
    const [a, b] = ops.broadcast(base, build.cast(exponent, base.dtype))
    return build.pow(a, b)
  }
  const [a, b] = ops.broadcast(build.cast(base, 'float64'), build.cast(exponent, 'float64'))
  return build.cast(build.pow(a, b), base.dtype)
}

const shifts: Row = (call) => {
  const [a, b] = ops.broadcast(call.x, call.input(1))
  return call.attributes.choice('direction', ['LEFT', 'RIGHT']) === 'LEFT'
    ? build.shiftLeft(a, b)
    : build.shiftRight(a, b)
}

const clip: Row = (call) => {
  const { x, attributes, opset } = call
  const bounds = [call.inputs[1], call.inputs[2]]
  const [low, high] =
    opset >= 11
      ? bounds
      : ['min', 'max'].map((name) =>
          attributes.has(name) ? build.constant(attributes.float(name), x.dtype) : undefined,
        )
  const above = low === undefined ? x : build.max(x, ops.expand(low, x.shape))
  return high === undefined ? above : build.min(above, ops.expand(high, x.shape))
}

const isInf: Row = ({ x, attributes }) => {
  const wide = widened(x)
  const found = [
    attributes.int('detect_positive', 1) !== 0 && Infinity,
    attributes.int('detect_negative', 1) !== 0 && -Infinity,
  ].filter((value) => value !== false)
  const no = build.fill(0, x.shape, 'bool')
  return found.map((value) => build.equal(wide, like(wide, value))).reduce((a, b) => build.or(a, b), no)
}

const cast: Row = ({ x, attributes, run, operator }) => {
  const code = attributes.int('to')
  return wrapped(build.cast(x, run.dtype(code, operator)), code)
}

/** Rounds halves to even in the dtype given. */
const rounded = (x: Node): Node => kept(x, ops.round(x))

export const elementwiseOperators = {
  Abs: unary(ops.abs),
  Acos: unary(ops.acos),
  Acosh: unary(ops.acosh),
  Add: paired(build.add),
  And: binary(ops.logicalAnd),
  Asin: unary(ops.asin),
  Asinh: unary(ops.asinh),
  Atan: unary(ops.atan),
  Atanh: unary(ops.atanh),
  BitShift: shifts,
  BitwiseAnd: paired(build.and),
  BitwiseNot: unary(build.not),
  BitwiseOr: paired(build.or),
  BitwiseXor: paired(build.xor),
  Cast: cast,
  CastLike: (call) => build.cast(call.x, call.input(1).dtype),
  Ceil: unary(ops.ceil),
  Clip: clip,
  Cos: unary(ops.cos),
  Cosh: unary(ops.cosh),
  Div: paired(build.div),
  Equal: binary(ops.equal),
  Erf: unary(ops.erf),
  Exp: unary(ops.exp),
  Floor: unary(ops.floor),
  Greater: binary(ops.greater),
  GreaterOrEqual: binary(ops.greaterEqual),
  Identity: ({ x }) => x,
  IsInf: isInf,
  IsNaN: ({ x }) => ops.isNaN(x),
  Less: binary(ops.less),
  LessOrEqual: binary(ops.lessEqual),
  Log: unary(ops.log),
  Max: several(build.max),
  Mean: (call) => {
    const total = several(build.add)(call) as Node
    return build.div(total, like(total, call.inputs.length))
  },
  Min: several(build.min),
  Mod: (call) => (call.attributes.int('fmod', 0) === 0 ? paired(build.mod)(call) : paired(truncatedRemainder)(call)),
  Mul: paired(build.mul),
  Neg: unary(build.neg),
  Not: unary(ops.logicalNot),
  Or: binary(ops.logicalOr),
  Pow: power,
  Reciprocal: unary(ops.reciprocal),
  Round: unary(rounded),
  Sign: unary(ops.sign),
  Sin: unary(ops.sin),
  Sinh: unary(ops.sinh),
  Sqrt: unary(ops.sqrt),
  Sub: paired(build.sub),
  Sum: several(build.add),
  Tan: unary(ops.tan),
  Tanh: unary(ops.tanh),
  Where: (call) => {
    const [condition, a, b] = ops.broadcast(call.x, call.input(1), call.input(2))
    return build.where(condition, a, b)
  },
  Xor: binary(ops.logicalXor),
} as const satisfies { readonly [operator: string]: Row }
