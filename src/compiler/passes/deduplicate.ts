import { attributesKey } from '../../graph/fingerprint.js'
import type { Graph } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import { rewrite } from '../rewrite.js'

/** Common subexpressions: nodes of the same operation, attributes and inputs become one. */
export function deduplicate(graph: Graph): Graph {
  const known = new Map<string, Node>()
  return rewrite(graph, (node) => {
    if (node.op === 'input') return node
    const key = `${node.op} ${node.inputs.map((input) => input.id)} ${attributesKey(node)}`
    const twin = known.get(key)
    if (twin !== undefined) return twin
    known.set(key, node)
    return node
  })
}
