import { formatBytes, formatCount, formatFlops, formatRatio, formatShare, formatTime } from './format.js'
import { goalsOf, shareOfPeak } from './summary.js'

const titles = ['', 'median', 'quartiles', 'time / ours', 'of peak', 'import to result', 'peak memory']

/** A workload's results as text for a terminal. */
export function formatTable(summary, peak) {
  const rows = summary.results.map((result) => rowOf(result, summary, peak))
  const complete = [titles, ...rows.filter((row) => row.length === titles.length)]
  const widths = titles.map((_, i) => Math.max(...(i === 0 ? rows : complete).map((row) => row[i].length)))
  const line = (row) =>
    `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('   ')}`
  const lines = rows.map((row) =>
    row.length === titles.length ? line(row) : `  ${row[0].padEnd(widths[0])}   ${row[1]}`,
  )
  return [titleOf(summary), line(titles), ...lines, ...goalLines(summary), ''].join('\n')
}

/** A title such as `mlp: MLP …, Adam, batch 128 (669,706 parameters, 0.39 GFLOP a step)`. */
function titleOf({ workload, results }) {
  const parameters = results.find((result) => result.parameters > 0)?.parameters
  const facts = [
    parameters && `${formatCount(parameters)} parameters`,
    workload.flops && `${formatFlops(workload.flops)} a step`,
  ].filter(Boolean)
  return `${workload.name}: ${workload.title}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`
}

function rowOf(result, { workload, best }, peak) {
  const { label, median, lower, upper, cold, peakMemory } = result
  if (median === undefined) return [label, reasonOf(result)]
  const share = shareOfPeak(workload, result, peak)
  return [
    label,
    formatTime(median),
    `${formatTime(lower)} … ${formatTime(upper)}`,
    best === undefined ? '' : formatRatio(median / best.median),
    share === undefined ? '' : formatShare(share),
    formatTime(cold),
    peakMemory === undefined ? '' : formatBytes(peakMemory),
  ]
}

/** Why there is no number. */
export function reasonOf({ absent, inexpressible, error }) {
  if (absent !== undefined) return `not installed: ${absent}`
  return inexpressible ? '–' : `fails: ${error}`
}

const goalLines = (summary) =>
  goalsOf(summary).map(({ what, goal, measured, isReached }) => {
    return `  goal: ${what} ${goal}; it is ${measured}: ${isReached ? 'reached' : 'missed'}`
  })
