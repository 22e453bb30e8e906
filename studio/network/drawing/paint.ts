import { type Colour, cssColour } from '../../parts/palette'
import { type Amounts, amountText, type Graph } from '../graph/graph'
import { HEADER } from '../graph/layout'
import { families, familyOf } from './families'
import type { Seen } from './seen'
import { TextWidths } from './text-widths'
import type { View } from './view'

/** Colours of the page around. */
export interface Ink {
  readonly paper: string
  readonly card: string
  readonly ink: string
  readonly faint: string
  readonly line: string
  readonly accent: string
}

export interface Painted {
  readonly graph: Graph
  readonly seen: Seen
  /** Of each node with all in it. */
  readonly amounts: readonly Amounts[]
  /** How many layers lie in each node. */
  readonly layers: readonly number[]
  readonly selected: number
  readonly hovered: number
  /** Another colour for some nodes, to compare. */
  readonly tint?: (place: number) => Colour | undefined
}

/** Below these sizes of a unit on the screen things are left out. */
const SHOWS = { text: 0.34, frame: 0.16, arrow: 0.25, labels: 0.55 }
const STRIPE = 5
const texts = new TextWidths()

const heightOf = (seen: Seen, i: number): number => seen.layout.boxes[4 * i + 3]!

/** Draws what is seen of a graph. */
export function paint(
  context: CanvasRenderingContext2D,
  painted: Painted,
  view: View,
  screen: { readonly width: number; readonly height: number; readonly density: number },
  ink: Ink,
): void {
  const { seen } = painted
  const { x, y, scale } = view
  const zoom = scale * screen.density
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.fillStyle = ink.paper
  context.fillRect(0, 0, screen.width * screen.density, screen.height * screen.density)
  context.setTransform(zoom, 0, 0, zoom, -x * zoom, -y * zoom)
  const frame = {
    left: x - 30,
    top: y - 30,
    right: x + screen.width / scale + 30,
    bottom: y + screen.height / scale + 30,
  }
  const { boxes, edges } = seen.in(frame)
  const open = boxes.filter((i) => seen.layout.opened[i] === 1)
  const closed = boxes.filter((i) => seen.layout.opened[i] === 0)
  for (const i of open) if (heightOf(seen, i) * scale >= 2) paintOpen(context, painted, i, scale, ink)
  paintEdges(context, painted, edges, scale, ink)
  if (scale < SHOWS.frame) paintDots(context, painted, closed, zoom, ink)
  else for (const i of closed) paintNode(context, painted, i, scale, ink)
}

/** From far away: one rectangle a node, those of a colour together; of many in one pixel the first. */
function paintDots(
  context: CanvasRenderingContext2D,
  painted: Painted,
  closed: readonly number[],
  zoom: number,
  ink: Ink,
): void {
  const { boxes, nodes } = painted.seen.layout
  const byColour = new Map<string, number[]>()
  const taken = new Set<number>()
  for (const i of closed) {
    const isSelected = nodes[i] === painted.selected
    const pixel = Math.floor(boxes[4 * i + 1]! * zoom) * 65_536 + Math.floor(boxes[4 * i]! * zoom)
    if (taken.has(pixel) && !isSelected) continue
    taken.add(pixel)
    const colour = isSelected ? ink.accent : colourOf(painted, nodes[i]!)
    const found = byColour.get(colour)
    if (found === undefined) byColour.set(colour, [i])
    else found.push(i)
  }
  for (const [colour, some] of byColour) {
    context.fillStyle = colour
    const least = 1 / zoom
    for (const i of some) {
      const [width, height] = [Math.max(least, boxes[4 * i + 2]!), Math.max(least, boxes[4 * i + 3]!)]
      context.fillRect(boxes[4 * i]!, boxes[4 * i + 1]!, width, height)
    }
  }
}

