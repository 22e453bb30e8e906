import { describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import { type Axis, type AxisOptions, makeAxis } from './axis.js'
import { colors } from './svg.js'

/** Numbers in a row: a list or a typed array. */
export type Numbers = ArrayLike<number>

export interface Series {
  /** What it is called beside the chart; series without a name are not listed there. */
  readonly name?: string
  readonly y: Numbers
  /** 1, 2, 3 … by default. */
  readonly x?: Numbers
  /** 'line'. Bars stand on 0; those of several series share the room at a number, side by side. */
  readonly kind?: 'line' | 'dashes' | 'points' | 'bars'
  /** Such as '#d55e00'; the next one of a palette by default. */
  readonly color?: string
}

export interface ChartOptions {
  readonly title?: string
  readonly x?: AxisOptions
  readonly y?: AxisOptions
  readonly series: readonly Series[]
  /** Upright lines with a text. */
  readonly marks?: readonly { readonly x: number; readonly text: string }[]
  /** Pixels; 640. */
  readonly width?: number
  /** Pixels; 360. */
  readonly height?: number
}

export type PlacedSeries = Required<Omit<Series, 'name'>> & Pick<Series, 'name'>

/** The series with all that is left out. @throws if there is none, or x and y of one differ in length */
export function placedSeries({ series }: ChartOptions): PlacedSeries[] {
  if (!Array.isArray(series) || series.length === 0) fail('chart: there is no series', 'Give at least one.')
  return series.map((one: Series, i) => placed(one, i))
}

function placed({ name, y, x, kind = 'line', color }: Series, i: number): PlacedSeries {
  const where = `chart: series ${name === undefined ? i : `'${name}'`}`
  if (typeof y !== 'object' || y === null || typeof y.length !== 'number') {
    fail(`${where}: y is ${describe(y)}`, 'Give a list of numbers.')
  }
  if (x !== undefined && x.length !== y.length) {
    fail(`${where}: there are ${x.length} numbers x and ${y.length} numbers y`, 'Give as many of both.')
  }
  const count = { length: y.length }
  return { name, y, x: x ?? Array.from(count, (_, k) => k + 1), kind, color: color ?? colors[i % colors.length] }
}

/** Axes on which all of the series are seen, between these pixels. */
export function axesOf(
  series: readonly PlacedSeries[],
  options: ChartOptions,
  across: readonly [number, number],
  upwards: readonly [number, number],
): { readonly x: Axis; readonly y: Axis; readonly isEmpty: boolean } {
  const isBars = series.some(({ kind }) => kind === 'bars')
  const halfBar = isBars ? 0.5 : 0
  const xs = series.flatMap(({ x }) => [...ends(x)].flatMap((value) => [value - halfBar, value + halfBar]))
  const ys = series.flatMap(({ y }) => [...ends(y, options.y?.scale === 'log')])
  return {
    x: makeAxis('x', xs, across, options.x),
    y: makeAxis('y', isBars ? [...ys, 0] : ys, upwards, options.y),
    isEmpty: xs.length === 0 || ys.length === 0,
  }
}

/** The smallest and largest number. */
function* ends(values: Numbers, positive = false): Iterable<number> {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value) || (positive && value <= 0)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low <= high) yield* [low, high]
}
