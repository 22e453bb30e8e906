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
    const [x, above, below] = [pixel % width, pixel - width, pixel + width]
    const neighbours = [x > 0 ? pixel - 1 : pixel, x < width - 1 ? pixel + 1 : pixel, above, below]
    return own > 0 && neighbours.some((other) => other >= 0 && other < numbers.length && numbers[other] !== own) ? 1 : 0
  })
