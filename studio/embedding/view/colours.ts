import { type Colour, classColours, mix, type Theme } from '../../parts/palette'
import type { Colouring } from '../data/collection'

/** Beside the six of the palette: violet, brown, grey and olive, apart in lightness too. */
const more: readonly Colour[] = [
  [98, 56, 160],
  [128, 76, 40],
  [118, 126, 138],
  [150, 170, 30],
]
const first = [...classColours, ...more]
/** From low to high, lighter all the way. */
const ramp: readonly Colour[] = [
  [44, 52, 130],
  [20, 122, 148],
  [86, 176, 108],
  [240, 200, 60],
]
/** How many colours values are shown in. */
const SHADES = 32

/** The colour of a class. After ten they come again, lighter or darker. */
export function classColour(index: number, theme: Theme): Colour {
  const colour = first[index % first.length]!
  const round = Math.floor(index / first.length)
  const end: Colour = theme === 'dark' ? [255, 255, 255] : [0, 0, 0]
  return round === 0 ? mix(colour, end, colour === more[0] && theme === 'dark' ? 0.35 : 0) : mix(colour, end, 0.45)
}

export function rampColour(share: number): Colour {
  const at = Math.max(0, Math.min(1, share)) * (ramp.length - 1)
  const low = Math.min(ramp.length - 2, Math.floor(at))
  return mix(ramp[low]!, ramp[low + 1]!, at - low)
}

/** The colours of a picture, and which of them each point has. */
export interface Colours {
  readonly palette: readonly Colour[]
  readonly of: ArrayLike<number>
}

const nothing: Colour = [132, 140, 152]

export function coloursOf(colouring: Colouring | undefined, count: number, theme: Theme): Colours {
  if (colouring === undefined) return { palette: [classColour(1, theme)], of: new Uint8Array(count) }
  if (colouring.kind === 'classes') {
    const palette = [...colouring.names.map((_, i) => classColour(i, theme)), nothing]
    return { palette, of: colouring.of.map((each) => (each < 0 ? palette.length - 1 : each)) }
  }
  const { low, high } = rangeOf(colouring.of)
  const palette = Array.from({ length: SHADES }, (_, i) => rampColour(i / (SHADES - 1)))
  const scale = high > low ? (SHADES - 1) / (high - low) : 0
  return { palette, of: Uint8Array.from(colouring.of, (value) => Math.round((value - low) * scale)) }
}

export function rangeOf(values: Float32Array): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { low, high }
}