function paintNode(context: CanvasRenderingContext2D, painted: Painted, i: number, scale: number, ink: Ink): void {
  const { graph, seen, layers, amounts } = painted
  const { boxes, nodes } = seen.layout
  const place = nodes[i]!
  const [x, y, width, height] = [boxes[4 * i]!, boxes[4 * i + 1]!, boxes[4 * i + 2]!, boxes[4 * i + 3]!]
  const node = graph.nodes[place]!
  const inside = layers[place]!
  const isMarked = place === painted.selected || place === painted.hovered
  if (inside > 0) {
    // What can be opened lies on others.
    for (const shift of [6, 3]) {
      box(context, x + shift, y + shift, width - shift, height - shift + 3)
      context.fillStyle = ink.card
      context.fill()
      context.lineWidth = 1
      context.strokeStyle = ink.line
      context.stroke()
    }
  }
  box(context, x, y, width, height)
  context.fillStyle = ink.card
  context.fill()
  context.lineWidth = isMarked ? 2 : 1
  context.strokeStyle = isMarked ? ink.accent : ink.line
  context.stroke()
  context.fillStyle = colourOf(painted, place)
  context.beginPath()
  context.roundRect(x, y, STRIPE, height, [7, 0, 0, 7])
  context.fill()
  if (scale < SHOWS.text) return
  const left = x + STRIPE + 8
  const room = width - STRIPE - (inside > 0 ? 30 : 14)
  context.textBaseline = 'alphabetic'
  const { parameters } = amounts[place]!
  const counts = [inside > 0 && `${inside} layers`, parameters > 0 && amountText(parameters)]
    .filter(Boolean)
    .join(' · ')
  // Of what can be opened the name tells more than the class.
  const isNamed = inside > 0 && node.name !== ''
  const [head, beside] = isNamed ? [node.name, node.type] : [node.type, node.detail]
  const below = isNamed ? '' : node.name
  const line = below === '' && counts === '' ? y + height / 2 + 4 : y + 19
  const title = texts.cut(context, head, room, 'bold')
  context.fillStyle = ink.ink
  context.fillText(title, left, line)
  const taken = texts.width(context, title, 'bold') + 6
  context.fillStyle = ink.faint
  if (beside !== '' && room - taken > 24) {
    context.fillText(texts.cut(context, beside, room - taken, 'plain'), left + taken, line)
  }
  const measured = counts === '' ? 0 : texts.width(context, counts, 'small')
  const name = node.sharedWith === undefined ? below : `${below} (shared)`
  context.fillText(texts.cut(context, name, width - STRIPE - 24 - measured, 'small'), left, y + 36)
  if (counts !== '') context.fillText(counts, isNamed ? left : x + width - 9 - measured, y + 36)
  if (inside > 0) sign(context, x + width - 16, y + 15, true, ink)
}

function paintOpen(context: CanvasRenderingContext2D, painted: Painted, i: number, scale: number, ink: Ink): void {
  const { graph, seen, amounts } = painted
  const { boxes, nodes } = seen.layout
  const place = nodes[i]!
  const [x, y, width, height] = [boxes[4 * i]!, boxes[4 * i + 1]!, boxes[4 * i + 2]!, boxes[4 * i + 3]!]
  const node = graph.nodes[place]!
  const isMarked = place === painted.selected || place === painted.hovered
  box(context, x, y, width, height)
  context.globalAlpha = 0.55
  context.fillStyle = ink.card
  context.fill()
  context.globalAlpha = 1
  context.lineWidth = isMarked ? 2 : 1
  context.strokeStyle = isMarked ? ink.accent : ink.line
  context.stroke()
  if (scale < SHOWS.text) return
  context.fillStyle = ink.ink
  const counts = amountText(amounts[place]!.parameters)
  const beside = node.name === '' ? node.detail : node.type
  const end = x + width - 36 - texts.width(context, counts, 'small')
  const line = y + HEADER / 2 + 5
  const title = texts.cut(context, node.name || node.type, end - x - 22, 'bold')
  context.fillText(title, x + 12, line)
  context.fillStyle = ink.faint
  const after = x + 18 + texts.width(context, title, 'bold')
  if (end - after > 30) context.fillText(texts.cut(context, beside, end - after - 10, 'small'), after, line)
  if (texts.width(context, counts, 'small') > 0) context.fillText(counts, end, line)
  sign(context, x + width - 18, y + HEADER / 2, false, ink)
}

