import type { Graph, GraphNode } from './graph'

/** A layer of each model that are taken for the same; undefined where a model has none. */
export type Row = readonly (number | undefined)[]

/** What two layers must be alike in at least to be the same: their type, or a path that is more than a number. */
const LEAST = 2
/** Larger tables are filled in between layers that are certainly the same only. */
const MOST_CELLS = 4_000_000

/** The nodes in which no others lie, in the order of computation. */
export function leavesOf({ nodes }: Graph): number[] {
  const parents = new Set(nodes.map(({ parent }) => parent))
  return Array.from(nodes.keys()).filter((place) => !parents.has(place))
}

/** How alike two layers are: 0 for nothing in common. */
function likeness(a: GraphNode, b: GraphNode): number {
  const isEnd = a.kind === 'input' || a.kind === 'output' || b.kind === 'input' || b.kind === 'output'
  if (isEnd && a.kind !== b.kind) return 0
  const isSameType = a.type.toLowerCase() === b.type.toLowerCase()
  const isSamePath = a.id === b.id
  // A place in a list is no name: two networks may have anything at `layers.3`.
  if (!isSameType && (!isSamePath || /(^|\.)\d+$/.test(a.id))) return 0
  let score = isSameType ? 3 : 2
  if (isSamePath) score++
  if (a.detail === b.detail) score++
  if (sameShapes(a.outputs, b.outputs)) score++
  if (
    sameShapes(
      a.weights.map(({ shape }) => shape),
      b.weights.map(({ shape }) => shape),
    )
  )
    score++
  return score
}

export const sameShapes = (
  a: readonly (readonly (number | string)[])[],
  b: readonly (readonly (number | string)[])[],
): boolean => a.length === b.length && a.every((shape, i) => shape.join() === b[i]!.join())

/**
 * Pairs of layers of two models in the order of both, so that they are as alike as they can be all together (Needleman and Wunsch, 1970):
 * by path, type, sizes and shapes.
 */
export function align(first: Graph, second: Graph): (readonly [number, number])[] {
  const [a, b] = [leavesOf(first), leavesOf(second)]
  const pairs: (readonly [number, number])[] = []
  const between = (fromA: number, toA: number, fromB: number, toB: number): void => {
    const [left, right] = [a.slice(fromA, toA), b.slice(fromB, toB)]
    if (left.length * right.length > MOST_CELLS) return
    for (const [i, k] of best(left, right, (x, y) => likeness(first.nodes[x]!, second.nodes[y]!))) {
      pairs.push([left[i]!, right[k]!])
    }
  }
  const anchors = a.length * b.length > MOST_CELLS ? certain(first, second, a, b) : []
  let [atA, atB] = [0, 0]
  for (const [i, k] of anchors) {
    between(atA, i, atB, k)
    pairs.push([a[i]!, b[k]!])
    atA = i + 1
    atB = k + 1
  }
  between(atA, a.length, atB, b.length)
  return pairs
}

/** Layers of the same path and type, as long as their order is the same: every one behind the one before. */
function certain(
  first: Graph,
  second: Graph,
  a: readonly number[],
  b: readonly number[],
): (readonly [number, number])[] {
  const places = new Map(b.map((place, k) => [`${second.nodes[place]!.id} ${second.nodes[place]!.type}`, k]))
  const found: (readonly [number, number])[] = []
  let last = -1
  a.forEach((place, i) => {
    const { id, type } = first.nodes[place]!
    const k = places.get(`${id} ${type}`)
    if (k === undefined || k <= last) return
    found.push([i, k])
    last = k
  })
  return found
}

function best(
  left: readonly number[],
  right: readonly number[],
  score: (a: number, b: number) => number,
): (readonly [number, number])[] {
  const width = right.length + 1
  const table = new Float64Array((left.length + 1) * width)
  for (let i = left.length - 1; i >= 0; i--) {
    for (let k = right.length - 1; k >= 0; k--) {
      const alike = score(left[i]!, right[k]!)
      const paired = alike >= LEAST ? alike + table[(i + 1) * width + k + 1]! : 0
      table[i * width + k] = Math.max(paired, table[(i + 1) * width + k]!, table[i * width + k + 1]!)
    }
  }
  const pairs: (readonly [number, number])[] = []
  let [i, k] = [0, 0]
  while (i < left.length && k < right.length) {
    const here = table[i * width + k]!
    const alike = score(left[i]!, right[k]!)
    if (alike >= LEAST && here === alike + table[(i + 1) * width + k + 1]!) pairs.push([i++, k++])
    else if (here === table[(i + 1) * width + k]!) i++
    else k++
  }
  return pairs
}

/** The layers of several models side by side: each is aligned with the first, and what only others have stands where it comes there. */
export function alignAll(graphs: readonly Graph[]): Row[] {
  const [first, ...others] = graphs
  if (first === undefined) return []
  const rows: (number | undefined)[][] = leavesOf(first).map((place) => [place, ...others.map(() => undefined)])
  others.forEach((other, column) => {
    const partners = new Map(align(first, other).map(([a, b]) => [b, a]))
    let at = 0
    for (const place of leavesOf(other)) {
      const partner = partners.get(place)
      if (partner === undefined) {
        const row = graphs.map((): number | undefined => undefined)
        row[column + 1] = place
        rows.splice(at++, 0, row)
      } else {
        at = rows.findIndex(([a]) => a === partner)
        rows[at++]![column + 1] = place
      }
    }
  })
  return rows
}

/** What is to be seen at a glance of a layer beside those of other models. */
export type Standing = 'same' | 'changed' | 'alone'

/** Whether the layers of a row are the same as far as shapes tell, or which models have none. */
export function standingOf(row: Row, graphs: readonly Graph[]): Standing {
  const nodes = row.map((place, i) => (place === undefined ? undefined : graphs[i]!.nodes[place]))
  const [first, ...others] = nodes
  if (nodes.includes(undefined)) return 'alone'
  const isSame = others.every(
    (other) =>
      other!.type === first!.type &&
      sameShapes(other!.outputs, first!.outputs) &&
      sameShapes(
        other!.weights.map(({ shape }) => shape),
        first!.weights.map(({ shape }) => shape),
      ),
  )
  return isSame ? 'same' : 'changed'
}
