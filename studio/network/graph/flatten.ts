import type { Graph } from './graph'

/**
 * The same graph without modules that only one thing lies in, which hide it and tell nothing.
 */
export function withoutLonely({ title, nodes, edges }: Graph): Graph {
  const counts = nodes.map(() => 0)
  for (const { parent } of nodes) if (parent >= 0) counts[parent]!++
  const isLonely = (place: number): boolean => counts[place] === 1 && nodes[place]!.type === 'Module'
  const around = (place: number): number => {
    let at = nodes[place]!.parent
    while (at >= 0 && isLonely(at)) at = nodes[at]!.parent
    return at
  }
  const kept = nodes.flatMap((_, i) => (isLonely(i) ? [] : [i]))
  const places = new Map(kept.map((place, i) => [place, i]))
  return {
    title,
    nodes: kept.map((place) => {
      const node = nodes[place]!
      const outer = around(place)
      // What is left out stays in the name.
      const names = [node.name]
      for (let at = node.parent; at !== outer; at = nodes[at]!.parent) names.unshift(nodes[at]!.name)
      const { sharedWith } = node
      return {
        ...node,
        name: names.join('.'),
        parent: places.get(outer) ?? -1,
        ...(sharedWith !== undefined && { sharedWith: places.get(sharedWith)! }),
      }
    }),
    edges: edges.map(({ from, to, shape }) => ({ from: places.get(from)!, to: places.get(to)!, shape })),
  }
}
