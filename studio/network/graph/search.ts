import type { Graph, GraphNode } from './graph'

/** The places of nodes that have all words in their names, types or sizes, best first; without words those on the paper. */
export function found({ nodes }: Graph, text: string): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const places = Array.from(nodes.keys())
  if (words.length === 0) return places.filter((place) => nodes[place]!.parent < 0)
  const scored = places.flatMap((place) => {
    const score = scoreOf(nodes[place]!, words)
    return score === 0 ? [] : [{ place, score }]
  })
  return scored.sort((a, b) => b.score - a.score || a.place - b.place).map(({ place }) => place)
}

function scoreOf({ id, name, type, detail }: GraphNode, words: readonly string[]): number {
  const fields = [id, name, type, detail].map((field) => field.toLowerCase())
  let score = 1
  for (const word of words) {
    if (!fields.some((field) => field.includes(word))) return 0
    if (fields.includes(word)) score += 2
    else if (fields.some((field) => field.startsWith(word))) score += 1
  }
  return score
}
