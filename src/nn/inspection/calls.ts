import { topologicalOrder } from '../../graph/graph.js'
import { isOp, Node, nextNodeId } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { flattenTensors, rebuildTensors } from '../../tensor/leaves.js'
import { currentScope, Scope, trace } from '../../tensor/scope.js'
import type { Module } from '../module.js'
import { listening } from './listening.js'
import { multiplyAdds } from './multiply-adds.js'

/** One call of a module. */
export interface Call {
  readonly module: Module
  /** Calls are numbered as they begin. */
  readonly number: number
  /** The call that this one lies in. */
  readonly around: number | undefined
  /** Nodes made from when it began until it ended have ids from the first to below the second. */
  readonly span: readonly [first: number, end: number]
  /** Whether it runs in a loop or another inner graph, whose nodes are not those of the graph around. */
  readonly isInner: boolean
  readonly outputs: readonly Node[]
  /** What the module does itself, not those in it. */
  readonly multiplyAdds: number
  /** The bytes of the outputs that are no views and have not come out of an inner module. */
  readonly outputBytes: number
}

export interface TracedCalls {
  /** Inner ones first. */
  readonly calls: readonly Call[]
  /** What has come out in the end. */
  readonly results: readonly Node[]
}

/**
 * The calls of modules while `body` runs, inner ones first, without anything being computed or assigned: only the graph is made. What
 * happens inside of a loop belongs to who makes the loop.
 *
 * @param operation what errors name
 * @param inputs what goes in, which is nobody's output
 * @param distinct whether layers that give what they are given are seen in the graph: as a view of it
 */
export function traceCalls(
  operation: string,
  inputs: readonly Node[],
  body: () => unknown,
  distinct = false,
): TracedCalls {
  const scope = new Scope(operation)
  const calls: Omit<Call, 'multiplyAdds' | 'outputBytes'>[] = []
  const running: number[] = []
  let begun = 0
  const enter = (module: Module): ((output: unknown) => unknown) => {
    const number = begun++
    const first = nextNodeId()
    const around = running.at(-1)
    const depth = running.push(number) - 1
    return (output) => {
      // Those inside that have thrown are over, too.
      running.length = depth
      const given = flattenTensors(output, `${operation}: an output`)
      const isInner = currentScope() !== scope
      const isViewed = distinct && !isInner && begun === number + 1
      const outputs = isViewed ? given.leaves.map((node) => (node.id < first ? viewOf(node) : node)) : given.leaves
      calls.push({ module, number, around, span: [first, nextNodeId()], isInner, outputs })
      return isViewed ? rebuildTensors(given, outputs) : output
    }
  }
  const result = trace(scope, () => listening({ enter }, body))
  const results = flattenTensors(result, `${operation}: the output`).leaves
  const counts = topologicalOrder(results).map((node): [Node, number] => [node, multiplyAdds(node)])
  // What a call does not take is left to those around it.
  let left = counts.filter(([, count]) => count > 0)
  const kept = new Set<Node>(inputs)
  const counted = calls.map((call) => {
    const [first, end] = call.span
    const isOwn = ([{ id }]: [Node, number]): boolean => id >= first && id < end
    const own = left.filter(isOwn)
    left = left.filter((entry) => !isOwn(entry))
    const made = call.isInner ? [] : [...new Set(call.outputs.map(withoutViews))].filter((node) => !kept.has(node))
    for (const node of made) kept.add(node)
    return {
      ...call,
      multiplyAdds: own.reduce((sum, [, count]) => sum + count, 0),
      outputBytes: made.reduce((sum, node) => sum + bytesOf(node), 0),
    }
  })
  return { calls: counted, results }
}

const viewOf = (node: Node): Node => new Node('reshape', [node], { shape: node.shape })

function withoutViews(node: Node): Node {
  let at = node
  while (isOp(at, 'reshape') || isOp(at, 'stopGradient')) at = at.inputs[0]
  return at
}
