/** `testAccuracy` → `test accuracy`. */
export const metricLabel = (name: string): string =>
  name === 'r2' ? 'R²' : name.replaceAll(/(?<=[a-z])(?=[A-Z0-9])/g, ' ').toLowerCase()

/** Metrics that are shares of all examples. */
const isShare = (name: string): boolean => /accuracy|error|mistakes/i.test(name) && !/squared|absolute/i.test(name)

/** A metric for people: shares in percent, other numbers with four digits that count. */
export function formatMetric(name: string, value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (isShare(name) && (value === 0 || Math.abs(value) >= 5e-5)) return `${(100 * value).toFixed(2)} %`
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? value.toPrecision(4) : value.toExponential(3)
}
