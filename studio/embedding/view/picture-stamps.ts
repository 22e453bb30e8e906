import { type Colour, packed } from '../../parts/palette'
import type { Stamp } from '../../parts/space/scene'
import type { Pictures } from '../data/collection'
import type { Colours } from './colours'

/** Each picture in the colour of its point, as transparent as there is no ink; halved where they are drawn small, so that thin strokes stay. */
export function pictureStamps({ side, pixels }: Pictures, { palette, of }: Colours, isHalved: boolean): Stamp[] {
  const inks = palette.map(inksOf)
  const to = isHalved ? Math.ceil(side / 2) : side
  return Array.from({ length: of.length }, (_, i) => {
    const ink = inks[of[i]!]!
    const own = pixels.subarray(i * side * side, (i + 1) * side * side)
    const stamp = new Uint32Array(to * to)
    for (let at = 0; at < stamp.length; at++) {
      stamp[at] = ink[isHalved ? meanOfFour(own, side, 2 * Math.floor(at / to), 2 * (at % to)) : own[at]!]!
    }
    return { pixels: stamp, side: to }
  })
}

function meanOfFour(pixels: Uint8Array, side: number, row: number, column: number): number {
  const [below, beside] = [Math.min(side - 1, row + 1), Math.min(side - 1, column + 1)]
  const sum =
    pixels[row * side + column]! +
    pixels[row * side + beside]! +
    pixels[below * side + column]! +
    pixels[below * side + beside]!
  // A little darker than their mean: small pictures look pale.
  return Math.min(255, Math.round(0.32 * sum))
}

/** A colour with each amount of ink. */
function inksOf(colour: Colour): Uint32Array {
  const solid = packed(colour) & 0xffffff
  return Uint32Array.from({ length: 256 }, (_, ink) => ((ink << 24) | solid) >>> 0)
}

/** A ring of a colour, to mark points with; its thickness is a part of its width. */
export function ringStamp(colour: Colour, share: number): Stamp {
  const side = 64
  const thickness = share * side
  const solid = packed(colour) & 0xffffff
  const middle = (side - 1) / 2
  const radius = middle - thickness / 2 - 1
  const pixels = Uint32Array.from({ length: side * side }, (_, at) => {
    const away = Math.hypot((at % side) - middle, Math.floor(at / side) - middle)
    const covered = Math.max(0, Math.min(1, thickness / 2 + 0.5 - Math.abs(away - radius)))
    return ((Math.round(255 * covered) << 24) | solid) >>> 0
  })
  return { pixels, side }
}
