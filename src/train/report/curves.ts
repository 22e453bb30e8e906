import { axisFor } from './axis.js'
import { escaped } from './escape.js'

/** A line of points; where y is not finite there is a gap. */
export interface Series {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
  /** Drawn thin and pale, as the values of single batches behind their means. */
  readonly isFaint?: boolean
}

export interface CurveOptions {
  readonly title: string
  readonly xLabel: string
  readonly logX?: boolean
  /** By default where all values are positive and span more than two decades. */
  readonly logY?: boolean
  /** Upright lines with a text. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[]
  readonly width?: number
  readonly height?: number
}

/** Told apart also by those who see no red or green. (Okabe and Ito, "Color universal design", 2008.) */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const
const DRAWN_POINTS = 600
const MARGIN = { left: 58, right: 14, top: 30, bottom: 40 }
const LOGARITHMIC_SPAN = 100

/** Curves as an SVG picture that stands alone and follows light and dark. */
export function curveSvg(series: readonly Series[], options: CurveOptions): string {
  const { title, xLabel, marks = [], width = 560, height = 300 } = options
  const points = series.flatMap((each) => each.points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)))
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)]
  const [xRange, yRange] = [rangeOf(xs), rangeOf(ys)]
  const logarithmic = options.logY ?? (yRange[0] > 0 && yRange[1] / yRange[0] > LOGARITHMIC_SPAN)
  const [left, right] = [MARGIN.left, width - MARGIN.right]
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom]
  const x = axisFor(xRange, [left, right], { logarithmic: options.logX })
  const y = axisFor(yRange, [bottom, top], { logarithmic })
  const at = (value: number): string => value.toFixed(1)

  const parts: string[] = []
  for (const { value, label } of y.ticks) {
    const height = at(y.place(value))
    parts.push(`<line class="grid" x1="${left}" x2="${right}" y1="${height}" y2="${height}"/>`)
    parts.push(`<text class="tick" x="${left - 6}" y="${height}" dy="0.32em" text-anchor="end">${label}</text>`)
  }
  for (const { value, label } of x.ticks) {
    const place = at(x.place(value))
    parts.push(`<line class="axis" x1="${place}" x2="${place}" y1="${bottom}" y2="${bottom + 4}"/>`)
    parts.push(`<text class="tick" x="${place}" y="${bottom + 16}" text-anchor="middle">${label}</text>`)
  }
  parts.push(`<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`)
  parts.push(
    `<text class="tick" x="${(left + right) / 2}" y="${height - 6}" text-anchor="middle">${escaped(xLabel)}</text>`,
  )
  for (const { x: value, label } of marks) {
    const place = x.place(value)
    const anchor = place > (left + right) / 2 ? 'end' : 'start'
    parts.push(`<line class="mark" x1="${at(place)}" x2="${at(place)}" y1="${top}" y2="${bottom}"/>`)
    parts.push(
      `<text class="tick" x="${at(place + (anchor === 'end' ? -5 : 5))}" y="${top + 10}" text-anchor="${anchor}">${escaped(label)}</text>`,
    )
  }
  const solid = series.filter(({ isFaint }) => !isFaint)
  const colourOf = (each: Series): string => COLOURS[Math.max(0, solid.indexOf(each)) % COLOURS.length]
  for (const each of [...series].sort((a, b) => Number(b.isFaint ?? false) - Number(a.isFaint ?? false))) {
    const colour = colourOf(each)
    for (const run of runsOf(each, logarithmic)) {
      if (run.length === 1)
        parts.push(`<circle cx="${at(x.place(run[0].x))}" cy="${at(y.place(run[0].y))}" r="2.5" fill="${colour}"/>`)
      else {
        const path = run.map((point) => `${at(x.place(point.x))} ${at(y.place(point.y))}`).join('L')
        const look = each.isFaint ? 'stroke-width="1" opacity="0.35"' : 'stroke-width="1.8"'
        parts.push(`<path d="M${path}" fill="none" stroke="${colour}" stroke-linejoin="round" ${look}/>`)
      }
    }
  }
  let legendAt = right
  for (const each of [...solid].reverse()) {
    const space = each.name.length * 6.4 + 26
    legendAt -= space
    parts.push(
      `<line x1="${at(legendAt)}" x2="${at(legendAt + 14)}" y1="15" y2="15" stroke="${colourOf(each)}" stroke-width="3"/>`,
    )
    parts.push(`<text class="tick" x="${at(legendAt + 18)}" y="15" dy="0.32em">${escaped(each.name)}</text>`)
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">` +
    `<style>${STYLE}</style><text class="title" x="${left}" y="15" dy="0.32em">${escaped(title)}</text>${parts.join('')}` +
    (points.length === 0
      ? `<text class="tick" x="${(left + right) / 2}" y="${(top + bottom) / 2}" text-anchor="middle">no values</text>`
      : '') +
    '</svg>'
  )
}

const STYLE =
  'text{font:11px system-ui,sans-serif;fill:#444}.title{font-size:13px;font-weight:600;fill:#111}' +
  '.grid{stroke:#8883;stroke-width:1}.axis{stroke:#888}.mark{stroke:#888;stroke-dasharray:4 3}' +
  '@media(prefers-color-scheme:dark){text{fill:#bbb}.title{fill:#eee}}'

function rangeOf(values: readonly number[]): [number, number] {
  let [least, most] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return least <= most ? [least, most] : [0, 1]
}

/** The points between gaps, thinned out such that peaks stay: of each stretch the least and the largest. */
function runsOf({ points }: Series, logarithmic: boolean): Series['points'][] {
  const runs: { readonly x: number; readonly y: number }[][] = [[]]
  for (const point of points) {
    const isDrawn = Number.isFinite(point.x) && Number.isFinite(point.y) && !(logarithmic && point.y <= 0)
    if (isDrawn) runs.at(-1)!.push(point)
    else if (runs.at(-1)!.length > 0) runs.push([])
  }
  return runs.filter(({ length }) => length > 0).map(thinned)
}

function thinned(points: Series['points']): Series['points'] {
  if (points.length <= DRAWN_POINTS) return points
  const stretch = Math.ceil((2 * points.length) / DRAWN_POINTS)
  const kept: { readonly x: number; readonly y: number }[] = []
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch)
    const ordered = [...part].sort((a, b) => a.y - b.y)
    const ends = [ordered[0], ordered.at(-1)!].sort((a, b) => a.x - b.x)
    kept.push(...new Set(ends))
  }
  return kept
}
