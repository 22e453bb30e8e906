import { rebuilt } from '../graph/build.js'
import { type Graph, orderOf } from '../graph/graph.js'
import type { Node } from '../graph/node.js'

/**
 * Rebuilds a graph from the inputs up. `visit` gets each node, already standing on rebuilt inputs, and returns what
 * replaces it, beside the node as it was. Inputs of the graph stay; nodes that nothing needs any more are left out.
 */
export function rewrite(graph: Graph, visit: (node: Node, original: Node) => Node): Graph {
  const replaced = new Map<Node, Node>()
  const isReplaced = (node: Node): boolean => replaced.has(node)
  for (const node of orderOf(graph)) {
    if (node.op === 'input') continue
    const { inputs } = node
    const current =
      replaced.size > 0 && inputs.some(isReplaced)
        ? rebuilt(
            node,
            inputs.map((input) => replaced.get(input) ?? input),
          )
        : node
    const visited = visit(current, node)
    if (visited !== node) replaced.set(node, visited)
  }
  if (replaced.size === 0) return graph
  return { inputs: graph.inputs, outputs: graph.outputs.map((node) => replaced.get(node) ?? node) }
}
