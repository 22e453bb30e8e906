import { contours as bandsOf } from 'd3-contour'
import { line } from 'd3-shape'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { type Axis, type AxisOptions, makeAxis } from './axis.js'
import type { Numbers } from './series.js'
import { colors, element, heading, picture, round, textElement } from './svg.js'

export interface ContourPath {
  /** What it is called beside the picture. */
  readonly name?: string
  /** Places in their order. */
  readonly x: Numbers
  readonly y: Numbers
  /** Such as '#d55e00'; the next one of a palette by default. */
  readonly color?: string
}

export interface ContoursOptions {
  readonly title?: string
  /** Rows of heights over a grid, the row of the smallest y first. */
  readonly heights: readonly Numbers[]
  /** Where the first and the last column and row lie, and what the axes are called; 0 and the number of the last one by default. */
  readonly x?: AxisOptions
  readonly y?: AxisOptions
  /** Bands of heights, each with about as many places of the grid; 14. */
  readonly bands?: number
  /** Lines over the surface, with their names beside it. */
  readonly paths?: readonly ContourPath[]
  /** Places with a cross. */
  readonly marks?: readonly (readonly [number, number])[]
  /**
   * The paths grow in so many seconds, again and again, all by one clock that goes through places of a path as the logarithm of their number does:
   * 10 take as long as the next 90. What shows no movement shows whole paths. By default nothing moves.
   */
  readonly seconds?: number
  /** A line below the picture. */
  readonly note?: string
  /** Pixels of the surface: 480 × 360. */
  readonly width?: number
  readonly height?: number
}

const palette = [...colors, '#000000']
const LEGEND = 210
/** Pixels that a path has to move for its next place to be drawn. */
const SEEN = 0.4
/** More places of a path are thinned out: long scribbles take minutes to be drawn. */
const MOST = 1000
/** Moments between which a path grows evenly. */
const FRAMES = 48
/** The part of the time in which paths grow; then they stay for a while. */
const GROWING = 0.8

/**
 * A surface seen from above: bands of equal height, the lower the lighter, with paths over it, as the text of an SVG file.
 *
 * @throws if there are less than 2 × 2 heights, rows differ in length, or x and y of a path do
 * @example
 * const svg = contours({
 *   heights: [[2, 1, 2], [1, 0, 1], [2, 1, 2]],
 *   x: { from: -1, to: 1 },
 *   y: { from: -1, to: 1 },
 *   paths: [{ name: 'descent', x: [-1, -0.5, 0], y: [0.5, 0.2, 0] }],
 *   seconds: 6,
 * })
 */
export function contours(options: ContoursOptions): string {
  checkOptions<ContoursOptions>('contours', options, {
    ...{ title: true, heights: true, x: true, y: true, bands: true, paths: true, marks: true, seconds: true },
    ...{ note: true, width: true, height: true },
  })
  const { title, heights, paths = [], marks = [], bands = 14, seconds, note, width = 480, height = 360 } = options
  const [rows, columns] = [heights.length, heights[0]?.length ?? 0]
  if (rows < 2 || columns < 2) fail(`contours: there are ${rows} × ${columns} heights`, 'Give at least 2 × 2.')
  if (heights.some((row) => row.length !== columns)) {
    fail('contours: rows differ in length', 'Give a height for each column.')
  }
  for (const { x, y, name = '' } of paths) {
    if (x.length === y.length) continue
    fail(`contours: path '${name}' has ${x.length} numbers x and ${y.length} numbers y`, 'Give as many of both.')
  }
  const left = options.y?.label === undefined ? 48 : 66
  const isNamed = paths.some(({ name }) => name !== undefined)
  const beside = isNamed ? LEGEND : 24
  const titled = heading(title, left, width + beside - 8)
  const top = 14 + titled.height
  const area = { left, top, right: left + width, bottom: top + height }
  const x = makeAxis('x', [0, columns - 1], [area.left, area.right], { from: 0, to: columns - 1, ...options.x })
  const y = makeAxis('y', [0, rows - 1], [area.bottom, area.top], { from: 0, to: rows - 1, ...options.y })
  const below = area.bottom + (options.x?.label === undefined ? 28 : 46)
  const clock = seconds === undefined ? undefined : { seconds, places: Math.max(...paths.map((path) => path.x.length)) }
  const drawn = paths.map((path, i) => drawnPath(path, i, (i + 1) / (paths.length + 1), x, y, clock))
  const box = rectOf(area)
  // An inner picture cuts off what leaves the surface, without a name that another one on the same page could have.
  const window = { ...box, viewBox: `${box.x} ${box.y} ${box.width} ${box.height}` }
  return picture(area.right + beside, below + (note === undefined ? 0 : 22), title, [
    titled.content,
    ground(heights, bands, area),
    element('svg', window, [...marks.map((mark) => cross(mark, x, y)), ...drawn].join('')),
    axes(x, y, area),
    ...paths.map(({ name = '', color }, i) => legendEntry(name, colorOf(color, i), i, area)),
    note === undefined ? '' : textElement({ x: left, y: below + 8 }, note),
  ])
}

