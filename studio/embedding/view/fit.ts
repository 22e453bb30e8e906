/** Moves and scales places (x, y and z of each point) into the cube from −1 to 1; points that do not count have no place (NaN). */
export function fitted(places: Float32Array, isShown: (point: number) => boolean): Float32Array {
  const middle = [0, 0, 0]
  let half = 0
  for (let axis = 0; axis < 3; axis++) {
    let [low, high] = [Infinity, -Infinity]
    for (let at = axis; at < places.length; at += 3) {
      low = Math.min(low, places[at]!)
      high = Math.max(high, places[at]!)
    }
    middle[axis] = (low + high) / 2
    half = Math.max(half, (high - low) / 2)
  }
  const scale = half > 0 ? 1 / half : 0
  return places.map((place, at) => (isShown(Math.floor(at / 3)) ? (place - middle[at % 3]!) * scale : Number.NaN))
}

/** Places between two pictures of the same points. */
export function between(from: Float32Array, to: Float32Array, share: number): Float32Array {
  // What had no place is at once where it belongs.
  return to.map((place, at) => (Number.isNaN(from[at]!) ? place : from[at]! + (place - from[at]!) * share))
}

/** Slow at both ends. */
export const eased = (share: number): number => share * share * (3 - 2 * share)

/** The least and the largest x, y and z of places. */
export function boxOf(places: Float32Array): { readonly low: readonly number[]; readonly high: readonly number[] } {
  const [low, high] = [
    [1, 1, 1],
    [-1, -1, -1],
  ]
  for (let at = 0; at < places.length; at++) {
    const [axis, place] = [at % 3, places[at]!]
    if (place < low[axis]!) low[axis] = place
    if (place > high[axis]!) high[axis] = place
  }
  return { low, high }
}
