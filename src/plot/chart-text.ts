import { fail } from '../core/errors.js'
import type { Axis } from './axis.js'
import { axesOf, type ChartOptions, type PlacedSeries, placedSeries } from './series.js'
import { wrapped } from './svg.js'

export interface ChartTextOptions {
  /** Characters of a line, all in all; 80. */
  readonly columns?: number
  /** Lines between the axes; 16. */
  readonly rows?: number
}

/** Each character holds 2 × 4 dots of these many pixels, so that axes are divided as those of pictures. */
const DOT = 4
/** The dots of a braille character by their places, and the character without any. */
const DOTS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
const BLANK = 0x2800
/** Every so manieth dots of dashes are there, and of marks. */
const isDash = (i: number): boolean => i % 6 < 3
const isThere = (): boolean => true
const isMarked = (i: number): boolean => i % 4 === 0

/**
 * A {@link chart} as text, for terminals and logs: curves of dots between two axes, the names of the series beside their ends.
 *
 * @throws as `chart` does, or if there is no room
 * @example
 * console.log(chartText({ x: { label: 'epoch' }, series: [{ name: 'loss', y: [2.3, 0.6, 0.2] }] }))
 */
export function chartText(options: ChartOptions, { columns = 80, rows = 16 }: ChartTextOptions = {}): string {
  if (!(columns >= 40 && columns <= 1000 && rows >= 4 && rows <= 1000)) {
    fail(`chartText: there are ${columns} columns and ${rows} rows`, 'Give 40 to 1000 columns and 4 to 1000 rows.')
  }
  const series = placedSeries(options)
  const height = 4 * rows - 1
  const { y } = axesOf(series, options, [0, 1], [DOT * height, 0])
  const left = Math.max(0, ...y.ticks.map(({ text }) => text.length))
  const names = Math.min(24, Math.max(0, ...series.map(({ name }) => (name === undefined ? 0 : name.length + 1))))
  const width = Math.max(10, columns - left - 2 - names)
  const { x, isEmpty } = axesOf(series, options, [0, DOT * (2 * width - 1)], [DOT * height, 0])
  const paper = new Paper(width, rows)
  for (const { x: at } of options.marks ?? []) {
    const column = dotOf(x, at)
    if (column !== undefined) paper.line([column, 0], [column, height], isMarked)
  }
  for (const one of series) draw(paper, one, x, y)

  const rowOf = (place: number): number => Math.min(rows - 1, Math.floor(place / DOT / 4))
  const labels = new Map(y.ticks.map(({ place, text }) => [rowOf(place), text]))
  const beside = besides(series, (value) => y.place(value), rowOf, rows)
  const middle = Math.floor(rows / 2)
  const lines = paper.lines().map((line, row) => {
    const shown = isEmpty && row === middle ? 'no values' : line
    const axis = `${(labels.get(row) ?? '').padStart(left)} ${labels.has(row) ? '┤' : '│'}`
    return `${axis}${shown.padEnd(width)} ${beside[row]?.slice(0, names) ?? ''}`.trimEnd()
  })
  const indent = ' '.repeat(left + 1)
  const [ticks, texts] = bottomOf(x, width)
  const marks = (options.marks ?? []).map(({ text }) => `┊ ${text}`)
  return [
    ...(options.title === undefined ? [] : wrapped(options.title, columns)),
    ...(options.y?.label === undefined ? [] : [options.y.label]),
    ...lines,
    `${indent}└${ticks}`,
    `${indent} ${texts}`,
    ...(x.label === undefined ? [] : [indent + x.label.padStart(Math.floor((width + x.label.length) / 2) + 1)]),
    ...(marks.length === 0 ? [] : [`${indent} ${marks.join('   ')}`]),
  ].join('\n')
}

/** The line below, with its divisions and their texts, where they have room. */
function bottomOf({ ticks }: Axis, width: number): readonly [string, string] {
  const line = new Array<string>(width).fill('─')
  let texts = ''
  for (const { place, text } of ticks) {
    const column = Math.floor(place / DOT / 2)
    if (column < 0 || column >= width) continue
    line[column] = '┬'
    const begin = Math.max(0, Math.min(width - text.length, column - Math.floor(text.length / 2)))
    if (begin > texts.length || texts === '') texts = texts.padEnd(begin) + text
  }
  return [line.join(''), texts]
}

