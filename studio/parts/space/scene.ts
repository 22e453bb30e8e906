import { type Colour, mix, packed } from '../palette'

/** What a picture in space is made of. Places are x, y and z after each other, within the cube from −1 to 1. */
export interface Scene {
  readonly ground?: Ground
  readonly lines?: readonly Line[]
  readonly clouds?: readonly Cloud[]
  readonly pictures?: readonly Picture[]
  /** Drawn over all the rest. */
  readonly texts?: readonly Text[]
}

/** What the rest stands on. As long as it is the same object and seen from the same place, it is drawn once. */
export interface Ground {
  readonly surfaces?: readonly Surface[]
  readonly lines?: readonly Line[]
}

/** Many points, as dots or small pictures. */
export interface Cloud {
  readonly places: Float32Array
  readonly stamps: readonly Stamp[]
  /** Which of the stamps each point is; others than these are not drawn. */
  readonly kinds: ArrayLike<number>
  /** Pixels from side to side. */
  readonly size: number
  readonly opacity?: number
  /** So much nearer than it is: what lies on a surface is seen. */
  readonly lift?: number
}

/** A dot of a colour, or a square picture of packed colours (rows from the top; 0 is transparent). */
export type Stamp = Colour | { readonly pixels: Uint32Array; readonly side: number }

export interface Line {
  readonly places: Float32Array
  readonly colour: Colour
  /** In pixels. */
  readonly width: number
  readonly opacity?: number
  readonly lift?: number
}

/** A grid of places, row by row, each with a packed colour. */
export interface Surface {
  readonly columns: number
  readonly places: Float32Array
  readonly colours: Uint32Array
}

export type Vector = readonly [number, number, number]

/** A picture on a plane: from a corner along two sides. */
export interface Picture {
  /** Packed colours, rows from the top; 0 is transparent. */
  readonly pixels: Uint32Array
  readonly columns: number
  readonly corner: Vector
  readonly right: Vector
  readonly down: Vector
  /** The colour of a frame around it. */
  readonly frame?: Colour
}

export interface Text {
  readonly place: Vector
  readonly text: string
  readonly colour: string
  readonly size?: number
  readonly weight?: number
  readonly align?: 'left' | 'center' | 'right'
}

/** Where the light comes from: the left, the front and above. */
const LIGHT: Vector = [-0.45, -0.35, 0.82]
const [SHADOW, SHINE] = [
  [10, 14, 24],
  [255, 255, 255],
] as const

/** The colours of the places of a grid, each lighter or darker as the surface lies to the light there. */
export function shaded(columns: number, places: Float32Array, colourOf: (place: number) => Colour): Uint32Array {
  const rows = places.length / 3 / columns
  return Uint32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    const along = between(places, i - (column > 0 ? 1 : 0), i + (column < columns - 1 ? 1 : 0))
    const across = between(places, i - (row > 0 ? columns : 0), i + (row < rows - 1 ? columns : 0))
    const normal: Vector = [
      along[1] * across[2] - along[2] * across[1],
      along[2] * across[0] - along[0] * across[2],
      along[0] * across[1] - along[1] * across[0],
    ]
    const length = Math.hypot(...normal) * (normal[2] < 0 ? -1 : 1) || 1
    const light = normal.reduce((sum, part, k) => sum + (part / length) * LIGHT[k]!, 0) - LIGHT[2]
    return packed(mix(colourOf(i), light < 0 ? SHADOW : SHINE, Math.min(1, 0.5 * Math.abs(light))))
  })
}

const between = (places: Float32Array, a: number, b: number): Vector => [
  places[3 * b]! - places[3 * a]!,
  places[3 * b + 1]! - places[3 * a + 1]!,
  places[3 * b + 2]! - places[3 * a + 2]!,
]
