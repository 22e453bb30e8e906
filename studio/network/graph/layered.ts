import { type Box, type LevelLayout, PADDING, type Size } from './layout'
import { ENTRY, EXIT, type Level } from './visible'

/** Sweeps that bring nodes below those that they take from. */
const SWEEPS = 4

/**
 * A layout in linear time for levels of thousands of nodes: rows by the longest way from above, in each row in the order of the mean
 * place of the neighbours above, then below (Sugiyama, Tagawa and Toda, 1981), chains straight.
 */
export function layeredLayout(
  { children, edges }: Level,
  sizes: readonly Size[],
  gap: { readonly nodes: number; readonly ranks: number },
): LevelLayout {
  const indexOf = new Map(children.map((place, i) => [place, i]))
  const ends = edges.map(({ from, to }) => [indexOf.get(from) ?? ENTRY, indexOf.get(to) ?? EXIT] as const)
  const inner = ends.filter(([from, to]) => from >= 0 && to >= 0)
  const [above, below] = [neighbours(children.length, inner, true), neighbours(children.length, inner, false)]
  const ranks = ranksOf(children.length, above, below)
  const rows: number[][] = []
  ranks.forEach((rank, i) => {
    rows[rank] ??= []
    rows[rank].push(i)
  })
  const centres = new Float64Array(children.length)
  for (const row of rows) spread(row, sizes, gap.nodes, centres)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0
    for (const row of down ? rows : [...rows].reverse()) {
      const wish = (i: number): number => {
        const others = (down ? above : below)[i]!
        return others.length === 0 ? centres[i]! : others.reduce((sum, k) => sum + centres[k]!, 0) / others.length
      }
      place(row, row.map(wish), sizes, gap.nodes, centres)
    }
  }
  let top = edges.some(({ from }) => from === ENTRY) ? gap.ranks : 0
  const boxes: Box[] = []
  for (const row of rows) {
    let high = 0
    for (const i of row) {
      const { width, height } = sizes[i]!
      boxes[i] = { x: centres[i]! - width / 2, y: top, width, height }
      high = Math.max(high, height)
    }
    top += high + gap.ranks
  }
  const left = boxes.reduce((least, { x }) => Math.min(least, x), Number.POSITIVE_INFINITY)
  const right = boxes.reduce((most, { x, width }) => Math.max(most, x + width), Number.NEGATIVE_INFINITY)
  const height = edges.some(({ to }) => to === EXIT) ? top : top - gap.ranks
  const moved = boxes.map((box) => ({ ...box, x: box.x - left }))
  const middle = (right - left) / 2
  const ways = ends.map(([from, to]) => {
    const [a, b] = [moved[from], moved[to]]
    const start = a === undefined ? [middle, 0] : [a.x + a.width / 2, a.y + a.height]
    const end = b === undefined ? [middle, height + PADDING] : [b.x + b.width / 2, b.y]
    return [...start, ...end]
  })
  return { width: right - left, height, boxes: moved, ways }
}

function neighbours(count: number, ends: readonly (readonly [number, number])[], above: boolean): number[][] {
  const found = Array.from({ length: count }, (): number[] => [])
  for (const [from, to] of ends) {
    if (above) found[to]!.push(from)
    else found[from]!.push(to)
  }
  return found
}

/** The longest way to each node from those that nothing leads to. */
function ranksOf(
  count: number,
  above: readonly (readonly number[])[],
  below: readonly (readonly number[])[],
): number[] {
  const ranks = new Array<number>(count).fill(0)
  const waiting = above.map(({ length }) => length)
  const ready = waiting.flatMap((left, i) => (left === 0 ? [i] : []))
  for (let next = 0; next < ready.length; next++) {
    const i = ready[next]!
    for (const k of below[i]!) {
      ranks[k] = Math.max(ranks[k]!, ranks[i]! + 1)
      waiting[k]!--
      if (waiting[k] === 0) ready.push(k)
    }
  }
  return ranks
}

/** Side by side, around 0. */
function spread(row: readonly number[], sizes: readonly Size[], gap: number, centres: Float64Array): void {
  const width = row.reduce((sum, i) => sum + sizes[i]!.width + gap, -gap)
  let x = -width / 2
  for (const i of row) {
    centres[i] = x + sizes[i]!.width / 2
    x += sizes[i]!.width + gap
  }
}

/** As near to the wishes as the order by them allows. */
function place(
  row: number[],
  wishes: readonly number[],
  sizes: readonly Size[],
  gap: number,
  centres: Float64Array,
): void {
  const wishOf = new Map(row.map((i, k) => [i, wishes[k]!]))
  row.sort((a, b) => wishOf.get(a)! - wishOf.get(b)!)
  // Groups that touch are moved together to the mean of what they wish.
  const groups: { members: number[]; offset: number[]; width: number; at: number; weight: number }[] = []
  for (const i of row) {
    const { width } = sizes[i]!
    let group = { members: [i], offset: [width / 2], width, at: wishOf.get(i)! - width / 2, weight: 1 }
    for (let last = groups.at(-1); last !== undefined && last.at + last.width + gap > group.at; last = groups.at(-1)) {
      groups.pop()
      const shift = last.width + gap
      const weight = last.weight + group.weight
      group = {
        members: [...last.members, ...group.members],
        offset: [...last.offset, ...group.offset.map((value) => value + shift)],
        width: shift + group.width,
        at: (last.at * last.weight + (group.at - shift) * group.weight) / weight,
        weight,
      }
    }
    groups.push(group)
  }
  for (const { members, offset, at } of groups)
    members.forEach((i, k) => {
      centres[i] = at + offset[k]!
    })
}
