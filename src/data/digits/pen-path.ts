import type { RandomStream } from '../../core/threefry.js'
import type { ControlPoint, Stroke } from './digit-strokes.js'

/** The way of the pen tip in one stroke, as a fine polyline. */
export interface PenPath {
  readonly x: number[]
  readonly y: number[]
}

/** Samples per span between two control points: at 20 pixels height a span is then drawn in pieces of about a pixel. */
const SAMPLES_PER_SPAN = 6

/**
 * The Catmull–Rom spline through the points of each smooth run of a stroke, runs being separated by corners.
 *
 * The knots are spaced by the square root of the distance (centripetal), which avoids loops and overshoots
 * where points lie close together.
 *
 * Source: Catmull and Rom, 1974; Yuksel, Schaefer, Keyser, "Parameterization and applications of Catmull–Rom curves", 2011.
 */
export function penPath(stroke: Stroke): PenPath {
  const path: PenPath = { x: [stroke[0]!.x], y: [stroke[0]!.y] }
  let start = 0
  for (let end = 1; end < stroke.length; end++) {
    if (!stroke[end]!.corner && end < stroke.length - 1) continue
    for (let span = start; span < end; span++) {
      appendSpan(
        path,
        stroke[Math.max(span - 1, start)]!,
        stroke[span]!,
        stroke[span + 1]!,
        stroke[Math.min(span + 2, end)]!,
      )
    }
    start = end
  }
  return path
}

/** Appends the points of the spline from `p1` (excluded) to `p2` (included); `p0` and `p3` are their neighbours. */
function appendSpan(path: PenPath, p0: ControlPoint, p1: ControlPoint, p2: ControlPoint, p3: ControlPoint): void {
  const before = knotDistance(p0, p1)
  const within = knotDistance(p1, p2)
  const after = knotDistance(p2, p3)
  const slope = (a: number, b: number, c: number, first: number, second: number): number => {
    if (first === 0 || second === 0) return c - a
    return within * ((b - a) / first - (c - a) / (first + second) + (c - b) / second)
  }
  const slopeX1 = slope(p0.x, p1.x, p2.x, before, within)
  const slopeY1 = slope(p0.y, p1.y, p2.y, before, within)
  const slopeX2 = slope(p1.x, p2.x, p3.x, within, after)
  const slopeY2 = slope(p1.y, p2.y, p3.y, within, after)
  for (let sample = 1; sample <= SAMPLES_PER_SPAN; sample++) {
    const t = sample / SAMPLES_PER_SPAN
    // The cubic Hermite basis.
    const atStart = (1 + 2 * t) * (1 - t) * (1 - t)
    const slopeAtStart = t * (1 - t) * (1 - t)
    const atEnd = t * t * (3 - 2 * t)
    const slopeAtEnd = t * t * (t - 1)
    path.x.push(atStart * p1.x + slopeAtStart * slopeX1 + atEnd * p2.x + slopeAtEnd * slopeX2)
    path.y.push(atStart * p1.y + slopeAtStart * slopeY1 + atEnd * p2.y + slopeAtEnd * slopeY2)
  }
}

const knotDistance = (a: ControlPoint, b: ControlPoint): number => Math.sqrt(Math.hypot(b.x - a.x, b.y - a.y))

/** How a writer bends a shape: an affine map followed by an elastic deformation. */
export interface Deformation {
  /** Width over height, relative to the template. */
  readonly aspect: number
  /** How far the top leans to the right, per unit of height. */
  readonly slant: number
  /** Clockwise, in radians. */
  readonly rotation: number
  /** Standard deviation of the elastic displacements, in units of the template's height. */
  readonly elasticity: number
}

/**
 * Coefficients of the elastic field along each side: three spans over the 20 pixels of a digit, and the bell of a B-spline
 * with spans of 6.7 pixels is as wide as the Gaussian of 4 pixels that Simard et al. recommend.
 */
const FIELD_KNOTS = 6

/**
 * Bends paths in place: shear, stretch and rotation about the middle, then smooth random displacements.
 *
 * Simard et al. smooth a field of independent random displacements with a Gaussian; here the field is a cubic B-spline with
 * random coefficients, which is the same up to the shape of the bell and much cheaper. Bending the pen's path rather than the
 * picture leaves the width of the line to the pen.
 *
 * Source: Simard, Steinkraus, Platt, "Best practices for convolutional neural networks applied to visual document
 * analysis", ICDAR 2003.
 */
export function deform(paths: readonly PenPath[], deformation: Deformation, random: RandomStream): void {
  const { aspect, slant, rotation, elasticity } = deformation
  const cosine = Math.cos(rotation)
  const sine = Math.sin(rotation)
  const fieldX = Float64Array.from({ length: FIELD_KNOTS ** 2 }, () => random.normal(0, elasticity))
  const fieldY = Float64Array.from({ length: FIELD_KNOTS ** 2 }, () => random.normal(0, elasticity))
  for (const { x, y } of paths) {
    for (let i = 0; i < x.length; i++) {
      const fromLeft = x[i]!
      const fromTop = y[i]!
      const centredY = fromTop - 0.5
      const centredX = (fromLeft - 0.5) * aspect - slant * centredY
      x[i] = cosine * centredX - sine * centredY + fieldAt(fieldX, fromLeft, fromTop)
      y[i] = sine * centredX + cosine * centredY + fieldAt(fieldY, fromLeft, fromTop)
    }
  }
}

/** The cubic B-spline with the given coefficients at a point of the unit square (a little outside is fine). */
function fieldAt(coefficients: Float64Array, x: number, y: number): number {
  const spans = FIELD_KNOTS - 3
  const column = Math.min(Math.max(Math.floor(x * spans), 0), spans - 1)
  const row = Math.min(Math.max(Math.floor(y * spans), 0), spans - 1)
  const u = x * spans - column
  const v = y * spans - row
  let sum = 0
  for (let j = 0; j < 4; j++) {
    const first = (row + j) * FIELD_KNOTS + column
    const inRow =
      outer(1 - u) * coefficients[first]! +
      inner(u) * coefficients[first + 1]! +
      inner(1 - u) * coefficients[first + 2]! +
      outer(u) * coefficients[first + 3]!
    sum += inRow * (j === 0 ? outer(1 - v) : j === 1 ? inner(v) : j === 2 ? inner(1 - v) : outer(v))
  }
  return sum
}

/** The flank of the cubic B-spline bell: its first span, rising from 0. */
const outer = (t: number): number => (t * t * t) / 6

/** The top of the cubic B-spline bell: its third span, falling from 2/3. */
const inner = (t: number): number => ((t - 2) * t * t) / 2 + 2 / 3
