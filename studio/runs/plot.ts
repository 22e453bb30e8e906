import { type Colour, cssColour } from '../parts/palette'
import { firstAtLeast, outline } from './outline'
import type { Axis } from './points'
import { durationText, numberText, rangeOf, type Scale, scale, ticks } from './scale'
import type { Drawn } from './worker'

const LEFT = 58
const RIGHT = 10
const TOP = 8
const BOTTOM = 26
/** Where points are so far apart they are dots. */
const DOT_PIXELS = 7

export interface Curve {
  readonly series: Drawn
  /** What is drawn strongly, and what lies faintly behind it. */
  readonly line: Float64Array
  readonly behind: Float64Array | undefined
  /** Where values are that are not finite. */
  readonly lost: readonly number[]
}

/** Curves in pixels. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly axis: Axis
  readonly along: Scale
  readonly up: Scale
  readonly curves: readonly Curve[]
}

interface Wish {
  readonly width: number
  readonly height: number
  readonly axis: Axis
  readonly isLog: boolean
  readonly zoom: readonly [number, number] | undefined
}

/** Lays curves out: every point counts, however many there are. */
export function picture(series: readonly Drawn[], { width, height, axis, isLog, zoom }: Wish): Picture {
  const filled = series.filter(({ x }) => x.length > 0)
  const whole = rangeOf(filled.map(({ x }) => x.subarray(0, 1)).concat(filled.map(({ x }) => x.subarray(-1))))
  const [from, to] = zoom ?? whole ?? [0, 1]
  const along = scale(from, to, LEFT, width - RIGHT)
  const within = filled.map((one) => {
    const [start, end] = [firstAtLeast(one.x, from), firstAtLeast(one.x, to) + 1]
    return (one.smooth ?? one.y).subarray(start, end)
  })
  const [low, high] = rangeOf(within, isLog) ?? [isLog ? 0.1 : 0, 1]
  const up = scale(low, high, height - BOTTOM, TOP, isLog)
  const curves = filled.map((one): Curve => {
    const raw = outline(one.x, one.y, along, up)
    const lost = Array.from(one.x).filter((_, i) => !Number.isFinite(one.y[i]!))
    return one.smooth === undefined
      ? { series: one, line: raw, behind: undefined, lost }
      : { series: one, line: outline(one.x, one.smooth, along, up), behind: raw, lost }
  })
  return { width, height, axis, along, up, curves }
}

/** The point that lies nearest to a place of the picture. */
export function nearest({ curves, along, up }: Picture, left: number, top: number) {
  let best: { at: number; which: number; distance: number } | undefined
  const value = along.from(left)
  for (const [which, { series }] of curves.entries()) {
    const { x, y, smooth } = series
    const middle = firstAtLeast(x, value)
    for (const at of [middle - 1, middle]) {
      if (at < 0 || at >= x.length) continue
      const height = smooth?.[at] ?? y[at]!
      if (!Number.isFinite(height)) continue
      const distance = Math.hypot(along.at(x[at]!) - left, (up.at(height) - top) * 1.5)
      if (best === undefined || distance < best.distance) best = { at, which, distance }
    }
  }
  return best === undefined ? undefined : { at: best.at, which: best.which }
}

interface Style {
  readonly dark: boolean
  colourOf(run: string): Colour
}

interface Pointed extends Style {
  readonly mark:
    | { readonly left: number; readonly top: number; readonly run: string; readonly which: number }
    | undefined
  /** The part that is being chosen. */
  readonly drag: readonly [number, number] | undefined
}

const dashes = { batch: [], epoch: [], validation: [6, 4], rate: [] } as const

/** An empty canvas of this size, and what paints on it. */
function cleared(canvas: HTMLCanvasElement, { width, height }: Picture): CanvasRenderingContext2D {
  const ratio = globalThis.devicePixelRatio ?? 1
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  const context = canvas.getContext('2d')!
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  context.lineJoin = 'round'
  return context
}

/** All curves. */
export function paint(canvas: HTMLCanvasElement, drawn: Picture, { dark, colourOf }: Style): void {
  const { width, height, curves } = drawn
  const context = cleared(canvas, drawn)
  paintAxes(context, drawn, dark)
  context.save()
  context.beginPath()
  context.rect(LEFT - 1, TOP - 4, width - LEFT - RIGHT + 5, height - TOP - BOTTOM + 8)
  context.clip()
  for (const { series, line, behind } of curves) {
    context.strokeStyle = context.fillStyle = cssColour(colourOf(series.run))
    if (behind !== undefined) {
      context.globalAlpha = 0.22
      trace(context, behind, [], 1)
    }
    // Batches lie behind the means of their epochs.
    context.globalAlpha = series.source === 'batch' && behind === undefined ? 0.7 : 1
    trace(context, line, dashes[series.source], series.source === 'batch' && behind === undefined ? 1.1 : 1.8)
    const room = (drawn.width - LEFT - RIGHT) / Math.max(1, series.x.length)
    if (room > DOT_PIXELS || series.x.length === 1) dots(context, line)
  }
  context.globalAlpha = 1
  for (const { series, lost } of curves) {
    context.strokeStyle = cssColour(colourOf(series.run))
    for (const x of lost.slice(0, 500)) cross(context, drawn.along.at(x), TOP + 4)
  }
  context.restore()
}

