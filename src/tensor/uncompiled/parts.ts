import { hasResults, type Node } from '../../graph/node.js'

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

/**
 * Divides a region too long for one program: for each part but the last the nodes in it that later parts need.
 *
 * @param region nodes in the order of evaluation, `roots` among them
 * @param length nodes in a part
 */
export function divide(region: readonly Node[], roots: readonly Node[], length: number): Node[][] {
  const parts = Math.ceil(region.length / length)
  if (parts < 2) return []
  const partOf = new Map<Node, number>()
  region.forEach((node, i) => {
    // Where a node has several values, those stay with it: only they can be stored.
    const part = node.op === 'result' ? partOf.get(node.inputs[0]) : undefined
    partOf.set(node, part ?? Math.floor(i / length))
  })
  /** The last part that needs the value of each node. */
  const needed = new Map<Node, number>()
  for (const root of roots) needed.set(root, parts - 1)
  for (let i = region.length - 1; i >= 0; i--) {
    const node = region[i]
    if (node.storage !== undefined) continue
    const reader = cheap.has(node.op) ? (needed.get(node) ?? 0) : (partOf.get(node) ?? 0)
    for (const source of node.inputs) needed.set(source, Math.max(needed.get(source) ?? 0, reader))
  }
  const outputs: Node[][] = Array.from({ length: parts - 1 }, () => [])
  for (const node of region) {
    const part = partOf.get(node) ?? 0
    const isStored = node.storage === undefined && !cheap.has(node.op) && node.op !== 'input' && !hasResults(node)
    if (isStored && part < parts - 1 && (needed.get(node) ?? 0) > part) outputs[part].push(node)
  }
  return outputs
}
