import dagre from '@dagrejs/dagre'
import { layeredLayout } from './layered'
import { ENTRY, EXIT, type Level } from './visible'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Box extends Size {
  /** Of the left upper corner. */
  readonly x: number
  readonly y: number
}

/** Where nodes lie inside of a level, and the ways of its edges, each from above downwards. */
export interface LevelLayout extends Size {
  /** In the order of the level's nodes. */
  readonly boxes: readonly Box[]
  /** For each edge x and y in turn. */
  readonly ways: readonly (readonly number[])[]
}

/** A graph laid out, everything in places on the paper. */
export interface Layout extends Size {
  /** The nodes that are seen, by their places in the graph, those outside first. */
  readonly nodes: Int32Array
  /** x, y, width and height of each. */
  readonly boxes: Float32Array
  /** Of each whether it is opened, as 1. */
  readonly opened: Uint8Array
  readonly edges: readonly LaidEdge[]
}

export interface LaidEdge {
  /** x and y in turn. */
  readonly way: readonly number[]
  readonly label: string
  /** The nodes at its ends; the opened node where it enters or leaves one. */
  readonly from: number
  readonly to: number
  /** Whether there is an arrow at its end: not where it goes on outside. */
  readonly ends: boolean
}

export const NODE: Size = { width: 196, height: 46 }
export const PADDING = 18
export const HEADER = 34
const GAP = { nodes: 22, ranks: 38 }
/** Larger levels take dagre too long. */
const DAGRE_NODES = 400
const DAGRE_EDGES = 800

/** Lays out all levels, inner ones first, and puts them into each other. */
export function layOut(levels: readonly Level[]): Layout {
  const byNode = new Map(levels.map((level) => [level.of, level]))
  const laid = new Map<number, LevelLayout>()
  const alike = new Map<string, LevelLayout>()
  const sizeOf = (place: number): Size => {
    const inner = byNode.get(place)
    if (inner === undefined) return NODE
    const { width, height } = layoutOf(inner)
    return { width: Math.max(NODE.width, width + 2 * PADDING), height: height + HEADER + PADDING }
  }
  const layoutOf = (level: Level): LevelLayout => {
    const known = laid.get(level.of)
    if (known !== undefined) return known
    const sizes = level.children.map(sizeOf)
    const likeness = likenessOf(level, sizes)
    const made = alike.get(likeness) ?? layOutLevel(level, sizes)
    alike.set(likeness, made)
    laid.set(level.of, made)
    return made
  }
  const paper = byNode.get(-1)!
  const { width, height } = layoutOf(paper)
  const count = levels.reduce((sum, { children }) => sum + children.length, 0)
  const layout = {
    ...{ width, height, edges: [] as LaidEdge[] },
    nodes: new Int32Array(count),
    boxes: new Float32Array(4 * count),
    opened: new Uint8Array(count),
  }
  let next = 0
  const put = (level: Level, left: number, top: number): void => {
    const { boxes, ways } = layoutOf(level)
    level.edges.forEach(({ from, to, label }, i) => {
      const way = ways[i]!.map((value, k) => value + (k % 2 === 0 ? left : top))
      const [start, end] = [from === ENTRY ? level.of : from, to === EXIT ? level.of : to]
      layout.edges.push({ way, label, from: start, to: end, ends: to !== EXIT })
    })
    level.children.forEach((place, i) => {
      const { x, y, width: wide, height: high } = boxes[i]!
      const inner = byNode.get(place)
      layout.nodes[next] = place
      layout.boxes.set([left + x, top + y, wide, high], 4 * next)
      layout.opened[next] = Number(inner !== undefined)
      next++
      if (inner === undefined) return
      const spare = (wide - layoutOf(inner).width) / 2
      put(inner, left + x + spare, top + y + HEADER)
    })
  }
  put(paper, 0, 0)
  return layout
}

/** What a layout follows from: networks have the same block many times. */
function likenessOf({ children, edges }: Level, sizes: readonly Size[]): string {
  const places = new Map(children.map((place, i) => [place, i]))
  const ends = edges.map(({ from, to }) => `${places.get(from) ?? 'in'} ${places.get(to) ?? 'out'}`)
  return `${sizes.map(({ width, height }) => `${width} ${height}`).join()}|${ends.join()}`
}

