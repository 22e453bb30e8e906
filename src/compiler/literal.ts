import { roundTo } from '../core/dtype.js'
import { fill } from '../graph/build.js'
import { isOp, type Node } from '../graph/node.js'

/** The one value of all elements, if it is known: of a constant, and of constants reshaped and stretched; as its dtype holds it. */
export function literal(node: Node): number | undefined {
  let source = node
  while (source.op === 'expand' || source.op === 'reshape') source = source.inputs[0]
  return isOp(source, 'constant') ? roundTo(source.dtype, source.attributes.value) : undefined
}

/** `node`'s type filled with one value. */
export const literalLike = (node: Node, value: number): Node => fill(value, node.shape, node.dtype)
