import { roundTo } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { evaluateScalar, isElementwise } from '../../graph/scalar.js'
import { literal, literalLike } from '../literal.js'
import { rewrite } from '../rewrite.js'

/** Constant folding: elementwise operations, movements and sums of known uniform values. */
export const fold = (graph: Graph): Graph => rewrite(graph, foldNode)

function foldNode(node: Node): Node {
  if (node.inputs.length === 0 || node.outputs.length !== 1) return node
  const values: number[] = []
  for (const input of node.inputs) {
    const value = input.outputs.length === 1 ? literal(input) : undefined
    if (value === undefined) return node
    values.push(value)
  }
  const value = foldedValue(node, values)
  return value === undefined ? node : literalLike(node, value)
}

function foldedValue(node: Node, values: readonly number[]): number | undefined {
  if (isElementwise(node.op) && node.op !== 'bitcast') {
    return evaluateScalar(node.op, node.attributes, node.inputs[node.inputs.length - 1].dtype, node.dtype, values)
  }
  const [value] = values
  const same = values.every((other) => Object.is(other, value))
  // A reshaped or stretched constant is the canonical form already.
  if (['permute', 'slice', 'concat'].includes(node.op) && same) return value
  if (sizeOf(node.inputs[0].shape) === 0) return node.op === 'reduceSum' ? 0 : undefined
  if (node.op === 'reduceMax' || node.op === 'reduceMin') return value
  if (isOp(node, 'reduceSum') && Number.isInteger(value)) {
    return roundTo(node.dtype, value * (sizeOf(node.inputs[0].shape) / sizeOf(node.shape)))
  }
  return undefined
}