function layOutLevel(level: Level, sizes: readonly Size[]): LevelLayout {
  const { children, edges } = level
  if (edges.length === 0) return inRows(sizes)
  const chain = chainOf(level)
  if (chain !== undefined) return inChain(level, chain, sizes)
  if (children.length > DAGRE_NODES || edges.length > DAGRE_EDGES) return layeredLayout(level, sizes, GAP)
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: GAP.nodes, ranksep: GAP.ranks, edgesep: 14 })
  graph.setDefaultEdgeLabel(() => ({}))
  children.forEach((place, i) => {
    graph.setNode(String(place), { ...sizes[i]! })
  })
  for (const [end, is] of [
    [ENTRY, edges.some(({ from }) => from === ENTRY)],
    [EXIT, edges.some(({ to }) => to === EXIT)],
  ] as const) {
    if (is) graph.setNode(String(end), { width: 1, height: 1 })
  }
  for (const { from, to } of edges) graph.setEdge(String(from), String(to))
  dagre.layout(graph)
  const boxes = children.map((place, i): Box => {
    const { x, y } = graph.node(String(place))
    const { width, height } = sizes[i]!
    return { x: x - width / 2, y: y - height / 2, width, height }
  })
  const { width = 0, height = 0 } = graph.graph()
  const ways = edges.map(({ from, to }) => {
    const { points } = graph.edge(String(from), String(to))
    // Straight down out of a node and into the next one, wherever the middle line would meet its border.
    const [start, end] = [graph.node(String(from)), graph.node(String(to))]
    const inner = points.slice(1, -1).flatMap(({ x, y }: { x: number; y: number }) => [x, y])
    const first = from === ENTRY ? [width / 2, 0] : [start.x, start.y + start.height / 2]
    const last = to === EXIT ? [width / 2, height + PADDING] : [end.x, end.y - end.height / 2]
    return [...first, ...inner, ...last]
  })
  return { width, height, boxes, ways }
}

/** The nodes of a level from above downwards, by their places in it, where each has one before and one behind it; most levels are so. */
function chainOf({ children, edges }: Level): number[] | undefined {
  const next = new Map(edges.map(({ from, to }) => [from, to]))
  const before = new Set(edges.map(({ to }) => to))
  if (next.size < edges.length || before.size < edges.length) return undefined
  const places = new Map(children.map((place, i) => [place, i]))
  const starts = children.filter((place) => !before.has(place))
  const first = next.get(ENTRY) ?? starts[0]
  const order: number[] = []
  for (
    let at: number | undefined = first;
    at !== undefined && at !== EXIT && order.length < children.length;
    at = next.get(at)
  ) {
    order.push(places.get(at)!)
  }
  return order.length === children.length ? order : undefined
}

function inChain({ children, edges }: Level, chain: readonly number[], sizes: readonly Size[]): LevelLayout {
  const width = Math.max(...sizes.map((size) => size.width))
  let y = edges.some(({ from }) => from === ENTRY) ? GAP.ranks : 0
  const boxes: Box[] = []
  for (const i of chain) {
    const size = sizes[i]!
    boxes[i] = { x: (width - size.width) / 2, y, ...size }
    y += size.height + GAP.ranks
  }
  const isLeft = edges.some(({ to }) => to === EXIT)
  const height = isLeft ? y : y - GAP.ranks
  const places = new Map(children.map((place, i) => [place, i]))
  const ways = edges.map(({ from, to }) => {
    const [start, end] = [boxes[places.get(from) ?? -1], boxes[places.get(to) ?? -1]]
    return [width / 2, start === undefined ? 0 : start.y + start.height, width / 2, end?.y ?? height + PADDING]
  })
  return { width, height, boxes, ways }
}

/** Nodes that nothing connects, row by row, about as wide as high. */
export function inRows(sizes: readonly Size[]): LevelLayout {
  const area = sizes.reduce((sum, { width, height }) => sum + (width + GAP.nodes) * (height + GAP.nodes), 0)
  const widest = Math.max(...sizes.map(({ width }) => width), Math.sqrt(1.6 * area))
  let [x, y, high, right] = [0, 0, 0, 0]
  const boxes = sizes.map(({ width, height }): Box => {
    if (x > 0 && x + width > widest) {
      y += high + GAP.nodes
      x = 0
      high = 0
    }
    const box = { x, y, width, height }
    x += width + GAP.nodes
    right = Math.max(right, x - GAP.nodes)
    high = Math.max(high, height)
    return box
  })
  return { width: right, height: y + high, boxes, ways: [] }
}
