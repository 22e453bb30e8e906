import { dropAxes } from '../../core/shape.js'
import * as build from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { deduplicate } from '../deduplicate.js'
import { rewrite } from '../rewrite.js'

/**
 * Takes factors that are the same for a whole row out of sums over it: Σ c · x = c · Σ x. Gradients of normalizations are
 * full of sums that differ in such factors only; they become one, and what depends on them needs fewer passes over the data.
 *
 * The results are equal up to rounding, but where one side overflows. Sums of 16-bit floats, which overflow soon, and of
 * integers stay as they are.
 */
export const factorSums = (graph: Graph): Graph => deduplicate(rewrite(graph, factored))

function factored(node: Node): Node {
  if (node.dtype !== 'float32' && node.dtype !== 'float64') return node
  if (isOp(node, 'reduceSum')) return sumOf(node.inputs[0], node.attributes.axes) ?? node
  // x + x as a product, whose factor can be taken out.
  if (node.op === 'add' && node.inputs[0] === node.inputs[1])
    return build.mul(node.inputs[0], build.fill(2, node.shape, node.dtype))
  return node
}

/** The sum of `x` with its factors taken out; undefined if there are none. */
function sumOf(x: Node, axes: readonly number[]): Node | undefined {
  const sum = (operand: Node): Node => sumOf(operand, axes) ?? build.reduceSum(operand, axes)
  const [a, b] = x.inputs
  if (x.op === 'neg') return build.neg(sum(a))
  if (x.op !== 'mul' && x.op !== 'div') return undefined
  const right = perRow(b, axes)
  if (right !== undefined) return x.op === 'mul' ? build.mul(sum(a), right) : build.div(sum(a), right)
  const left = x.op === 'mul' ? perRow(a, axes) : undefined
  return left && build.mul(sum(b), left)
}

/** One element for each row of `x`, if it is stretched along the axes. */
function perRow(x: Node, axes: readonly number[]): Node | undefined {
  if (!isOp(x, 'expand')) return undefined
  const [source] = x.inputs
  if (axes.some((axis) => source.shape[axis] !== 1 || x.shape[axis] === 0)) return undefined
  return build.expand(build.reshape(source, dropAxes(source.shape, axes)), dropAxes(x.shape, axes))
}
