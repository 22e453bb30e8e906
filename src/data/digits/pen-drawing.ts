import type { PenPath } from './pen-path.js'

/** What the pen leaves on the paper. */
export interface Pen {
  /** Half the width of the line, in pixels. */
  readonly radius: number
  /** How much the width swings along the line, as a part of the radius. */
  readonly swing: number
  /** How often and from which phase it swings: `sin(frequency · length + phase)`, length in pixels. */
  readonly frequency: number
  readonly phase: number
  /** Width of the grey edge, in pixels. */
  readonly softness: number
  /** How much paler the line is where the pen presses less, from 0 to 1. */
  readonly fading: number
}

/** Half the width of the line after `length` pixels of path. */
const radiusAt = (pen: Pen, length: number): number =>
  pen.radius * (1 + pen.swing * Math.sin(pen.frequency * length + pen.phase))

/** Darkness of the line after `length` pixels of path: thin places are pale. */
const inkAt = (pen: Pen, length: number): number =>
  1 - pen.fading * (0.5 - 0.5 * Math.sin(pen.frequency * length + pen.phase))

/**
 * Draws paths, given in pixels, on a square picture: every pixel takes the darkest ink that a piece of line leaves there,
 * which falls from full to none across the soft edge of the line.
 */
export function draw(picture: Float32Array, side: number, paths: readonly PenPath[], pen: Pen): void {
  for (const { x, y } of paths) {
    let length = 0
    for (let i = 1; i < x.length; i++) {
      const startX = x[i - 1]!
      const startY = y[i - 1]!
      const alongX = x[i]! - startX
      const alongY = y[i]! - startY
      const squaredLength = alongX * alongX + alongY * alongY
      const radius = radiusAt(pen, length)
      const ink = inkAt(pen, length)
      const reach = radius + pen.softness / 2
      const left = Math.max(0, Math.ceil(Math.min(startX, x[i]!) - reach))
      const right = Math.min(side - 1, Math.floor(Math.max(startX, x[i]!) + reach))
      const top = Math.max(0, Math.ceil(Math.min(startY, y[i]!) - reach))
      const bottom = Math.min(side - 1, Math.floor(Math.max(startY, y[i]!) + reach))
      for (let row = top; row <= bottom; row++) {
        for (let column = left; column <= right; column++) {
          const dx = column - startX
          const dy = row - startY
          const projection = squaredLength > 0 ? (dx * alongX + dy * alongY) / squaredLength : 0
          const nearest = Math.min(Math.max(projection, 0), 1)
          const offX = dx - nearest * alongX
          const offY = dy - nearest * alongY
          const coverage = (reach - Math.sqrt(offX * offX + offY * offY)) / pen.softness
          const darkness = coverage < 1 ? coverage * ink : ink
          const pixel = row * side + column
          if (darkness > picture[pixel]!) picture[pixel] = darkness
        }
      }
      length += Math.sqrt(squaredLength)
    }
  }
}

/** The box around paths: extremes of the pen tip, without the width of the line. */
export function bounds(paths: readonly PenPath[]): { left: number; right: number; top: number; bottom: number } {
  const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }
  for (const { x, y } of paths) {
    for (let i = 0; i < x.length; i++) {
      box.left = Math.min(box.left, x[i]!)
      box.right = Math.max(box.right, x[i]!)
      box.top = Math.min(box.top, y[i]!)
      box.bottom = Math.max(box.bottom, y[i]!)
    }
  }
  return box
}

/** The centre of mass of a line of even width along the paths. */
export function centreOfMass(paths: readonly PenPath[]): { x: number; y: number } {
  let mass = 0
  let momentX = 0
  let momentY = 0
  for (const { x, y } of paths) {
    for (let i = 1; i < x.length; i++) {
      const length = Math.hypot(x[i]! - x[i - 1]!, y[i]! - y[i - 1]!)
      mass += length
      momentX += (length * (x[i]! + x[i - 1]!)) / 2
      momentY += (length * (y[i]! + y[i - 1]!)) / 2
    }
  }
  return { x: momentX / mass, y: momentY / mass }
}

/** Scales paths by `scale` and then moves them, in place. */
export function scaleAndMove(paths: readonly PenPath[], scale: number, moveX: number, moveY: number): void {
  for (const { x, y } of paths) {
    for (let i = 0; i < x.length; i++) {
      x[i] = x[i]! * scale + moveX
      y[i] = y[i]! * scale + moveY
    }
  }
}
