import { childrenOf, type Graph, shapeText } from './graph'

/** An end of an edge inside of an opened node: where what comes from outside enters, and what goes out leaves. */
export const ENTRY = -1
export const EXIT = -2

export interface LevelEdge {
  /** Places of nodes of the level, or {@link ENTRY}. */
  readonly from: number
  /** Places of nodes of the level, or {@link EXIT}. */
  readonly to: number
  /** The shape of what goes there; of several how many. */
  readonly label: string
}

/** What is drawn in one frame: on the paper, or inside of an opened node. */
export interface Level {
  /** The opened node; −1 for the paper. */
  readonly of: number
  readonly children: readonly number[]
  readonly edges: readonly LevelEdge[]
}

export interface Visibility {
  /** Nodes that are opened, by their ids. */
  readonly opened: ReadonlySet<string>
  /** Whether later calls of layers that share their weights are left out, with their edges. */
  readonly hidesShared?: boolean
}

/** The levels that are seen, the paper first; a level that lies in a closed node is none. */
export function visibleLevels(graph: Graph, { opened, hidesShared = false }: Visibility): Level[] {
  const { nodes } = graph
  const children = childrenOf(graph)
  const isHidden = (place: number): boolean => hidesShared && nodes[place]!.sharedWith !== undefined
  const isOpen = (place: number): boolean => opened.has(nodes[place]!.id) && children.has(place)
  const levels = new Map<
    number,
    { children: readonly number[]; edges: Map<string, { ends: [number, number]; shapes: string[] }> }
  >()
  const reveal = (of: number): void => {
    const inside = (children.get(of) ?? []).filter((place) => !isHidden(place))
    levels.set(of, { children: inside, edges: new Map() })
    for (const place of inside) if (isOpen(place)) reveal(place)
  }
  reveal(-1)
  const connect = (level: number, from: number, to: number, shape: string): void => {
    const { edges } = levels.get(level)!
    const key = `${from} ${to}`
    const known = edges.get(key)
    if (known === undefined) edges.set(key, { ends: [from, to], shapes: [shape] })
    else known.shapes.push(shape)
  }
  /** From the paper inwards: the level's nodes that a place lies in, or is, as far as levels are seen. */
  const wayOf = (place: number): number[] | undefined => {
    const way: number[] = []
    for (let at = place; at >= 0; at = nodes[at]!.parent) {
      if (isHidden(at)) return undefined
      way.unshift(at)
    }
    const end = way.findIndex((at) => !levels.has(at))
    return end < 0 ? way : way.slice(0, end + 1)
  }
  for (const { from, to, shape } of graph.edges) {
    const [source, target] = [wayOf(from), wayOf(to)]
    if (source === undefined || target === undefined) continue
    let common = 0
    while (common < source.length && common < target.length && source[common] === target[common]) common++
    if (common === source.length || common === target.length) continue
    const text = shape.length === 0 ? '' : shapeText(shape)
    connect(common === 0 ? -1 : source[common - 1]!, source[common]!, target[common]!, text)
    for (let i = common + 1; i < source.length; i++) connect(source[i - 1]!, source[i]!, EXIT, text)
    for (let i = common + 1; i < target.length; i++) connect(target[i - 1]!, ENTRY, target[i]!, text)
  }
  return [...levels].map(([of, level]) => ({
    of,
    children: level.children,
    edges: [...level.edges.values()].map(({ ends: [from, to], shapes }) => ({ from, to, label: labelOf(shapes) })),
  }))
}

function labelOf(shapes: readonly string[]): string {
  const [first = '', ...others] = new Set(shapes)
  if (others.length > 0) return `${shapes.length} tensors`
  return first
}
