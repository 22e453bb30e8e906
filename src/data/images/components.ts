import { fail } from '../../core/errors.js'

/**
 * Numbers the connected parts of a mask: 0 outside, 1, 2, … for the pixels of each part, in the order in which rows meet them. Pixels are
 * neighbours where they share an edge.
 *
 * Throws if the mask has not `width` × `height` pixels.
 *
 * ```ts
 * connectedComponents([1, 0, 1], { width: 3, height: 1 }) // Int32Array [1, 0, 2]
 * ```
 */
export function connectedComponents(
  mask: ArrayLike<number | boolean>,
  { width, height }: { readonly width: number; readonly height: number },
): Int32Array {
  if (mask.length !== width * height) {
    fail(`connectedComponents: ${mask.length} pixels are not ${width} × ${height}`, 'Give the mask of one picture.')
  }
  const numbers = new Int32Array(mask.length)
  const waiting: number[] = []
  let count = 0
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || numbers[start] !== 0) continue
    count++
    const reach = (pixel: number): void => {
      if (!mask[pixel] || numbers[pixel] !== 0) return
      numbers[pixel] = count
      waiting.push(pixel)
    }
    reach(start)
    for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
      const column = pixel % width
      if (column > 0) reach(pixel - 1)
      if (column < width - 1) reach(pixel + 1)
      if (pixel >= width) reach(pixel - width)
      if (pixel < mask.length - width) reach(pixel + width)
    }
  }
  return numbers
}
