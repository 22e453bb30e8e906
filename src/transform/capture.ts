import { input, rebuilt } from '../graph/build.js'
import { type Graph, topologicalOrder } from '../graph/graph.js'
import { isOp, type Node } from '../graph/node.js'
import { currentOrigins } from '../graph/origins.js'

/** A closed graph, and the outer nodes that its last inputs stand for. */
export interface Closure {
  readonly graph: Graph
  readonly captured: readonly Node[]
}

/**
 * Closure conversion: a graph that computes `outputs` from `inputs` and from what else they need.
 *
 * Its inputs are copies of `inputs`, then one per captured node. Captured are the nodes next to the inside of the graph that do not
 * depend on `inputs`; constants, iotas and their reshaped, expanded and cast forms are copied in rather than captured.
 * Nodes made from id `since` on belong inside too, even if they do not depend on `inputs`, so that a branch computes
 * nothing unless it runs.
 */
export function capture(
  inputs: readonly Node<'input'>[],
  outputs: readonly Node[],
  since = Number.POSITIVE_INFINITY,
): Closure {
  const inside = insideOf(inputs, outputs, since)
  const copies = new Map<Node, Node>()
  const copyInput = (node: Node): Node<'input'> => {
    const copy = input(node.dtype, node.shape, isOp(node, 'input') ? node.attributes.name : undefined)
    copies.set(node, copy)
    return copy
  }
  const graphInputs = inputs.map(copyInput)
  const captured: Node[] = []
  const origins = currentOrigins()
  const before = origins?.now
  const belongs = (node: Node): boolean => inside.has(node) || isFill(node)
  for (const node of topologicalOrder(outputs, (node) => !belongs(node))) {
    if (copies.has(node)) continue
    if (belongs(node)) {
      const sources = node.inputs.map((source) => copies.get(source)!)
      origins?.mark(origins.of(node.id))
      copies.set(node, rebuilt(node, sources))
    } else {
      captured.push(node)
      graphInputs.push(copyInput(node))
    }
  }
  origins?.mark(before)
  return { graph: { inputs: graphInputs, outputs: outputs.map((node) => copies.get(node)!) }, captured }
}

/** The nodes that depend on `inputs` or were made from `since` on and have no value yet. */
function insideOf(inputs: readonly Node[], outputs: readonly Node[], since: number): Set<Node> {
  let oldest = since
  for (const node of inputs) oldest = Math.min(oldest, node.id)
  const inside = new Set(inputs)
  for (const node of topologicalOrder(outputs, (node) => node.id < oldest)) {
    const isNew = node.id >= since && node.op !== 'input' && node.storage === undefined && !node.released
    // Several outputs never cross the border at once, so a result stays where its source is.
    if (node.inputs.some((source) => inside.has(source)) || (isNew && node.op !== 'result')) inside.add(node)
  }
  return inside
}

/** A constant or iota, perhaps reshaped, expanded or cast: cheaper to make again than to pass. */
function isFill(node: Node): boolean {
  let source = node
  while (isOp(source, 'reshape') || isOp(source, 'expand') || isOp(source, 'cast')) {
    if (source.released) return false
    source = source.inputs[0]
  }
  return isOp(source, 'constant') || isOp(source, 'iota')
}
