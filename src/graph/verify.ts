import { fail } from '../core/errors.js'
import { sameShape } from '../core/shape.js'
import { type Graph, innerGraphs, topologicalOrder } from './graph.js'
import { hasResults, isOp, type Node } from './node.js'
import { formatType } from './print.js'
import { inferTypes } from './types.js'

/**
 * Checks that a graph is well formed: types follow from the rules, inputs are listed, several outputs are read through
 * `result`, inner graphs are closed. A violation is a defect of a transform or pass, named with the node.
 */
export function verify(graph: Graph): void {
  const inputs = new Set<Node>()
  for (const node of graph.inputs) {
    if (node.op !== 'input') fail(`verify: ${describe(node)} is listed as an input`)
    if (inputs.has(node)) fail(`verify: ${describe(node)} is listed twice`)
    inputs.add(node)
  }
  for (const node of graph.outputs) {
    if (hasResults(node)) {
      fail(`verify: the graph returns ${describe(node)}, which has ${node.outputs.length} outputs`)
    }
  }
  for (const node of topologicalOrder(graph.outputs)) {
    if (node.op === 'input' && !inputs.has(node)) fail(`verify: input ${describe(node)} is not listed by the graph`)
    if (node.released) fail(`verify: ${describe(node)} has forgotten its inputs`)
    const types = inferTypes(node.op, node.inputs, node.attributes)
    const agrees =
      types.length === node.outputs.length &&
      types.every((type, i) => type.dtype === node.outputs[i].dtype && sameShape(type.shape, node.outputs[i].shape))
    if (!agrees) fail(`verify: ${describe(node)} should be ${types.map(formatType).join(', ')}`)
    for (const source of node.inputs) {
      if (hasResults(source) && !isOp(node, 'result')) {
        fail(`verify: ${describe(node)} reads ${describe(source)}, which has ${source.outputs.length} outputs`)
      }
    }
    innerGraphs(node).forEach(verify)
  }
}

const describe = (node: Node): string => `${node.op} #${node.id} (${node.outputs.map(formatType).join(', ')})`