/** What is pointed at, above the curves, which need not be painted again. */
export function paintPointed(canvas: HTMLCanvasElement, drawn: Picture, { dark, colourOf, mark, drag }: Pointed): void {
  const { height } = drawn
  const context = cleared(canvas, drawn)
  if (drag !== undefined) {
    context.fillStyle = dark ? '#6cb6ee33' : '#0b63a522'
    context.fillRect(Math.min(...drag), TOP, Math.abs(drag[1] - drag[0]), height - TOP - BOTTOM)
  }
  const curve = mark === undefined ? undefined : drawn.curves[mark.which]
  if (mark !== undefined && curve !== undefined) {
    context.strokeStyle = dark ? '#1f232a' : '#ffffff'
    trace(context, curve.line, [], 5)
    context.strokeStyle = cssColour(colourOf(mark.run))
    trace(context, curve.line, [], 2.4)
    context.fillStyle = cssColour(colourOf(mark.run))
    context.strokeStyle = dark ? '#1f232a' : '#ffffff'
    context.lineWidth = 2
    context.beginPath()
    context.arc(mark.left, mark.top, 5, 0, 2 * Math.PI)
    context.fill()
    context.stroke()
  }
}

function trace(context: CanvasRenderingContext2D, line: Float64Array, dash: readonly number[], width: number): void {
  context.setLineDash([...dash])
  context.lineWidth = width
  context.beginPath()
  let isDown = false
  for (let i = 0; i < line.length; i += 2) {
    const [x, y] = [line[i]!, line[i + 1]!]
    if (Number.isNaN(x)) isDown = false
    else if (isDown) context.lineTo(x, y)
    else {
      context.moveTo(x, y)
      isDown = true
    }
  }
  context.stroke()
  context.setLineDash([])
}

function dots(context: CanvasRenderingContext2D, line: Float64Array): void {
  context.beginPath()
  for (let i = 0; i < line.length; i += 2) {
    if (Number.isNaN(line[i]!)) continue
    context.moveTo(line[i]! + 2.6, line[i + 1]!)
    context.arc(line[i]!, line[i + 1]!, 2.6, 0, 2 * Math.PI)
  }
  context.fill()
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.lineWidth = 1.5
  context.beginPath()
  context.moveTo(x - 3, y - 3)
  context.lineTo(x + 3, y + 3)
  context.moveTo(x - 3, y + 3)
  context.lineTo(x + 3, y - 3)
  context.stroke()
}

function paintAxes(
  context: CanvasRenderingContext2D,
  { width, height, along, up, axis }: Picture,
  dark: boolean,
): void {
  context.font = '11px system-ui, sans-serif'
  context.lineWidth = 1
  const grid = dark ? '#343a45' : '#e6e8ec'
  const ink = dark ? '#b4bcc9' : '#525c6c'
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  for (const value of ticks(up.low, up.high, Math.max(2, height / 60), up.isLog)) {
    const y = Math.round(up.at(value)) + 0.5
    context.strokeStyle = grid
    context.beginPath()
    context.moveTo(LEFT, y)
    context.lineTo(width - RIGHT, y)
    context.stroke()
    context.fillStyle = ink
    context.fillText(numberText(value), LEFT - 6, y)
  }
  context.textBaseline = 'top'
  const marks = axisTicks(axis, along, Math.max(2, (width - LEFT) / 110))
  for (const [i, { value, text }] of marks.entries()) {
    const x = along.at(value)
    context.fillStyle = ink
    context.textAlign = i === marks.length - 1 && x > width - 40 ? 'right' : 'center'
    context.fillText(text, context.textAlign === 'right' ? width - 2 : x, height - BOTTOM + 8)
    context.strokeStyle = grid
    context.beginPath()
    context.moveTo(Math.round(x) + 0.5, TOP)
    context.lineTo(Math.round(x) + 0.5, height - BOTTOM + 4)
    context.stroke()
  }
}

/** Steps between marks of an axis of seconds, that people count in. */
const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]

function axisTicks(
  axis: Axis,
  { low, high }: Scale,
  count: number,
): { readonly value: number; readonly text: string }[] {
  if (axis === 'step' || axis === 'epoch') {
    return ticks(low, high, count).map((value) => ({ value, text: numberText(value, 6) }))
  }
  const unit = axis === 'wall' ? 1000 : 1
  const span = (high - low) / unit
  if (axis === 'relative' && span < count) {
    return ticks(low, high, count).map((value) => ({ value, text: durationText(value) }))
  }
  const day = 86_400
  const step = (clockSteps.find((each) => each >= span / count) ?? Math.ceil(span / count / day) * day) * unit
  // Whole hours of the clock on the wall.
  const shift = axis === 'wall' ? new Date(low).getTimezoneOffset() * 60_000 : 0
  const first = Math.ceil((low - shift) / step) * step + shift
  const values = Array.from({ length: Math.max(0, Math.floor((high - first) / step) + 1) }, (_, i) => first + i * step)
  return values.map((value) => ({ value, text: axis === 'relative' ? durationText(value) : clockText(value, step) }))
}

function clockText(value: number, step: number): string {
  const date = new Date(value)
  if (step >= 86_400_000) return date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })
  return date.toLocaleTimeString(undefined, {
    ...{ hour: '2-digit', minute: '2-digit', hour12: false },
    ...(step < 60_000 && { second: '2-digit' }),
  })
}
