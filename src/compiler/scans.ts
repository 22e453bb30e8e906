import { create, result } from '../graph/build.js'
import { fingerprint } from '../graph/fingerprint.js'
import { type Graph, topologicalOrder } from '../graph/graph.js'
import { isOp, type Node } from '../graph/node.js'
import { rewrite } from './rewrite.js'

/** A scan that gives everything that another one gives, and where. */
interface Twin {
  readonly scan: Node<'scan'>
  readonly indices: readonly number[]
}

/**
 * Scans that take the same steps become one: the gradient of a scan runs it again to keep what it passes through, and
 * that run gives the results as well.
 */
export function shareScans(graph: Graph): Graph {
  const twins = findTwins(graph)
  if (twins.size === 0) return graph
  const rebuilt = new Map<Node, Node>()
  const rebuild = (scan: Node<'scan'>, inputs: readonly Node[]): Node => {
    const known = rebuilt.get(scan) ?? create('scan', inputs, scan.attributes)
    rebuilt.set(scan, known)
    return known
  }
  return rewrite(graph, (node, original) => {
    if (isOp(original, 'scan') && [...twins.values()].some(({ scan }) => scan === original)) {
      return rebuild(original, node.inputs)
    }
    if (!isOp(node, 'result') || !isOp(original, 'result')) return node
    const twin = twins.get(original.inputs[0])
    return twin === undefined
      ? node
      : result(rebuild(twin.scan, node.inputs[0].inputs), twin.indices[node.attributes.index])
  })
}

function findTwins(graph: Graph): Map<Node, Twin> {
  const groups = new Map<string, Node<'scan'>[]>()
  for (const node of topologicalOrder(graph.outputs)) {
    if (!isOp(node, 'scan')) continue
    const { carries, sequences, length, reverse } = node.attributes
    const key = `${node.inputs.map((input) => input.id)} ${carries} ${sequences} ${length} ${reverse}`
    groups.set(key, [...(groups.get(key) ?? []), node])
  }
  const twins = new Map<Node, Twin>()
  for (const scans of groups.values()) {
    if (scans.length < 2) continue
    const keys = new Map(scans.map((scan) => [scan, outputKeys(scan)]))
    const largest = scans.reduce((a, b) => (b.outputs.length > a.outputs.length ? b : a))
    const offered = keys.get(largest) ?? []
    const { carries } = largest.attributes
    for (const scan of scans) {
      if (scan === largest) continue
      // Carries stand for themselves; what is collected may be in another order.
      const indices = (keys.get(scan) ?? []).map((key, i) =>
        i < carries ? (offered[i] === key ? i : -1) : offered.indexOf(key, carries),
      )
      if (!indices.includes(-1)) twins.set(scan, { scan: largest, indices })
    }
  }
  return twins
}

const outputKeys = ({ attributes: { body } }: Node<'scan'>): string[] =>
  body.outputs.map((output) => fingerprint([output], () => false, body.inputs))
