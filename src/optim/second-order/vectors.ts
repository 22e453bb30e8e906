/** x · y. */
export function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i]
  return sum
}

/** x + scale · y. */
export const plus = (x: Float64Array, scale: number, y: Float64Array): Float64Array =>
  x.map((value, i) => value + scale * y[i])

/** The largest |x|. */
export const largest = (x: Float64Array): number => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
