import type { Values } from './source'

/** ‖a − b‖ / ‖a‖ over pairs of weights of the same shape; undefined if there are none. */
export function distanceOf(pairs: readonly (readonly [Values, Values])[]): number | undefined {
  let [difference, size, count] = [0, 0, 0]
  for (const [a, b] of pairs) {
    if (a.shape.join() !== b.shape.join()) continue
    count++
    for (let i = 0; i < a.data.length; i++) {
      difference += (a.data[i]! - b.data[i]!) ** 2
      size += a.data[i]! ** 2
    }
  }
  if (count === 0) return undefined
  return difference === 0 ? 0 : Math.sqrt(difference / (size || 1))
}
