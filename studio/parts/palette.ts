/** Red, green and blue from 0 to 255. */
export type Colour = readonly [number, number, number]

/** Told apart with good and weak eyes (Okabe and Ito, 2008): orange, blue, green, purple, yellow, sky. */
export const classColours: readonly Colour[] = [
  [213, 94, 0],
  [0, 114, 178],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [86, 180, 233],
]

export const cssColour = (colour: Colour): string => `rgb(${colour.join(' ')})`

/** The colour of nothing in each theme. */
export const neutral = { light: [244, 245, 247], dark: [34, 37, 43] } as const satisfies Record<string, Colour>

export const mix = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

/** From orange at −1 through nothing to blue at 1. */
export function signed(value: number, nothing: Colour): Colour {
  const end = classColours[value < 0 ? 0 : 1]
  return mix(nothing, end, Math.min(1, Math.abs(value)))
}

/** A colour as one number of 32 bits, as pictures of canvases hold it on all machines of today (little-endian). */
export const packed = ([red, green, blue]: Colour): number =>
  (0xff000000 | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0

/** Steps on each side of nothing. */
const SHADES = 255

export type Theme = keyof typeof neutral

/** The colours of values from −1 to 1 in {@link SHADES} steps on each side. */
const tables = { light: tableOf(neutral.light), dark: tableOf(neutral.dark) } as const

function tableOf(nothing: Colour): Uint32Array {
  return Uint32Array.from({ length: 2 * SHADES + 1 }, (_, i) => packed(signed(i / SHADES - 1, nothing)))
}

/** The packed colour of a value: what lies beyond ±1 is as strong as the end, and what is no number shows as nothing. */
export function signedShade(value: number, theme: Theme): number {
  const shade = Math.round((Math.max(-1, Math.min(1, value)) + 1) * SHADES)
  return tables[theme][shade] ?? tables[theme][SHADES]!
}