interface Area {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const rectOf = ({ left, right, top, bottom }: Area) => ({ x: left, y: top, width: right - left, height: bottom - top })

const colorOf = (color: string | undefined, i: number): string => color ?? palette[i % palette.length]

/** The bands one over the other, from light to grey. What is no number is as high as the highest. */
function ground(heights: readonly Numbers[], bands: number, area: Area): string {
  const flat = heights.flatMap((row) => Array.from(row))
  const sorted = flat.filter(Number.isFinite).sort((a, b) => a - b)
  const highest = sorted.at(-1) ?? 0
  const [rows, columns] = [heights.length, heights[0].length]
  const levels = Array.from({ length: bands - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bands)])
  const made = bandsOf()
    .size([columns, rows])
    .thresholds([...new Set(levels)].filter((level) => level !== undefined))(
    flat.map((value) => (Number.isFinite(value) ? value : highest)),
  )
  // d3 puts the first number at ½ and gives what is higher than a level.
  const scale = (at: number, count: number, from: number, to: number): number =>
    round(from + ((Math.min(Math.max(at, 0.5), count - 0.5) - 0.5) / (count - 1)) * (to - from))
  const place = ([column, row]: readonly number[]): string =>
    `${scale(column, columns, area.left, area.right)},${scale(row, rows, area.bottom, area.top)}`
  const layers = made.map(({ coordinates }, i) => {
    const d = coordinates.flat().map((ring) => `M${ring.map(place).join('L')}Z`)
    return element('path', { class: 'band', fill: shade((i + 1) / made.length), d: d.join('') })
  })
  return element('rect', { ...rectOf(area), fill: shade(0) }) + layers.join('')
}

/** From almost white to a grey on which all colours of paths are seen. */
const shade = (part: number): string => `rgb(${[250, 251, 253].map((c, i) => Math.round(c - part * [82, 70, 56][i]))})`

function axes(x: Axis, y: Axis, area: Area): string {
  const { left, right, top, bottom } = area
  const labels = [
    ...x.ticks.map(({ place, text }) => textElement({ x: place, y: bottom + 18, 'text-anchor': 'middle' }, text)),
    ...y.ticks.map(({ place, text }) => textElement({ x: left - 8, y: place + 4, 'text-anchor': 'end' }, text)),
  ]
  const middle = { 'text-anchor': 'middle' }
  if (x.label !== undefined) labels.push(textElement({ x: (left + right) / 2, y: bottom + 38, ...middle }, x.label))
  if (y.label !== undefined) {
    labels.push(textElement({ transform: `translate(16 ${(top + bottom) / 2}) rotate(-90)`, ...middle }, y.label))
  }
  return element('rect', { ...rectOf(area), class: 'axis', fill: 'none' }) + labels.join('')
}

function cross([atX, atY]: readonly [number, number], x: Axis, y: Axis): string {
  const [px, py] = [x.place(atX), y.place(atY)]
  if (px === undefined || py === undefined) return ''
  const d = `M${round(px - 6)},${round(py - 6)}l12,12m0,-12l-12,12`
  return element('path', { d, stroke: '#333', 'stroke-width': 2.5, fill: 'none' })
}

function legendEntry(name: string, color: string, i: number, { right, top }: Area): string {
  if (name === '') return ''
  return badge(right + 24, top + 14 + 24 * i, color, i) + textElement({ x: right + 40, y: top + 18 + 24 * i }, name)
}

