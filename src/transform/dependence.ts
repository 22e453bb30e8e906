import { isFloat } from '../core/dtype.js'
import { topologicalOrder } from '../graph/graph.js'
import type { Node } from '../graph/node.js'

/** The nodes between `wrt` and `outputs` through which a gradient can flow. */
export interface Dependence {
  /** Everything that was looked at, each node after its inputs. */
  readonly order: readonly Node[]
  /** The nodes of `order` that depend on one of `wrt`, along floating point values only. */
  readonly dependent: ReadonlySet<Node>
}

/** Finds what lies on the paths from `wrt` to `outputs`. */
export function dependence(outputs: readonly Node[], wrt: readonly Node[]): Dependence {
  let oldest = Number.POSITIVE_INFINITY
  for (const node of wrt) oldest = Math.min(oldest, node.id)
  // Nodes older than all of `wrt` cannot depend on them: the past beyond, which may be long, is not walked.
  const isEnd = (node: Node): boolean =>
    node.id <= oldest || node.op === 'stopGradient' || !node.outputs.some(({ dtype }) => isFloat(dtype))
  const order = topologicalOrder(outputs, isEnd)
  const dependent = new Set<Node>()
  const wanted = new Set(wrt)
  for (const node of order) {
    if (wanted.has(node) || (!isEnd(node) && node.inputs.some((input) => dependent.has(input)))) dependent.add(node)
  }
  return { order, dependent }
}
