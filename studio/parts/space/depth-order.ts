/** As many as make the order of what lies behind each other finer than a pixel. */
const STEPS = 8192

/**
 * The order from the farthest to the nearest, in time that grows with the number of depths alone. What has no depth (NaN) is left out.
 *
 * @returns indices of depths
 */
export function byDepth(depths: Float32Array): Uint32Array {
  let [low, high, count] = [Infinity, -Infinity, 0]
  for (const depth of depths) {
    if (!Number.isFinite(depth)) continue
    low = Math.min(low, depth)
    high = Math.max(high, depth)
    count++
  }
  const scale = high > low ? (STEPS - 1) / (high - low) : 0
  const ends = new Uint32Array(STEPS + 1)
  for (const depth of depths) if (Number.isFinite(depth)) ends[(1 + (depth - low) * scale) | 0]!++
  for (let step = 0; step < STEPS; step++) ends[step + 1]! += ends[step]!
  const order = new Uint32Array(count)
  for (let i = 0; i < depths.length; i++) {
    const depth = depths[i]!
    if (Number.isFinite(depth)) order[ends[((depth - low) * scale) | 0]!++] = i
  }
  return order
}
