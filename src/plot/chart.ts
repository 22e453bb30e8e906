import { curveLinear, line } from 'd3-shape'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import type { Axis } from './axis.js'
import { axesOf, type ChartOptions, type PlacedSeries, placedSeries } from './series.js'
import { element, heading, picture, round, textElement } from './svg.js'

/** More points of a line than this in one column of pixels look the same as their extremes. */
const POINTS_PER_COLUMN = 4
/** Half of a point, in pixels. */
const EDGE = 3

/**
 * Curves, points and bars over two axes, as the text of an SVG file. NaN and infinities leave gaps.
 *
 * @throws if there is no series, or x and y of one differ in length
 * @example
 * const svg = chart({
 *   title: 'Loss',
 *   x: { label: 'epoch' },
 *   y: { scale: 'log' },
 *   series: [{ name: 'training', y: [2.3, 0.6, 0.2] }, { name: 'validation', y: [2.2, 0.7, 0.4] }],
 * })
 */
export function chart(options: ChartOptions): string {
  checkOptions<ChartOptions>('chart', options, {
    title: true,
    x: true,
    y: true,
    series: true,
    marks: true,
    width: true,
    height: true,
  })
  const { title, width = 640, height = 360 } = options
  for (const [side, pixels] of Object.entries({ width, height })) {
    if (!(pixels >= 100 && pixels <= 10_000)) fail(`chart: the ${side} is ${pixels}`, 'Give 100 to 10,000 pixels.')
  }
  const series = placedSeries(options)
  const named = series.filter(({ name }) => name !== undefined)
  const left = options.y?.label === undefined ? 56 : 74
  const { height: above, content } = heading(title, left, width - left - 8)
  const area = {
    left,
    right: width - 24,
    top: 14 + above + (named.length > 0 ? 22 : 0),
    bottom: height - (options.x?.label === undefined ? 28 : 46),
  }
  const { x, y, isEmpty } = axesOf(series, options, [area.left, area.right], [area.bottom, area.top])
  return picture(width, height, title, [
    content,
    legend(named, area.left, area.top - 12),
    frame(x, y, area),
    inside(area, [
      ...series.filter(({ kind }) => kind === 'bars').map((one, i, all) => bars(one, x, y, area, [i, all.length])),
      ...series.filter(({ kind }) => kind !== 'bars').map((one) => drawn(one, x, y, area)),
    ]),
    ...(options.marks ?? []).map((mark) => marked(mark, x, area)),
    isEmpty ? textElement({ ...middleOf(area), 'text-anchor': 'middle' }, 'no values') : '',
  ])
}

