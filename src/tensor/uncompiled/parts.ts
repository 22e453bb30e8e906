import { type Graph, topologicalOrder } from '../../graph/graph.js'
import { hasResults, isOp, type Node } from '../../graph/node.js'

/** Nodes whose values are made again rather than stored: they cost next to nothing, or are a view. */
export const cheap: ReadonlySet<string> = new Set([
  'constant',
  'iota',
  'reshape',
  'permute',
  'expand',
  'cast',
  'stopGradient',
])

/** A value that later parts need. */
export interface Passed {
  readonly node: Node
  /** The last part that needs it. */
  readonly until: number
}

/**
 * Divides a region too long for one program: for each part but the last the nodes in it that later parts need. A short one has no
 * parts.
 *
 * @param region nodes in the order of evaluation, `roots` among them
 * @param length nodes in a part, those inside of calls counted
 */
export function divide(region: readonly Node[], roots: readonly Node[], length: number): Passed[][] {
  const partOf = new Map<Node, number>()
  let passed = 0
  for (const node of region) {
    // Where a node has several values, those stay with it: only they can be stored.
    const part = node.op === 'result' && node.storage === undefined ? partOf.get(node.inputs[0]) : undefined
    partOf.set(node, part ?? Math.floor(passed / length))
    passed += weightOf(node)
  }
  const last = Math.floor(Math.max(0, passed - 1) / length)
  if (last === 0) return []
  /** The last part that needs the value of each node. */
  const needed = new Map<Node, number>()
  for (const root of roots) needed.set(root, last)
  for (let i = region.length - 1; i >= 0; i--) {
    const node = region[i]
    if (node.storage !== undefined) continue
    const reader = cheap.has(node.op) ? (needed.get(node) ?? 0) : (partOf.get(node) ?? 0)
    for (const source of node.inputs) needed.set(source, Math.max(needed.get(source) ?? 0, reader))
  }
  const parts: Passed[][] = Array.from({ length: last }, () => [])
  for (const node of region) {
    const part = partOf.get(node) ?? 0
    const until = needed.get(node) ?? 0
    if (part < last && until > part && isStored(node)) parts[part].push({ node, until })
  }
  return parts
}

const isStored = (node: Node): boolean =>
  node.storage === undefined && !cheap.has(node.op) && node.op !== 'input' && !hasResults(node)

const sizes = new WeakMap<Graph, number>()

/** How many nodes a program has for this one. */
function weightOf(node: Node): number {
  if (!isOp(node, 'call') || node.storage !== undefined) return 1
  const { body } = node.attributes
  let size = sizes.get(body)
  if (size === undefined) {
    size = topologicalOrder(body.outputs).reduce((sum, inner) => sum + weightOf(inner), 0)
    sizes.set(body, size)
  }
  return size
}
