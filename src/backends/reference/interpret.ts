import { fail } from '../../core/errors.js'
import { sameShape } from '../../core/shape.js'
import { type Graph, topologicalOrder } from '../../graph/graph.js'
import { isOp, type Node } from '../../graph/node.js'
import { formatType } from '../../graph/print.js'
import type { Elements } from './elements.js'
import { allocateElements, evaluate } from './evaluate.js'

export type { Elements } from './elements.js'

/**
 * The outputs of a graph, node by node as it is written: no simplification, no planning, no reuse of memory.
 * This is what every other way of running a graph is compared with. Inputs are not changed; outputs may be among them.
 *
 * Throws if the inputs do not have the number, dtypes and shapes that the graph lists.
 */
export function interpret(graph: Graph, inputs: readonly Elements[]): Elements[] {
  const values = new Map<Node, readonly Elements[]>()
  if (inputs.length !== graph.inputs.length) {
    fail(`interpret: ${inputs.length} values for a graph of ${graph.inputs.length} inputs`, 'Give one value per input.')
  }
  graph.inputs.forEach((node, i) => {
    const given = inputs[i]
    if (given.dtype !== node.dtype || !sameShape(given.shape, node.shape)) {
      fail(`interpret: input ${i} is ${formatType(given)} where ${formatType(node)} is expected`)
    }
    values.set(node, [given])
  })
  const valuesOf = (node: Node): readonly Elements[] => values.get(node) ?? fail(`interpret: ${node.op} has no value`)
  for (const node of topologicalOrder(graph.outputs)) {
    if (values.has(node)) continue
    const operands = isOp(node, 'result') ? valuesOf(node.inputs[0]) : node.inputs.map((source) => valuesOf(source)[0])
    const outputs = node.outputs.map(allocateElements)
    evaluate(node.op, operands, outputs, node.attributes, interpret)
    values.set(node, outputs)
  }
  return graph.outputs.map((node) => valuesOf(node)[0])
}