function paintEdges(
  context: CanvasRenderingContext2D,
  { seen, selected, graph }: Painted,
  edges: readonly number[],
  scale: number,
  ink: Ink,
): void {
  const all = seen.layout.edges
  const isOf = (place: number): boolean => selected >= 0 && place === selected
  const [plain, marked] = [[] as number[], [] as number[]]
  // What is no longer than a pixel is seen as well without.
  const isLong = ({ way }: { way: readonly number[] }): boolean =>
    Math.abs(way.at(-1)! - way[1]!) + Math.abs(way.at(-2)! - way[0]!) > 2 / scale
  for (const i of edges)
    if (scale >= SHOWS.frame || isLong(all[i]!)) (isOf(all[i]!.from) || isOf(all[i]!.to) ? marked : plain).push(i)
  for (const [some, colour] of [
    [plain, ink.faint],
    [marked, ink.accent],
  ] as const) {
    context.strokeStyle = colour
    context.fillStyle = colour
    // Never thinner than a pixel of the screen that can be seen.
    context.lineWidth = Math.max(colour === ink.accent ? 2 : 1.2, 0.5 / scale)
    context.globalAlpha = colour === ink.accent ? 1 : scale < SHOWS.frame ? 0.45 : 0.75
    context.beginPath()
    for (const i of some) curve(context, all[i]!.way, scale)
    context.stroke()
    if (scale >= SHOWS.arrow) {
      context.beginPath()
      for (const i of some) if (all[i]!.ends) arrow(context, all[i]!.way)
      context.fill()
    }
  }
  context.globalAlpha = 1
  if (scale < SHOWS.labels) return
  context.fillStyle = ink.faint
  for (const i of edges) {
    const { way, label, to } = all[i]!
    if (label === '' || graph.nodes[to] === undefined) continue
    const [x, y] = [way.at(-2)!, way.at(-1)!]
    const text = texts.cut(context, label, 150, 'small')
    const width = texts.width(context, text, 'small')
    context.globalAlpha = 0.85
    context.fillStyle = ink.paper
    context.fillRect(x + 5, y - 25, width + 4, 14)
    context.globalAlpha = 1
    context.fillStyle = ink.faint
    context.fillText(text, x + 7, y - 14)
  }
}

/** From above downwards, bending between the places on the way. */
function curve(context: CanvasRenderingContext2D, way: readonly number[], scale: number): void {
  context.moveTo(way[0]!, way[1]!)
  for (let k = 2; k < way.length; k += 2) {
    const [x, y, toX, toY] = [way[k - 2]!, way[k - 1]!, way[k]!, way[k + 1]!]
    if (scale < SHOWS.frame || x === toX) context.lineTo(toX, toY)
    else context.bezierCurveTo(x, (y + toY) / 2, toX, (y + toY) / 2, toX, toY)
  }
}

function arrow(context: CanvasRenderingContext2D, way: readonly number[]): void {
  const [x, y] = [way.at(-2)!, way.at(-1)!]
  context.moveTo(x, y)
  context.lineTo(x - 4, y - 8)
  context.lineTo(x + 4, y - 8)
  context.closePath()
}

function box(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.beginPath()
  context.roundRect(x, y, width, height, 8)
}

/** A plus to open, a minus to close. */
function sign(context: CanvasRenderingContext2D, x: number, y: number, isPlus: boolean, ink: Ink): void {
  context.strokeStyle = ink.faint
  context.lineWidth = 1.5
  context.beginPath()
  context.moveTo(x - 5, y)
  context.lineTo(x + 5, y)
  if (isPlus) {
    context.moveTo(x, y - 5)
    context.lineTo(x, y + 5)
  }
  context.stroke()
}

const colourOf = ({ graph, tint }: Painted, place: number): string =>
  cssColour(tint?.(place) ?? families[familyOf(graph.nodes[place]!)].colour)
