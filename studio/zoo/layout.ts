import type { Arc } from './arcs'
import type { Block, Group, Item, Trim } from './items'

/** A rectangle with a depth, and what it stands for. */
export interface DrawnBlock {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly block: Block
}

/** A line; `way` is a step from one block to the next, `around` a shortcut. */
export interface DrawnLine {
  readonly kind: 'way' | 'around'
  readonly path: string
}

export interface DrawnSign {
  readonly x: number
  readonly y: number
  readonly text: '+' | '⧺' | '×'
  readonly trims: readonly Trim[]
}

export interface DrawnFrame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly times: number
}

export interface DrawnName {
  readonly x: number
  readonly text: string
  /** 0, or 1 for one that stands higher, since the one before reaches over it. */
  readonly row: number
}

/** A model on paper; the middle of its way is at y = 0. */
export interface Drawing {
  readonly width: number
  readonly top: number
  readonly bottom: number
  readonly blocks: readonly DrawnBlock[]
  readonly lines: readonly DrawnLine[]
  readonly signs: readonly DrawnSign[]
  readonly frames: readonly DrawnFrame[]
  readonly names: readonly DrawnName[]
}

/** How far behind the front the back of a block is drawn. */
export const DEPTH = 4
/** Room of a trim behind its block. */
export const TRIM = 3
const GAP = 7
/** About the width of a letter in the names of stages. */
const LETTER = 4.8
const LANE_GAP = 7
const SIGN = 5
/** Around what repeats, and above it for how often. */
const FRAME = 3
const TIMES = 12

/** Pixels of a side and of channels: less than in proportion, so that 3 and 4,096 fit on one page. */
export const heightOf = (side: number): number => 7 + 2.2 * side ** 0.62
export const widthOf = (channels: number): number => 1.5 + 1.15 * channels ** 0.44

interface Mutable extends Drawing {
  top: number
  bottom: number
  readonly blocks: DrawnBlock[]
  readonly lines: DrawnLine[]
  readonly signs: DrawnSign[]
  readonly frames: DrawnFrame[]
  readonly names: DrawnName[]
}

/** Lays the items of a model out from left to right, with arcs above them. */
export function layoutOf(items: readonly Item[], arcs: readonly Arc[] = []): Drawing {
  const drawing: Mutable = { width: 0, top: 0, bottom: 0, blocks: [], lines: [], signs: [], frames: [], names: [] }
  const extents: { readonly from: number; readonly to: number }[] = []
  const end = lane(drawing, items, 2, 0, extents)
  const { top } = drawing
  for (const { from, to } of arcs) {
    const [a, b] = [(extents[from]!.from + extents[from]!.to) / 2, extents[to]!.from + 1]
    const [low, lower] = [-reachOf(items[from]!).above + 1, -reachOf(items[to]!).above + 1]
    const height = top - 6 - 0.09 * (b - a)
    drawing.lines.push({
      kind: 'around',
      path: `M${n(a)} ${n(low)}C${n(a)} ${n(height)} ${n(b)} ${n(height)} ${n(b)} ${n(lower)}`,
    })
    grow(drawing, (low + lower) / 8 + 0.75 * height, 0)
  }
  const named = drawing.names.map(({ x, text }) => x + LETTER * text.length)
  return { ...drawing, width: Math.max(end + DEPTH + 4, ...named) }
}

/** How far something reaches above and below the line that it stands on. */
interface Reach {
  readonly above: number
  readonly below: number
}

const reach = (items: readonly Item[]): Reach => {
  const all = items.map(reachOf)
  const most = (side: keyof Reach) => Math.max(SIGN, ...all.map((one) => one[side]))
  return { above: most('above'), below: most('below') }
}

function reachOf(item: Item): Reach {
  if (item.type === 'mark') return { above: 0, below: 0 }
  if (item.type === 'block') {
    const half = heightOf(item.side) / 2
    return { above: half + DEPTH, below: half }
  }
  if (item.type === 'repeat') {
    const { above, below } = reach(item.items)
    return { above: above + FRAME + TIMES, below: below + FRAME }
  }
  const height = lanesHeight(item)
  return { above: height / 2 + (item.around === 'nothing' ? 0 : arcOf(item)), below: height / 2 }
}

const full = ({ above, below }: Reach): number => above + below

const lanesHeight = ({ lanes }: Group): number =>
  lanes.reduce((sum, one) => sum + full(reach(one)), LANE_GAP * (lanes.length - 1))

/** How high a way around is above the lanes. */
const arcOf = ({ around }: Group): number => (typeof around === 'string' ? 8 : 5 + full(reach(around)))

