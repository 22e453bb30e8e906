/** What smoothing does, in a sentence for the page. */
export const smoothingRule = (weight: number): string =>
  weight === 0
    ? 'No smoothing: each stored point as it is.'
    : `Single batches only, each run by itself: the mean of its points so far, where a point counts ${weight.toFixed(2)} times as much as the next one. ` +
      'Values that are not finite are left out. The stored points stay behind it, faintly.'

/**
 * The exponential moving average of one curve, divided by the sum of the weights so far, so that it does not start at 0:
 * s(t) = Σ wⁱ y(t − i) / Σ wⁱ.
 */
export function smoothed(values: Float64Array, weight: number): Float64Array {
  let [sum, weights] = [0, 0]
  return values.map((value) => {
    if (Number.isFinite(value)) {
      sum = weight * sum + value
      weights = weight * weights + 1
    }
    return weights === 0 ? Number.NaN : sum / weights
  })
}