/** The number of a path in its colour: who does not see the colour reads the number. */
function badge(cx: number, cy: number, color: string, i: number): string {
  const text = { x: cx, y: cy + 3.5, 'text-anchor': 'middle', style: 'fill:#fff;font-size:10px;font-weight:700' }
  return element('circle', { cx, cy, r: 8, fill: color, stroke: '#fff' }) + textElement(text, String(i + 1))
}

type Place = readonly [number, number]

/** How long the paths grow, and how many places the longest has. */
interface Clock {
  readonly seconds: number
  readonly places: number
}

/** The line, its number after a part of it, and, where it moves, a dot at its end. */
function drawnPath(path: ContourPath, i: number, part: number, x: Axis, y: Axis, clock: Clock | undefined): string {
  const color = colorOf(path.color, i)
  let every = 1
  let { places, lengths } = walked(path, x, y, every)
  while (places.length > MOST) {
    every *= 2
    ;({ places, lengths } = walked(path, x, y, every))
  }
  const length = lengths.at(-1) ?? 0
  const d = line<Place>(
    ([px]) => round(px),
    ([, py]) => round(py),
  )(places)
  if (d === null) return ''
  const [bx, by] = placeAt(places, length * part)
  const label = badge(bx, by, color, i)
  if (clock === undefined || length === 0) return element('path', { class: 'line', stroke: color, d }) + label
  const parts = framesOf(lengths, clock.places).map((at) => (at / length).toFixed(4))
  // At the end all stay for a while.
  parts.push('1')
  const times = parts.map((_, k) => (k > FRAMES ? 1 : (GROWING * k) / FRAMES).toFixed(4))
  const timing = { dur: `${clock.seconds}s`, repeatCount: 'indefinite', keyTimes: times.join(';'), calcMode: 'linear' }
  const dashes = parts.map((at) => `${at} 1`).join(';')
  const grow = element('animate', { attributeName: 'stroke-dasharray', values: dashes, ...timing })
  const move = element('animateMotion', { path: d, keyPoints: parts.join(';'), ...timing })
  const show = element('set', { attributeName: 'visibility', to: 'visible' })
  return (
    element('path', { class: 'line', stroke: color, pathLength: 1, d }, grow) +
    element('circle', { r: 4.5, fill: color, stroke: '#fff', visibility: 'hidden' }, show + move) +
    label
  )
}

/** Those of every so many places of a path that are away from the one before, and the length of the line up to each given place. */
function walked({ x: xs, y: ys }: ContourPath, x: Axis, y: Axis, every: number) {
  const places: Place[] = []
  const lengths: number[] = []
  let length = 0
  for (let k = 0; k < xs.length; k++) {
    const [px, py] = [x.place(xs[k]), y.place(ys[k])]
    if (px === undefined || py === undefined) break
    const last = places.at(-1)
    const moved = last === undefined ? Infinity : Math.hypot(px - last[0], py - last[1])
    if (moved > SEEN && (k % every === 0 || k === xs.length - 1)) {
      if (last !== undefined) length += moved
      places.push([px, py])
    }
    lengths.push(length)
  }
  return { places, lengths }
}

/** The lengths at the frames, the first of which is the start and the last the last place of the longest path. */
function framesOf(lengths: readonly number[], longest: number): number[] {
  const last = lengths.length - 1
  return Array.from({ length: FRAMES + 1 }, (_, k) => {
    const at = Math.min(longest ** (k / FRAMES) - 1, last)
    const low = Math.floor(at)
    return lengths[low] + (at - low) * (lengths[Math.min(low + 1, last)] - lengths[low])
  })
}

/** Where a line is after a length. */
function placeAt(places: readonly Place[], length: number): Place {
  let left = length
  for (let k = 1; k < places.length; k++) {
    const [[ax, ay], [bx, by]] = [places[k - 1], places[k]]
    const piece = Math.hypot(bx - ax, by - ay)
    if (left <= piece) return [ax + ((bx - ax) * left) / (piece || 1), ay + ((by - ay) * left) / (piece || 1)]
    left -= piece
  }
  return places.at(-1) ?? [0, 0]
}
