import type { Picture } from '../../report.js'

const colours = { true: [0.1, 0.85, 0.3], found: [1, 0.2, 0.85], both: [1, 1, 1] } as const

/** A picture in grey, brightened, with the borders of true objects (green) and of found ones (magenta); where both are it is white. */
export function outlined(
  picture: Float32Array,
  truth: ArrayLike<number>,
  found: ArrayLike<number>,
  width: number,
): Omit<Picture, 'caption'> {
  const brightest = picture.reduce((most, value) => Math.max(most, value), 1e-6)
  const [trueBorder, foundBorder] = [borders(truth, width), borders(found, width)]
  const values = Float32Array.from(picture, (value, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3]
    const kind = trueBorder[pixel] ? (foundBorder[pixel] ? 'both' : 'true') : foundBorder[pixel] ? 'found' : undefined
    return kind === undefined ? 0.75 * Math.sqrt(value / brightest) : colours[kind][channel]!
  })
  return { width, height: truth.length / width, channels: 3, values }
}

/** Pixels of objects that have something else below or beside them. */
export const borders = (numbers: ArrayLike<number>, width: number): Uint8Array =>
  Uint8Array.from(numbers, (own, pixel) => {
    const isOther = (label: number | undefined): boolean => label !== undefined && label !== own
    return own > 0 && around(numbers, pixel, width).some(isOther) ? 1 : 0
  })

/** The numbers of the pixels above, below and beside one; undefined outside of the picture. */
export const around = (numbers: ArrayLike<number>, pixel: number, width: number): (number | undefined)[] => {
  const x = pixel % width
  const beside = [x > 0 ? numbers[pixel - 1] : undefined, x < width - 1 ? numbers[pixel + 1] : undefined]
  return [numbers[pixel - width], numbers[pixel + width], ...beside]
}
