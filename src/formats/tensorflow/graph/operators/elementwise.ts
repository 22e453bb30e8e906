import type { Node } from '../../../../graph/node.js'
import * as ops from '../../../../operations/index.js'
import type { Row, Rows } from '../call.js'

const unary =
  (of: (x: Node) => Node): Row =>
  ({ x }) =>
    of(x)

const binary =
  (of: (a: Node, b: Node) => Node): Row =>
  (call) =>
    of(call.input(0), call.input(1))

/** What fused operations may end with, by the name that TensorFlow gives it. */
export const activations: Readonly<Record<string, (x: Node) => Node>> = {
  Relu: ops.relu,
  Relu6: ops.relu6,
  Elu: (x) => ops.elu(x),
  Selu: ops.selu,
  Sigmoid: ops.sigmoid,
  Tanh: ops.tanh,
}

/** 0 where the divisor is 0. */
const divNoNan = (a: Node, b: Node): Node => {
  const isZero = ops.equal(b, 0)
  return ops.where(isZero, ops.mul(a, 0), ops.div(a, ops.where(isZero, ops.add(ops.mul(b, 0), 1), b)))
}

/** Integers are divided as such, towards −∞ (`FloorDiv`). */
const floorDiv = (a: Node, b: Node): Node => ops.floorDiv(a, b)

export const elementwise: Rows = {
  ...Object.fromEntries(Object.entries(activations).map(([name, of]) => [name, unary(of)])),
  ...Object.fromEntries(
    ['Identity', 'Snapshot', 'StopGradient', 'PreventGradient'].map((name) => [name, unary((x) => x)]),
  ),
  IdentityN: ({ inputs }) => inputs,
  LeakyRelu: ({ x, attributes }) => ops.leakyRelu(x, attributes.float('alpha', 0.2)),
  Prelu: binary((x, slope) => ops.where(ops.less(x, 0), ops.mul(x, slope), x)),
  Softplus: unary(ops.softplus),
  Softsign: unary(ops.softsign),
  Softmax: unary((x) => ops.softmax(x, -1)),
  LogSoftmax: unary((x) => ops.logSoftmax(x, -1)),
  Exp: unary(ops.exp),
  Expm1: unary(ops.expm1),
  Log: unary(ops.log),
  Log1p: unary(ops.log1p),
  Sqrt: unary(ops.sqrt),
  Rsqrt: unary(ops.rsqrt),
  Square: unary(ops.square),
  Abs: unary(ops.abs),
  Neg: unary(ops.neg),
  Sign: unary(ops.sign),
  Floor: unary(ops.floor),
  Ceil: unary(ops.ceil),
  Round: unary(ops.round),
  Reciprocal: unary(ops.reciprocal),
  Inv: unary(ops.reciprocal),
  Erf: unary(ops.erf),
  Sin: unary(ops.sin),
  Cos: unary(ops.cos),
  Tan: unary(ops.tan),
  Asin: unary(ops.asin),
  Acos: unary(ops.acos),
  Atan: unary(ops.atan),
  Sinh: unary(ops.sinh),
  Cosh: unary(ops.cosh),
  IsNan: unary(ops.isNaN),
  LogicalNot: unary(ops.logicalNot),
  ZerosLike: ({ x }) => ops.zeros(x.shape, x.dtype),
  OnesLike: ({ x }) => ops.ones(x.shape, x.dtype),
  Add: binary(ops.add),
  AddV2: binary(ops.add),
  AddN: ({ inputs }) => inputs.reduce(ops.add),
  BiasAdd: binary(ops.add),
  Sub: binary(ops.sub),
  Mul: binary(ops.mul),
  RealDiv: binary(ops.div),
  Div: binary(ops.div),
  DivNoNan: binary(divNoNan),
  FloorDiv: binary(floorDiv),
  FloorMod: binary(ops.mod),
  Maximum: binary(ops.maximum),
  Minimum: binary(ops.minimum),
  Pow: binary(ops.pow),
  SquaredDifference: binary((a, b) => ops.square(ops.sub(a, b))),
  Atan2: binary(ops.atan2),
  Equal: binary(ops.equal),
  NotEqual: binary(ops.notEqual),
  Less: binary(ops.less),
  LessEqual: binary(ops.lessEqual),
  Greater: binary(ops.greater),
  GreaterEqual: binary(ops.greaterEqual),
  LogicalAnd: binary(ops.logicalAnd),
  LogicalOr: binary(ops.logicalOr),
  Select: (call) => selected(call.input(0), call.input(1), call.input(2)),
  SelectV2: (call) => ops.where(call.input(0), call.input(1), call.input(2)),
  ClipByValue: (call) => ops.clip(call.x, call.input(1), call.input(2)),
  Cast: ({ x, attributes }) => {
    const dtype = attributes.dtype('DstT', 'float32')
    return ops.cast(dtype === 'int32' && x.dtype !== 'bool' ? ops.trunc(x) : x, dtype)
  },
}

/** A condition of one axis chooses rows. */
const selected = (condition: Node, a: Node, b: Node): Node =>
  ops.where(
    condition.rank === 1 && a.rank > 1
      ? ops.reshape(condition, [condition.shape[0], ...a.shape.slice(1).map(() => 1)])
      : condition,
    a,
    b,
  )
