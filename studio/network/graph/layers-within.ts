import type { Graph } from './graph'

/** How many layers in which no others lie are in each node. */
export function layersWithin({ nodes }: Graph): readonly number[] {
  const counts = nodes.map(() => 0)
  const isParent = nodes.map(() => false)
  for (const { parent } of nodes) if (parent >= 0) isParent[parent] = true
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { parent } = nodes[i]!
    if (parent >= 0) counts[parent]! += isParent[i] ? counts[i]! : 1
  }
  return counts
}
