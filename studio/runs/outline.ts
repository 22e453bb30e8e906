import type { Scale } from './scale'

/**
 * What of a curve is to be drawn so that the picture is the same as if every point were: of the points that fall into one column of pixels,
 * the first, the lowest, the highest and the last (M4; Jugel et al., "M4: A visualization-oriented time series data aggregation", 2014).
 * The places of the pixels come in pairs; NaN twice is a gap, where a value is not finite or has no place on the scale.
 */
export function outline(x: Float64Array, y: Float64Array, along: Scale, up: Scale): Float64Array {
  // Three points become four at most.
  const out = new Float64Array(4 * (x.length + 1))
  let length = 0
  const put = (px: number, py: number): void => {
    out[length++] = px
    out[length++] = py
  }
  const [start, end] = visible(x, along)
  let column = Number.NaN
  let [firstX, firstY, lastX, lastY, lowX, lowY, highX, highY] = [0, 0, 0, 0, 0, 0, 0, 0]
  let held = 0
  const flush = (): void => {
    if (held === 0) return
    put(firstX, firstY)
    if (held > 2) {
      const lowFirst = lowX <= highX
      put(lowFirst ? lowX : highX, lowFirst ? lowY : highY)
      put(lowFirst ? highX : lowX, lowFirst ? highY : lowY)
    }
    if (held > 1) put(lastX, lastY)
    held = 0
  }
  for (let i = start; i < end; i++) {
    const value = y[i]!
    if (!Number.isFinite(value) || (up.isLog && value <= 0)) {
      flush()
      put(Number.NaN, Number.NaN)
      continue
    }
    const [px, py] = [along.at(x[i]!), up.at(value)]
    if (Math.floor(px) !== column) flush()
    column = Math.floor(px)
    if (held === 0) [firstX, firstY, lowX, lowY, highX, highY] = [px, py, px, py, px, py]
    if (py < lowY) [lowX, lowY] = [px, py]
    if (py > highY) [highX, highY] = [px, py]
    ;[lastX, lastY] = [px, py]
    held++
  }
  flush()
  return out.subarray(0, length)
}

/** The points within the scale, and one more on each side; points are in order along it. */
export function visible(x: Float64Array, { low, high }: Pick<Scale, 'low' | 'high'>): readonly [number, number] {
  const start = Math.max(0, firstAtLeast(x, low) - 1)
  const end = Math.min(x.length, firstAtLeast(x, high) + 1)
  return [start, end]
}

/** The first place in an ascending list whose value is at least this. */
export function firstAtLeast(x: Float64Array, value: number): number {
  let [from, to] = [0, x.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (x[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}
