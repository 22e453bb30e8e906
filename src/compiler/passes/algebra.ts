import { type DType, roundTo } from '../../core/dtype.js'
import { dropAxes, sizeOf } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import type { Primitive } from '../../graph/primitives.js'
import { literal, literalLike } from '../literal.js'
import { rewrite } from '../rewrite.js'

/** Algebraic simplification: identities that hold for every value: NaN, infinities and the sign of zero included. */
export const algebra = (graph: Graph): Graph => rewrite(graph, simplifyNode)

type Rule = (node: Node) => Node | undefined

function simplifyNode(node: Node): Node {
  return rules[node.op]?.(node) ?? node
}

const isInteger = (node: Node): boolean => node.dtype === 'int32' || node.dtype === 'uint32' || node.dtype === 'uint8'

/** Whether a cast keeps every value, so that the next one may as well start before it. */
function isExact(from: DType, to: DType): boolean {
  if (from === 'bool') return true
  const isSmall = from === 'float16' || from === 'bfloat16'
  return (to === 'float64' && (isSmall || from === 'float32')) || (to === 'float32' && isSmall)
}

/** x where the other side is neutral on the right, or on either side. */
const neutralRight =
  (neutral: number): Rule =>
  ({ inputs: [a, b] }) =>
    Object.is(literal(b), neutral) ? a : undefined
const neutral =
  (value: number): Rule =>
  ({ inputs: [a, b] }) =>
    Object.is(literal(b), value) ? a : Object.is(literal(a), value) ? b : undefined

/** The inverse of itself: op(op(x)) = x. */
const involution: Rule = (node) => (node.inputs[0].op === node.op ? node.inputs[0].inputs[0] : undefined)

const sameBoth: Rule = ({ inputs: [a, b] }) => (a === b ? a : undefined)

const rules: { readonly [P in Primitive]?: Rule } = {
  // −0 + 0 is 0: of the two zeros only −0 changes nothing.
  add: (node) => neutral(isInteger(node) ? 0 : -0)(node),
  sub: neutralRight(0),
  mul: (node) => {
    const kept = neutral(1)(node)
    if (kept !== undefined) return kept
    const [a, b] = node.inputs
    if (isInteger(node) && (literal(a) === 0 || literal(b) === 0)) return literalLike(node, 0)
    if (!isInteger(node) && literal(b) === -1) return build.neg(a)
    if (!isInteger(node) && literal(a) === -1) return build.neg(b)
    return undefined
  },
  div: neutralRight(1),
  pow: ({ inputs: [a, b] }) => {
    const exponent = literal(b)
    if (exponent === 1) return a
    if (exponent === 2) return build.mul(a, a)
    return undefined
  },
  max: sameBoth,
  min: sameBoth,
  and: (node) => sameBoth(node) ?? (node.dtype === 'bool' ? neutral(1)(node) : undefined),
  or: (node) => sameBoth(node) ?? neutral(0)(node),
  xor: neutral(0),
  shiftLeft: neutralRight(0),
  shiftRight: neutralRight(0),
  neg: involution,
  not: involution,
  where: (node) => {
    const [condition, a, b] = node.inputs
    const known = literal(condition)
    if (a === b || known === 1) return a
    if (known === 0) return b
    // x ≤ c ? c : x is the larger one, NaN included, unless c is NaN or the lesser zero.
    const least = literal(a)
    const isAbove =
      node.dtype !== 'bool' &&
      condition.op === 'lessEqual' &&
      condition.inputs[0] === b &&
      literal(condition.inputs[1]) === least
    return isAbove && least !== undefined && !Object.is(least, -0) && !Number.isNaN(least) ? build.max(b, a) : undefined
  },
  // Gradients are made before programs are: here only the value is left.
  stopGradient: ({ inputs: [x] }) => x,
  reshape: (node) => {
    const [x] = node.inputs
    return isOp(x, 'reshape') ? build.reshape(x.inputs[0], node.shape) : build.reshape(x, node.shape)
  },
  permute: (node) => {
    const [x] = node.inputs
    if (!isOp(node, 'permute')) return undefined
    const { axes } = node.attributes
    if (isOp(x, 'permute'))
      return build.permute(
        x.inputs[0],
        axes.map((axis) => x.attributes.axes[axis]),
      )
    // Moving axes of size 1 does not move elements.
    const moving = axes.filter((axis) => x.shape[axis] !== 1)
    return moving.every((axis, i) => i === 0 || moving[i - 1] < axis)
      ? build.reshape(x, node.shape)
      : build.permute(x, axes)
  },
  expand: (node) => {
    const [x] = node.inputs
    return isOp(x, 'expand') ? build.expand(x.inputs[0], node.shape) : build.expand(x, node.shape)
  },
  cast: (node) => {
    const [x] = node.inputs
    if (x.dtype === node.dtype) return x
    return isOp(x, 'cast') && isExact(x.inputs[0].dtype, x.dtype) ? build.cast(x.inputs[0], node.dtype) : undefined
  },
  slice: (node) => {
    if (!isOp(node, 'slice')) return undefined
    const { starts, sizes, steps } = node.attributes
    const [x] = node.inputs
    if (isOp(x, 'slice')) {
      const inner = x.attributes
      return build.slice(
        x.inputs[0],
        starts.map((start, axis) => inner.starts[axis] + start * inner.steps[axis]),
        sizes,
        steps.map((step, axis) => step * inner.steps[axis]),
      )
    }
    return build.slice(x, starts, sizes, steps)
  },
  reduceSum: (node) => {
    const [x] = node.inputs
    if (!isOp(node, 'reduceSum')) return undefined
    const { axes } = node.attributes
    if (axes.some((axis) => x.shape[axis] === 0)) return literalLike(node, 0)
    if (axes.every((axis) => x.shape[axis] === 1)) return build.reshape(x, node.shape)
    if (!isOp(x, 'expand') || axes.some((axis) => x.inputs[0].shape[axis] !== 1)) return undefined
    // The sum over a stretched axis is a multiple, if the dtype can count so far.
    const count = sizeOf(axes.map((axis) => x.shape[axis]))
    if (!isInteger(node) && roundTo(node.dtype, count) !== count) return undefined
    const [source] = x.inputs
    const rest = dropAxes(source.shape, axes)
    return build.expand(build.mul(build.reshape(source, rest), build.fill(count, rest, node.dtype)), node.shape)
  },
}
