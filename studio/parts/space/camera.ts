/** From where a picture in space is looked at. What it shows lies within the cube from −1 to 1; z points up. */
export interface Camera {
  /** Turned around z, in radians. */
  readonly turn: number
  /** How far from above: 0 looks from the side, π/2 straight down. */
  readonly tilt: number
  readonly zoom: number
  /** Shifts of what is seen, in half sides of the picture. */
  readonly x: number
  readonly y: number
}

export const camera = (changes: Partial<Camera> = {}): Camera => ({
  ...{ turn: -0.6, tilt: 0.5, zoom: 1, x: 0, y: 0 },
  ...changes,
})

/** Straight down, as on a map. */
export const fromAbove = camera({ turn: 0, tilt: Math.PI / 2 })

const ZOOM = { least: 0.2, most: 40 } as const
const TILT = Math.PI / 2
/** How far away the eye is, in half sides of the cube. */
const DISTANCE = 6
/** The part of the picture's half side that the half side of the cube takes. */
const FILLED = 0.62
const FILLED_FLAT = 0.92

export function turned(from: Camera, turn: number, tilt: number): Camera {
  return { ...from, turn: (from.turn + turn) % (2 * Math.PI), tilt: Math.max(-TILT, Math.min(TILT, from.tilt + tilt)) }
}

export const moved = (from: Camera, x: number, y: number): Camera => ({ ...from, x: from.x + x, y: from.y + y })

/** Nearer by a factor; what is seen at a place, in half sides from the middle, stays there. */
export function zoomed(from: Camera, factor: number, x = 0, y = 0): Camera {
  const zoom = Math.max(ZOOM.least, Math.min(ZOOM.most, from.zoom * factor))
  const share = zoom / from.zoom
  return { ...from, zoom, x: x - (x - from.x) * share, y: y - (y - from.y) * share }
}

/** A camera before a picture of a size: what is needed to say where a place in space is seen. */
export interface View {
  readonly width: number
  readonly height: number
  /** Of the shown places: right, up and towards the eye, each from x, y and z. */
  readonly axes: readonly number[]
  readonly middle: readonly [number, number]
  /** Pixels for a half side of the cube. */
  readonly unit: number
  /** Infinite for a picture without perspective. */
  readonly distance: number
}

/** @param isFlat whether it is a map, which fills the picture and has no perspective */
export function viewOf(from: Camera, width: number, height: number, isFlat = false): View {
  const [ct, st, ce, se] = [Math.cos(from.turn), Math.sin(from.turn), Math.cos(from.tilt), Math.sin(from.tilt)]
  const half = Math.min(width, height) / 2
  return {
    ...{ width, height },
    axes: [ct, -st, 0, st * se, ct * se, ce, -st * ce, -ct * ce, se],
    middle: [width / 2 + from.x * half, height / 2 - from.y * half],
    unit: half * (isFlat ? FILLED_FLAT : FILLED) * from.zoom,
    distance: isFlat ? Infinity : DISTANCE,
  }
}

/**
 * Pixels to the right and down, and the depth towards the eye, of places (x, y, z after each other). What lies behind the eye, far outside of the
 * cube, has no depth (NaN).
 */
export function project(view: View, places: Float32Array, seen = new Float32Array(places.length)): Float32Array {
  const [a, b, c, d, e, f, g, h, i] = view.axes as [number, ...number[]] & number[]
  const [left, top] = view.middle
  const { unit, distance } = view
  for (let k = 0; k < places.length; k += 3) {
    const [x, y, z] = [places[k]!, places[k + 1]!, places[k + 2]!]
    const depth = g! * x + h! * y + i! * z
    const scale = unit / (1 - depth / distance)
    seen[k] = left + scale * (a * x + b! * y + c! * z)
    seen[k + 1] = top - scale * (d! * x + e! * y + f! * z)
    seen[k + 2] = scale > 0 ? depth : Number.NaN
  }
  return seen
}

/** How much larger something is drawn at a depth than in the middle. */
export const nearness = (view: View, depth: number): number => 1 / (1 - depth / view.distance)

/** The place that is seen next to a pixel, of several the one in front; −1 if none is within so many pixels. */
export function nearest(view: View, places: Float32Array, x: number, y: number, within: number): number {
  const seen = project(view, places)
  let [best, least, front] = [-1, within, -Infinity]
  for (let i = 0; i < seen.length; i += 3) {
    const away = Math.hypot(seen[i]! - x, seen[i + 1]! - y)
    // What is as near to a pixel or so is chosen by its depth.
    if (away > within || !(away < least - 2 || (away < least + 2 && seen[i + 2]! > front))) continue
    best = i / 3
    least = Math.min(least, away)
    front = seen[i + 2]!
  }
  return best
}

/** The places that are seen within a closed line of pixels (x, y after each other). */
export function within(view: View, places: Float32Array, line: Float32Array): number[] {
  const seen = project(view, places)
  const found: number[] = []
  for (let i = 0; i < seen.length; i += 3) {
    if (isInside(seen[i]!, seen[i + 1]!, line)) found.push(i / 3)
  }
  return found
}

/** Whether a ray to the right crosses the line an odd number of times. */
function isInside(x: number, y: number, line: Float32Array): boolean {
  let inside = false
  for (let i = 0, before = line.length - 2; i < line.length; before = i, i += 2) {
    const [x1, y1, x2, y2] = [line[i]!, line[i + 1]!, line[before]!, line[before + 1]!]
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
  }
  return inside
}
