import type { Pair } from 'shapewise/optim'
import { type Colour, mix, type Theme } from '../parts/palette'

/** A surface as a picture needs it: heights over a grid, the row of the smallest y first. */
export interface Ground {
  readonly name: string
  readonly heights: Float32Array
  readonly columns: number
  readonly x: Pair
  readonly y: Pair
  readonly start: Pair
  readonly minima: readonly Pair[]
  /** The height of the minima. */
  readonly lowest: number
}

/**
 * Heights as they are drawn, from 0 at the lowest to 1 at the highest place, so that half of the map lies below ½: the logarithm of the
 * height above the lowest place plus something.
 */
export function levelling(heights: Float32Array): (height: number) => number {
  const sorted = heights.filter(Number.isFinite).sort()
  const [low = 0, high = 1] = [sorted[0], sorted.at(-1)]
  const range = high - low || 1
  const median = ((sorted[sorted.length >> 1] ?? low) - low) / range
  // log(1 + κ r) / log(1 + κ) = ½ for the median r.
  const steepness = median > 0 && median < 0.5 ? (1 - 2 * median) / (median * median) : 0
  return (height) => {
    const share = Math.max(0, (height - low) / range)
    const level = steepness < 1e-6 ? share : Math.log1p(steepness * share) / Math.log1p(steepness)
    return Number.isNaN(level) ? 1 : Math.min(1, level)
  }
}

/** From the valleys to the peaks. */
const colours: Readonly<Record<Theme, readonly [Colour, Colour, Colour]>> = {
  light: [
    [158, 190, 214],
    [206, 221, 232],
    [247, 248, 250],
  ],
  dark: [
    [66, 108, 142],
    [50, 71, 92],
    [41, 48, 58],
  ],
}

export function levelColour(level: number, theme: Theme): Colour {
  const [low, middle, high] = colours[theme]
  return level < 0.5 ? mix(low, middle, 2 * level) : mix(middle, high, 2 * level - 1)
}
