import { fail } from '../core/errors.js'
import { isOp, type Node } from './node.js'

/** A function of values: outputs computed from inputs, and from nothing else that is an `input`. */
export interface Graph {
  readonly inputs: readonly Node<'input'>[]
  readonly outputs: readonly Node[]
}

let walks = 0

/**
 * The nodes that `roots` need, each after its inputs. Nodes for which `isLeaf` holds are listed, but not what they are made of;
 * `isLeaf` must not walk itself. Each node's `place` is its place in the list, until the next walk.
 */
export function topologicalOrder(roots: Iterable<Node>, isLeaf?: (node: Node) => boolean): Node[] {
  const order: Node[] = []
  const walk = ++walks
  // Explicit stacks: graphs may be deeper than the call stack. For each node on the way how many inputs are still to be visited.
  const path: Node[] = []
  const left: number[] = []
  const enter = (node: Node): void => {
    if (node.walk === walk) return
    node.walk = walk
    path.push(node)
    left.push(isLeaf?.(node) ? 0 : node.inputs.length)
  }
  for (const root of roots) {
    enter(root)
    while (path.length > 0) {
      const top = path.length - 1
      const node = path[top]
      if (left[top] > 0) {
        const { inputs } = node
        enter(inputs[inputs.length - left[top]--])
      } else {
        node.place = order.length
        order.push(node)
        path.pop()
        left.pop()
      }
    }
  }
  return order
}

const orders = new WeakMap<Graph, readonly Node[]>()

/** The nodes of a graph in topological order, found once. */
export function orderOf(graph: Graph): readonly Node[] {
  let order = orders.get(graph)
  if (order === undefined) {
    order = topologicalOrder(graph.outputs)
    orders.set(graph, order)
  }
  return order
}

/** The graphs inside a node: bodies, conditions and branches. */
export function innerGraphs(node: Node): Graph[] {
  if (isOp(node, 'scan') || isOp(node, 'call')) return [node.attributes.body]
  if (isOp(node, 'whileLoop')) return [node.attributes.condition, node.attributes.body]
  if (isOp(node, 'cond')) return [node.attributes.whenTrue, node.attributes.whenFalse]
  return []
}

/** A graph from its ends; an `input` that it needs but does not list is an error. */
export function makeGraph(inputs: readonly Node<'input'>[], outputs: readonly Node[]): Graph {
  const known = new Set<Node>(inputs)
  for (const node of topologicalOrder(outputs)) {
    if (node.op === 'input' && !known.has(node)) {
      fail(`graph: it uses the input ${formatInput(node)} without listing it`, 'Add it to the inputs of the graph.')
    }
  }
  return { inputs, outputs }
}

function formatInput(node: Node): string {
  const name = isOp(node, 'input') ? node.attributes.name : undefined
  return `${name ?? `#${node.id}`}: ${node.dtype}[${node.shape.join(', ')}]`
}