interface Area {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Cuts off what lies outside the axes, but not half of the points and lines upon them. */
function inside({ left, right, top, bottom }: Area, content: readonly string[]): string {
  const [x, y, width, height] = [left - EDGE, top - EDGE, right - left + 2 * EDGE, bottom - top + 2 * EDGE]
  return element('svg', { x, y, width, height, viewBox: `${x} ${y} ${width} ${height}` }, content.join(''))
}

function frame(x: Axis, y: Axis, { left, right, top, bottom }: Area): string {
  const lines = [
    ...y.ticks.map(({ place }) => element('line', { class: 'grid', x1: left, x2: right, y1: place, y2: place })),
    ...x.ticks.map(({ place }) => element('line', { class: 'axis', x1: place, x2: place, y1: bottom, y2: bottom + 4 })),
    element('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom }),
  ]
  const labels = [
    ...y.ticks.map(({ place, text }) => textElement({ x: left - 8, y: place + 4, 'text-anchor': 'end' }, text)),
    ...x.ticks.map(({ place, text }) => textElement({ x: place, y: bottom + 18, 'text-anchor': 'middle' }, text)),
  ]
  const middle = middleOf({ left, right, top, bottom })
  if (x.label !== undefined) labels.push(textElement({ x: middle.x, y: bottom + 38, 'text-anchor': 'middle' }, x.label))
  if (y.label !== undefined) {
    const transform = `translate(16 ${round(middle.y)}) rotate(-90)`
    labels.push(textElement({ transform, 'text-anchor': 'middle' }, y.label))
  }
  return [...lines, ...labels].join('')
}

const middleOf = ({ left, right, top, bottom }: Area) => ({ x: (left + right) / 2, y: (top + bottom) / 2 })

function marked({ x: value, text }: { readonly x: number; readonly text: string }, x: Axis, area: Area): string {
  const at = x.place(value)
  if (at === undefined) return ''
  const isRight = at > middleOf(area).x
  const line = element('line', {
    class: 'axis',
    'stroke-dasharray': '4 3',
    x1: at,
    x2: at,
    y1: area.top,
    y2: area.bottom,
  })
  const label = { x: at + (isRight ? -6 : 6), y: area.top + 12, 'text-anchor': isRight ? 'end' : 'start' }
  return line + textElement(label, text)
}

function legend(series: readonly PlacedSeries[], left: number, y: number): string {
  let x = left
  return series
    .map(({ name = '', color }) => {
      const entry =
        element('rect', { x, y: y - 9, width: 12, height: 10, rx: 2, fill: color }) +
        textElement({ x: x + 17, y }, name)
      x += 34 + 7 * name.length
      return entry
    })
    .join('')
}

/** Bars of one series, the `own`-th of `all` that stand side by side. */
function bars(
  { x: xs, y: ys, color }: PlacedSeries,
  x: Axis,
  y: Axis,
  area: Area,
  [own, all]: readonly [number, number],
) {
  const ground = y.place(0) ?? area.bottom
  const width = (((x.place(1) ?? 1) - (x.place(0) ?? 0)) * 0.8) / all
  const drawn = Array.from(ys, (value, i) => {
    const [at, end] = [x.place(xs[i]), y.place(value)]
    if (at === undefined || end === undefined) return ''
    const [left, top, height] = [at + (own - all / 2) * width, Math.min(end, ground), Math.abs(end - ground)]
    return element('rect', { x: left, y: top, width, height, fill: color })
  })
  return drawn.join('')
}

function drawn({ x: xs, y: ys, kind, color }: PlacedSeries, x: Axis, y: Axis, area: Area): string {
  const points = Array.from({ length: ys.length }, (_, i) => [x.place(xs[i]), y.place(ys[i])] as const)
  if (kind === 'points') {
    const dots = points.map(([cx, cy]) =>
      cx === undefined || cy === undefined
        ? ''
        : element('circle', { cx, cy, r: 2.5, fill: color, 'fill-opacity': 0.7 }),
    )
    return dots.join('')
  }
  const path = line<readonly [number | undefined, number | undefined]>()
    .defined(([a, b]) => a !== undefined && b !== undefined)
    .x(([a]) => round(a ?? 0))
    .y(([, b]) => round(b ?? 0))
    .curve(curveLinear)
  const isThere = (point: Place | undefined): boolean => point?.[0] !== undefined && point[1] !== undefined
  // A line of one point would not be seen.
  const alone = points.filter((point, i) => isThere(point) && !isThere(points[i - 1]) && !isThere(points[i + 1]))
  const dots = alone.map(([cx, cy]) => element('circle', { cx, cy, r: 2.5, fill: color })).join('')
  const d = path(thinned(points, area.right - area.left))
  const dashes = kind === 'dashes' ? '5 4' : undefined
  return dots + (d === null ? '' : element('path', { class: 'line', stroke: color, 'stroke-dasharray': dashes, d }))
}

type Place = readonly [number | undefined, number | undefined]

/** Where many points fall into one column of pixels: the first, lowest, highest and last. */
function thinned(points: readonly Place[], columns: number): readonly Place[] {
  if (points.length <= columns * POINTS_PER_COLUMN) return points
  const kept: Place[] = []
  let column: Place[] = []
  const flush = (): void => {
    const shown = column.filter(([, y]) => y !== undefined)
    const by = (better: (a: number, b: number) => boolean): Place | undefined =>
      shown.reduce<Place | undefined>(
        (best, p) => (best === undefined || better(p[1] ?? 0, best[1] ?? 0) ? p : best),
        undefined,
      )
    const few = new Set([column[0], by((a, b) => a < b), by((a, b) => a > b), column.at(-1)])
    kept.push(...column.filter((point) => few.has(point)))
    column = []
  }
  for (const point of points) {
    if (column.length > 0 && Math.floor(point[0] ?? -1) !== Math.floor(column[0][0] ?? -1)) flush()
    column.push(point)
  }
  flush()
  return kept
}
