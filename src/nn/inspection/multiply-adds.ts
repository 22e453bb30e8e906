import { sizeOf } from '../../core/shape.js'
import { innerGraphs, orderOf } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'

/**
 * How often a node multiplies and adds: once for each pair of factors in products of matrices and convolutions, whose windows count in
 * full at the edges; nothing for elementwise code. Bodies of scans count once for each step, loops of unknown length once, of two
 * branches the larger one.
 */
export function multiplyAdds(node: Node): number {
  if (isOp(node, 'dot')) return sizeOf(node.shape) * node.inputs[0].shape[node.inputs[0].rank - 1]
  if (isOp(node, 'conv')) return ofConvolution(node)
  const inner = innerGraphs(node).map((graph) => orderOf(graph).reduce((sum, one) => sum + multiplyAdds(one), 0))
  if (isOp(node, 'cond')) return Math.max(...inner)
  return inner.reduce((sum, count) => sum + count, 0) * (isOp(node, 'scan') ? node.attributes.length : 1)
}

function ofConvolution({ shape, inputs: [x, kernel], attributes }: Node<'conv'>): number {
  const window = sizeOf(kernel.shape.slice(0, -2))
  const [channels, outputs] = kernel.shape.slice(-2)
  const isStretched = attributes.inputDilation.some((distance) => distance > 1)
  // A transposed convolution lays the whole window over each of its inputs; the zeros between them cost nothing.
  return isStretched ? (sizeOf(x.shape) * window * outputs) / attributes.groups : sizeOf(shape) * window * channels
}
