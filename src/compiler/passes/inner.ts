import { create, results } from '../../graph/build.js'
import { type Graph, orderOf } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { inline } from '../../transform/substitute.js'
import { rewrite } from '../rewrite.js'

/** Replaces calls by their bodies, except those that recompute: their boundary is what saves the memory. */
export const inlineCalls = (graph: Graph): Graph =>
  replaceSources(graph, (node) =>
    isOp(node, 'call') && !node.attributes.recompute
      ? inline(inlineCalls(node.attributes.body), node.inputs)
      : undefined,
  )

/** Applies the passes to the bodies, conditions and branches inside the graph. */
export const simplifyInner = (graph: Graph, simplify: (inner: Graph) => Graph): Graph =>
  replaceSources(graph, (node) => {
    if (isOp(node, 'scan') || isOp(node, 'call')) {
      return results(create(node.op, node.inputs, { ...node.attributes, body: simplify(node.attributes.body) }))
    }
    if (isOp(node, 'whileLoop')) {
      const { condition, body, carries } = node.attributes
      return results(
        create('whileLoop', node.inputs, { condition: simplify(condition), body: simplify(body), carries }),
      )
    }
    if (isOp(node, 'cond')) {
      const { whenTrue, whenFalse } = node.attributes
      return results(create('cond', node.inputs, { whenTrue: simplify(whenTrue), whenFalse: simplify(whenFalse) }))
    }
    return undefined
  })

/** Leaves out the outputs of scans, branches and calls that nothing reads. */
export function dropUnreadOutputs(graph: Graph): Graph {
  const read = new Map<Node, Set<number>>()
  for (const node of orderOf(graph)) {
    if (!isOp(node, 'result')) continue
    const [source] = node.inputs
    read.set(source, (read.get(source) ?? new Set()).add(node.attributes.index))
  }
  return replaceSources(graph, (node, original) => {
    // Carries are needed by the next step, whether the last ones are read or not.
    const needed = isOp(node, 'scan') ? node.attributes.carries : 0
    const kept = node.outputs
      .map((_, index) => index)
      .filter((index) => index < needed || read.get(original)?.has(index))
    if (kept.length === node.outputs.length) return undefined
    const smaller = withOutputs(node, kept)
    // What nobody reads keeps its place in the list, filled with something that does exist.
    return smaller && node.outputs.map((_, index) => smaller[Math.max(0, kept.indexOf(index))])
  })
}

/** A scan, call or cond with only some of its outputs. */
function withOutputs(node: Node, indices: readonly number[]): Node[] | undefined {
  const pick = ({ inputs, outputs }: Graph): Graph => ({ inputs, outputs: indices.map((index) => outputs[index]) })
  if (isOp(node, 'scan') || isOp(node, 'call')) {
    return results(create(node.op, node.inputs, { ...node.attributes, body: pick(node.attributes.body) }))
  }
  if (isOp(node, 'cond')) {
    const { whenTrue, whenFalse } = node.attributes
    return results(create('cond', node.inputs, { whenTrue: pick(whenTrue), whenFalse: pick(whenFalse) }))
  }
  return undefined
}

/** Replaces nodes with several outputs: `replace` returns the new outputs, read by the `result` nodes. */
export function replaceSources(
  graph: Graph,
  replace: (node: Node, original: Node) => readonly Node[] | undefined,
): Graph {
  const replaced = new Map<Node, readonly Node[] | undefined>()
  return rewrite(graph, (node, original) => {
    if (!isOp(node, 'result')) return node
    const [source] = node.inputs
    if (!replaced.has(source)) replaced.set(source, replace(source, original.inputs[0]))
    return replaced.get(source)?.[node.attributes.index] ?? node
  })
}
