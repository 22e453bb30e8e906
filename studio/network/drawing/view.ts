/** Which part of the paper is seen: the place of the left upper corner, and pixels of the screen per unit of the paper. */
export interface View {
  readonly x: number
  readonly y: number
  readonly scale: number
}

interface Area {
  readonly width: number
  readonly height: number
}

const SCALES = { least: 0.005, most: 4 }
const MARGIN = 24

/** Everything on the paper, not larger than it is. */
export function fit(paper: Area, screen: Area): View {
  const space = (side: number): number => Math.max(1, side - 2 * MARGIN)
  const scale = Math.min(1, space(screen.width) / (paper.width || 1), space(screen.height) / (paper.height || 1))
  return centred(paper.width / 2, paper.height / 2, Math.max(SCALES.least, scale), screen)
}

/** The paper from the top, readable even if its end is not seen. */
export function begin(paper: Area, screen: Area): View {
  const whole = fit(paper, screen)
  if (whole.scale >= 0.6) return whole
  const scale = Math.min(0.85, Math.max(0.6, (screen.width - 2 * MARGIN) / (paper.width || 1)))
  return { ...centred(paper.width / 2, 0, scale, screen), y: -MARGIN / scale }
}

/** A place of the paper in the middle of the screen. */
export const centred = (x: number, y: number, scale: number, { width, height }: Area): View => ({
  x: x - width / 2 / scale,
  y: y - height / 2 / scale,
  scale,
})

/** Larger or smaller around a place of the screen, which stays where it is. */
export function zoomed({ x, y, scale }: View, factor: number, at: { readonly x: number; readonly y: number }): View {
  const next = Math.min(SCALES.most, Math.max(SCALES.least, scale * factor))
  return { x: x + at.x / scale - at.x / next, y: y + at.y / scale - at.y / next, scale: next }
}

/** Moved by pixels of the screen, as if the paper were dragged. */
export const dragged = ({ x, y, scale }: View, right: number, down: number): View => ({
  x: x - right / scale,
  y: y - down / scale,
  scale,
})

/** Moved no further than that something of the paper is seen. */
export function within({ x, y, scale }: View, paper: Area, screen: Area): View {
  const hold = (value: number, size: number, seen: number): number => {
    const margin = Math.min(size, seen) / 4
    return Math.min(size - margin, Math.max(margin - seen, value))
  }
  return { x: hold(x, paper.width, screen.width / scale), y: hold(y, paper.height, screen.height / scale), scale }
}