/** The names of the series in the rows where they end, or the next that is free. */
function besides(
  series: readonly PlacedSeries[],
  placeOf: (value: number) => number | undefined,
  rowOf: (place: number) => number,
  rows: number,
): readonly (string | undefined)[] {
  const beside = new Array<string | undefined>(rows).fill(undefined)
  for (const { name, y } of series) {
    const last = Array.from(y, placeOf).findLast((place) => place !== undefined)
    if (name === undefined || last === undefined) continue
    const wanted = Math.max(0, rowOf(last))
    const [free] = [...beside.keys()]
      .filter((row) => beside[row] === undefined)
      .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))
    if (free !== undefined) beside[free] = name
  }
  return beside
}

const dotOf = (axis: Axis, value: number): number | undefined => {
  const place = axis.place(value)
  return place === undefined ? undefined : Math.round(place / DOT)
}

function draw(paper: Paper, { x: xs, y: ys, kind }: PlacedSeries, x: Axis, y: Axis): void {
  const ground = dotOf(y, 0) ?? paper.bottom
  // Bars take a good part of the way to the next.
  const half = kind === 'bars' ? Math.max(0, Math.floor((0.3 * ((x.place(1) ?? 0) - (x.place(0) ?? 0))) / DOT)) : 0
  let before: Dot | undefined
  for (let i = 0; i < ys.length; i++) {
    const [column, row] = [dotOf(x, xs[i]), dotOf(y, ys[i])]
    const at = column === undefined || row === undefined ? undefined : ([column, row] as const)
    if (at !== undefined) {
      const from = kind === 'points' ? at : (before ?? at)
      if (kind !== 'bars') paper.line(from, at, kind === 'dashes' ? isDash : isThere)
      else for (let dx = -half; dx <= half; dx++) paper.line([at[0] + dx, ground], [at[0] + dx, at[1]], isThere)
    }
    before = at
  }
}

type Dot = readonly [number, number]

/** Characters made of dots. */
class Paper {
  readonly #cells: Uint8Array
  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {
    this.#cells = new Uint8Array(columns * rows)
  }

  get bottom(): number {
    return 4 * this.rows - 1
  }

  /** Dots from one to the other, those that are wanted by their places along the line's longer axis. */
  line(from: Dot, to: Dot, isWanted: (i: number) => boolean): void {
    const way = [to[0] - from[0], to[1] - from[1]] as const
    const [begin, end] = this.#inside(from, way)
    // What lies far outside is not gone through dot by dot.
    const [x, y] = [from[0] + begin * way[0], from[1] + begin * way[1]]
    const [across, down] = [(end - begin) * way[0], (end - begin) * way[1]]
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(across), Math.abs(down))))
    const isFlat = Math.abs(across) >= Math.abs(down)
    for (let step = 0; begin <= end && step <= steps; step++) {
      const dot = [Math.round(x + (across * step) / steps), Math.round(y + (down * step) / steps)] as const
      if (isWanted(dot[isFlat ? 0 : 1])) this.#set(...dot)
    }
  }

  /** Which part of a line is on the paper (Liang and Barsky, "A new concept and method for line clipping", 1984). */
  #inside(from: Dot, way: Dot): readonly [number, number] {
    let [begin, end] = [0, 1]
    for (const [axis, most] of [2 * this.columns, 4 * this.rows].entries()) {
      const ends = [0 - from[axis], most - from[axis]].map((left) => left / (way[axis] || 1e-9))
      begin = Math.max(begin, Math.min(...ends))
      end = Math.min(end, Math.max(...ends))
    }
    return [begin, end]
  }

  #set(x: number, y: number): void {
    if (x < 0 || y < 0 || x >= 2 * this.columns || y >= 4 * this.rows) return
    this.#cells[(y >> 2) * this.columns + (x >> 1)] |= DOTS[2 * (y & 3) + (x & 1)]
  }

  lines(): string[] {
    return Array.from({ length: this.rows }, (_, row) =>
      Array.from(this.#cells.subarray(row * this.columns, (row + 1) * this.columns), (dots) =>
        dots === 0 ? ' ' : String.fromCharCode(BLANK + dots),
      ).join(''),
    )
  }
}
