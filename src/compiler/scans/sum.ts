import { range } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import { isOp, type Node } from '../../graph/node.js'
import { isMovement } from './loop.js'

type IsFixed = (node: Node) => boolean

/** The operands through which a value is linear, or `undefined` if it is not, or begins a sum itself. */
function linearOperands(node: Node, isFixed: IsFixed): readonly Node[] | undefined {
  if (isOp(node, 'pad')) return node.attributes.value === 0 ? node.inputs : undefined
  if (isMovement(node) || node.op === 'neg' || node.op === 'add' || node.op === 'sub') return node.inputs
  const [a, b] = node.inputs
  if ((node.op === 'mul' || node.op === 'div') && isFixed(b)) return [a]
  return node.op === 'mul' && isFixed(a) ? [b] : undefined
}

/** The nodes from `node` down to the sums and products that it is a linear function of, these last; `undefined` if it is none. */
export function linearPart(node: Node, isFixed: IsFixed): readonly Node[] | undefined {
  if (node.op === 'dot' || node.op === 'reduceSum') return [node]
  const operands = linearOperands(node, isFixed)
  if (operands === undefined || isFixed(node)) return undefined
  const parts = operands.map((operand) => linearPart(operand, isFixed))
  return parts.includes(undefined) ? undefined : [node, ...parts.flatMap((part) => part ?? [])]
}

/** The sum over all steps of a value with a linear part, without a stack of it. */
export function sumOverSteps(node: Node, isFixed: IsFixed, stackOf: (node: Node) => Node): Node {
  const sum = (of: Node): Node => sumOverSteps(of, isFixed, stackOf)
  const total = (of: Node): Node => build.reduceSum(stackOf(of), [0])
  if (isOp(node, 'reduceSum')) {
    return build.reduceSum(stackOf(node.inputs[0]), [0, ...node.attributes.axes.map((axis) => axis + 1)])
  }
  if (isOp(node, 'dot')) {
    const [a, b] = node.inputs
    if (isFixed(b)) return build.dot(total(a), b)
    if (isFixed(a)) return build.dot(a, total(b))
    return productOverSteps(stackOf(a), stackOf(b))
  }
  const linear = linearOperands(node, isFixed) ?? []
  return build.create(
    node.op,
    node.inputs.map((operand) => (linear.includes(operand) ? sum(operand) : operand)),
    node.attributes,
  )
}

/** [t, …batch, m, k] × [t, …batch, k, n] → […batch, m, n]: the steps lengthen the inner axis. */
function productOverSteps(a: Node, b: Node): Node {
  const rank = a.rank
  return build.dot(lengthen(a, rank - 1), lengthen(b, rank - 2))
}

/** [t, …] → […, t · k, …] for the axis of size k. */
function lengthen(x: Node, axis: number): Node {
  const others = range(x.rank).filter((i) => i !== 0 && i !== axis)
  // Put together in front, where most stacks have them beside each other, the steps and the axis can be joined without moving.
  const [steps, size] = [x.shape[0], x.shape[axis]]
  const joined = build.reshape(build.permute(x, [0, axis, ...others]), [steps * size, ...others.map((i) => x.shape[i])])
  const order = range(joined.rank - 1).map((i) => i + 1)
  order.splice(axis - 1, 0, 0)
  return build.permute(joined, order)
}