/** Draws items along a line; gives where they end, and in a list where each is. */
function lane(
  drawing: Mutable,
  items: readonly Item[],
  from: number,
  y: number,
  extents: { readonly from: number; readonly to: number }[] = [],
): number {
  let x = from
  let isFirst = true
  for (const item of items) {
    if (item.type === 'mark') {
      extents.push({ from: x, to: x })
      name(drawing.names, isFirst ? x : x + GAP, item.name)
      continue
    }
    if (!isFirst) {
      drawing.lines.push({ kind: 'way', path: `M${n(x)} ${n(y)}h${GAP}` })
      x += GAP
    }
    isFirst = false
    const start = x
    x = draw(drawing, item, x, y)
    extents.push({ from: start, to: x })
  }
  return x
}

/** Writes a name in the lower row, or in the higher one where there is no room. */
function name(names: DrawnName[], x: number, text: string): void {
  const ends = [0, 1].map((row) => {
    const last = names.findLast((one) => one.row === row)
    return last === undefined ? Number.NEGATIVE_INFINITY : last.x + LETTER * last.text.length
  })
  names.push({ x, text, row: ends[0]! + 3 > x && ends[1]! <= x ? 1 : 0 })
}

function draw(drawing: Mutable, item: Exclude<Item, { type: 'mark' }>, x: number, y: number): number {
  if (item.type === 'block') {
    const [width, height] = [widthOf(item.channels), heightOf(item.side)]
    drawing.blocks.push({ x, y: y - height / 2, width, height, block: item })
    grow(drawing, y - height / 2 - DEPTH, y + height / 2)
    return x + width + TRIM * item.trims.length
  }
  if (item.type === 'repeat') {
    const { above, below } = reach(item.items)
    const [top, height] = [y - above - FRAME, above + below + 2 * FRAME]
    const at = drawing.frames.length
    const end = lane(drawing, item.items, x + 5, y) + 5
    drawing.frames.splice(at, 0, { x, y: top, width: end - x, height, times: item.times })
    grow(drawing, top - TIMES, top + height)
    return end
  }
  return group(drawing, item, x, y)
}

function group(drawing: Mutable, item: Group, x: number, y: number): number {
  const height = lanesHeight(item)
  const [start, inside] = [x, x + (item.lanes.length > 1 ? 9 : 5)]
  let top = y - height / 2
  const ends = item.lanes.map((items) => {
    const middle = top + reach(items).above
    top += full(reach(items)) + LANE_GAP
    return { middle, end: lane(drawing, items, inside, middle) }
  })
  const end = Math.max(inside + 4, ...ends.map((one) => one.end)) + (item.lanes.length > 1 ? 9 : 5)
  for (const one of ends) {
    const bend = `C${n(start + 6)} ${n(y)} ${n(inside - 6)} ${n(one.middle)} ${n(inside)} ${n(one.middle)}`
    const back = `C${n(end - 4)} ${n(one.middle)} ${n(end - 6)} ${n(y)} ${n(end)} ${n(y)}`
    drawing.lines.push({ kind: 'way', path: `M${n(start)} ${n(y)}${bend}` })
    drawing.lines.push({ kind: 'way', path: `M${n(one.end)} ${n(one.middle)}H${n(end - 9)}${back}` })
  }
  if (item.around !== 'nothing') around(drawing, item, start, end, y, y - height / 2)
  const text = item.kind === 'sum' ? '+' : item.kind === 'gate' ? '×' : '⧺'
  drawing.signs.push({ x: end + SIGN, y, text, trims: item.trims })
  grow(drawing, y - height / 2, y + height / 2)
  return end + 2 * SIGN + TRIM * item.trims.length
}

/** The way around the lanes of a group, with the blocks that lie on it. */
function around(drawing: Mutable, item: Group, start: number, end: number, y: number, top: number): void {
  const height = typeof item.around === 'string' ? top - 6 : top - 2 - reach(item.around).below
  const target = end + SIGN
  const blocks = typeof item.around === 'string' ? [] : item.around
  const before = drawing.blocks.length
  const middle = (start + target) / 2
  lane(drawing, blocks, middle, height)
  // In the middle of the arc.
  const drawn = drawing.blocks.slice(before)
  const width = drawn.length === 0 ? 0 : drawn.at(-1)!.x + drawn.at(-1)!.width - middle
  drawn.forEach((one, i) => {
    drawing.blocks[before + i] = { ...one, x: one.x - width / 2 }
  })
  const bend = Math.min(10, (target - start) / 3)
  const rise = `C${n(start)} ${n(height)} ${n(start)} ${n(height)} ${n(start + bend)} ${n(height)}`
  const fall = `C${n(target)} ${n(height)} ${n(target)} ${n(height)} ${n(target)} ${n(y - SIGN)}`
  drawing.lines.unshift({ kind: 'around', path: `M${n(start)} ${n(y)}${rise}H${n(target - bend)}${fall}` })
  grow(drawing, height - 3 - (typeof item.around === 'string' ? 0 : reach(item.around).above), height)
}

function grow(drawing: Mutable, top: number, bottom: number): void {
  drawing.top = Math.min(drawing.top, top)
  drawing.bottom = Math.max(drawing.bottom, bottom)
}

const n = (value: number): string => value.toFixed(1)
