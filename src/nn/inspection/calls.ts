import { topologicalOrder } from '../../graph/graph.js'
import { isOp, type Node, nextNodeId } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { flattenTensors } from '../../tensor/leaves.js'
import { currentScope, Scope, trace } from '../../tensor/scope.js'
import type { Module } from '../module.js'
import { listening } from './listening.js'
import { multiplyAdds } from './multiply-adds.js'

/** One call of a module. */
export interface Call {
  readonly module: Module
  readonly outputs: readonly Node[]
  /** What the module does itself, not those in it. */
  readonly multiplyAdds: number
  /** The bytes of the outputs that are no views and have not come out of an inner module. */
  readonly outputBytes: number
}

/**
 * The calls of modules while `body` runs, inner ones first, without anything being computed or assigned: only the graph is made. What
 * happens inside of a loop belongs to who makes the loop.
 *
 * @param inputs what goes in, which is nobody's output
 */
export function traceCalls(inputs: readonly Node[], body: () => unknown): Call[] {
  const scope = new Scope('summary')
  const calls: { module: Module; first: number; last: number; outputs: readonly Node[]; isInner: boolean }[] = []
  const enter = (module: Module): ((output: unknown) => unknown) => {
    const first = nextNodeId()
    return (output) => {
      const outputs = flattenTensors(output, 'summary: an output').leaves
      calls.push({ module, first, last: nextNodeId(), outputs, isInner: currentScope() !== scope })
      return output
    }
  }
  const result = trace(scope, () => listening({ enter }, body))
  const used = topologicalOrder(flattenTensors(result, 'summary: the output').leaves)
  const counts = used.map((node): [Node, number] => [node, multiplyAdds(node)])
  // What a call does not take is left to those around it.
  let left = counts.filter(([, count]) => count > 0)
  const kept = new Set<Node>(inputs)
  return calls.map(({ module, first, last, outputs, isInner }) => {
    const isOwn = ([{ id }]: [Node, number]): boolean => id >= first && id < last
    const own = left.filter(isOwn)
    left = left.filter((entry) => !isOwn(entry))
    const made = isInner ? [] : [...new Set(outputs.map(withoutViews))].filter((node) => !kept.has(node))
    for (const node of made) kept.add(node)
    return {
      module,
      outputs,
      multiplyAdds: own.reduce((sum, [, count]) => sum + count, 0),
      outputBytes: made.reduce((sum, node) => sum + bytesOf(node), 0),
    }
  })
}

function withoutViews(node: Node): Node {
  let at = node
  while (isOp(at, 'reshape') || isOp(at, 'stopGradient')) at = at.inputs[0]
  return at
}
