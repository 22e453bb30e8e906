import { create, results } from '../../graph/build.js'
import { fingerprint } from '../../graph/fingerprint.js'
import { type Graph, orderOf } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { copiesOf } from '../../transform/substitute.js'
import { deduplicate } from '../passes/deduplicate.js'
import { replaceSources } from '../passes/inner.js'

/** A body that gives all that some scans of the same steps give, and where the outputs of each of them are among its own. */
interface Shared {
  readonly body: Graph
  readonly places: ReadonlyMap<Node, readonly number[]>
}

/**
 * Scans that take the same steps become one that collects what any of them does: the gradient of a scan runs it again to keep
 * what it passes through, and that run gives the results as well.
 */
export function shareScans(graph: Graph): Graph {
  const shared = findShared(graph)
  if (shared.size === 0) return graph
  const rebuilt = new Map<Shared, readonly Node[]>()
  return replaceSources(graph, (node, original) => {
    const found = shared.get(original)
    if (found === undefined || !isOp(node, 'scan')) return undefined
    const outputs = rebuilt.get(found) ?? results(create('scan', node.inputs, { ...node.attributes, body: found.body }))
    rebuilt.set(found, outputs)
    return found.places.get(original)?.map((place) => outputs[place])
  })
}

/** By scan what it shares with others. */
function findShared(graph: Graph): Map<Node, Shared> {
  const groups = new Map<string, Node<'scan'>[]>()
  for (const node of orderOf(graph)) {
    if (!isOp(node, 'scan')) continue
    const { carries, sequences, length, reverse, body } = node.attributes
    const step = fingerprint(body.outputs.slice(0, carries), () => false, body.inputs)
    const key = `${node.inputs.map((input) => input.id)} ${carries} ${sequences} ${length} ${reverse} ${step}`
    groups.set(key, [...(groups.get(key) ?? []), node])
  }
  const found = new Map<Node, Shared>()
  for (const scans of groups.values()) {
    if (scans.length < 2) continue
    const shared = share(scans)
    for (const scan of scans) found.set(scan, shared)
  }
  return found
}

/** The carries stand for themselves; what is collected is told apart by how it is computed. */
function share(scans: readonly Node<'scan'>[]): Shared {
  const { carries, body } = scans[0].attributes
  const outputs = [...body.outputs]
  const known = outputs.map((output) => keyOf(output, body))
  const places = new Map<Node, readonly number[]>()
  for (const scan of scans) {
    const own = scan.attributes.body
    const copies = copiesOf(own, body.inputs)
    places.set(
      scan,
      own.outputs.map((output, i) => {
        if (i < carries) return i
        const key = keyOf(output, own)
        const place = known.indexOf(key, carries)
        if (place >= 0) return place
        known.push(key)
        return outputs.push(copies.get(output)!) - 1
      }),
    )
  }
  return { body: deduplicate({ inputs: body.inputs, outputs }), places }
}

const keyOf = (output: Node, { inputs }: Graph): string => fingerprint([output], () => false, inputs)
