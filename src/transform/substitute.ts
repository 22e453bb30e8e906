import { fail } from '../core/errors.js'
import { create } from '../graph/build.js'
import { type Graph, topologicalOrder } from '../graph/graph.js'
import { type Node, nextNodeId } from '../graph/node.js'
import { noteMadeOf } from './derivatives.js'

/**
 * `roots` with some nodes replaced by others, all at once: what depends on a replaced node is made anew, the rest is shared.
 * Replacements themselves are taken as they are.
 */
export function substitute(roots: readonly Node[], replacements: ReadonlyMap<Node, Node>): Node[] {
  if (replacements.size === 0) return [...roots]
  let oldest = Number.POSITIVE_INFINITY
  for (const node of replacements.keys()) oldest = Math.min(oldest, node.id)
  const replaced = new Map(replacements)
  // A node older than all replaced ones cannot depend on them: its past, which may be long, is not walked.
  for (const node of topologicalOrder(roots, (node) => node.id < oldest || replacements.has(node))) {
    if (replaced.has(node) || !node.inputs.some((input) => replaced.has(input))) continue
    const inputs = node.inputs.map((input) => replaced.get(input) ?? input)
    const since = nextNodeId()
    replaced.set(node, create(node.op, inputs, node.attributes))
    noteMadeOf(node, since)
  }
  return roots.map((root) => replaced.get(root) ?? root)
}

/** The outputs of `graph` for these inputs, as nodes. */
export function inline(graph: Graph, inputs: readonly Node[]): Node[] {
  const copies = copiesOf(graph, inputs)
  return graph.outputs.map((output) => copies.get(output)!)
}

/**
 * What the nodes of `graph` are for these inputs. Everything is made anew, constants too: a node of an inner graph must
 * never be one that the runtime may evaluate and let go.
 */
export function copiesOf(graph: Graph, inputs: readonly Node[]): ReadonlyMap<Node, Node> {
  if (inputs.length !== graph.inputs.length) {
    fail(`inline: the graph takes ${graph.inputs.length} inputs, not ${inputs.length}`)
  }
  const copies = new Map<Node, Node>(graph.inputs.map((input, i) => [input, inputs[i]]))
  const copyOf = (node: Node): Node => copies.get(node) ?? fail(`inline: the graph does not list input #${node.id}`)
  for (const node of topologicalOrder(graph.outputs)) {
    if (copies.has(node)) continue
    if (node.op === 'input') copyOf(node)
    else copies.set(node, create(node.op, node.inputs.map(copyOf), node.attributes))
  }
  return copies
}
