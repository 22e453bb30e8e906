import { rebuilt } from '../graph/build.js'
import { type Graph, topologicalOrder } from '../graph/graph.js'
import type { Node } from '../graph/node.js'

/**
 * Rebuilds a graph from the inputs up. `visit` gets each node, already standing on rebuilt inputs, and returns what
 * replaces it, beside the node as it was. Inputs of the graph stay; nodes that nothing needs any more are left out.
 */
export function rewrite(graph: Graph, visit: (node: Node, original: Node) => Node): Graph {
  const replaced = new Map<Node, Node>(graph.inputs.map((node) => [node, node]))
  for (const node of topologicalOrder(graph.outputs)) {
    if (replaced.has(node)) continue
    const inputs = node.inputs.map((input) => replaced.get(input) ?? input)
    const same = inputs.every((input, i) => input === node.inputs[i])
    replaced.set(node, visit(same ? node : rebuilt(node, inputs), node))
  }
  return { inputs: graph.inputs, outputs: graph.outputs.map((node) => replaced.get(node) ?? node) }
}
