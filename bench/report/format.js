/** 12.3456 milliseconds as '12.3 ms'. */
export function formatTime(milliseconds) {
  if (milliseconds < 1) return `${digits(milliseconds * 1000)} µs`
  return milliseconds < 1000 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`
}

/** Three significant digits without an exponent. */
export function digits(value) {
  if (value === 0 || !Number.isFinite(value)) return `${value}`
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

export const formatBytes = (bytes) =>
  bytes < 2 ** 30 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${digits(bytes / 2 ** 30)} GiB`

export const formatRatio = (ratio) =>
  `${ratio < 10 ? ratio.toPrecision(2) : Math.round(ratio).toLocaleString('en-US')} ×`

export const formatShare = (share) => `${(100 * share).toPrecision(2)} %`

/** 2.15e9 as '2.15 GFLOP'. */
export function formatFlops(flops) {
  if (flops < 1e6) return `${digits(flops / 1e3)} kFLOP`
  return flops < 1e9 ? `${digits(flops / 1e6)} MFLOP` : `${digits(flops / 1e9)} GFLOP`
}

export const formatCount = (count) => count.toLocaleString('en-US')
