import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { digits, formatBytes, formatFlops, formatRatio, formatShare, formatTime } from './format.js'
import { plot } from './plot.js'
import { goalsOf, shareOfPeak, summarize } from './summary.js'
import { reasonOf } from './table.js'

// `node bench/report/document.js` writes the documents again from bench/build/results.json.

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

/** Writes docs/performance.md and its plot from what was measured. */
export function writeReport(measured) {
  const summaries = measured.summaries.map(summarize)
  const points = measured.points.map((point) => ({ ...point, ...summarize(point) }))
  writeFileSync(path('../../docs/performance.md'), document({ ...measured, summaries, points }))
  writeFileSync(path('../../docs/performance.svg'), plot(summaries, points))
}

function document({ machine, peak, summaries, points }) {
  const columns = columnsOf(summaries)
  const hasOnlyReference = columns.filter(({ isOurs }) => isOurs).every(({ key }) => key === 'reference')
  const sections = [
    '# Performance',
    'This file is written by `npm run bench -- --report`, all contenders in one run on one machine; what each workload is, and how it is ' +
      'measured, stands in [bench/README.md](../bench/README.md).',
    machineSection(machine, peak),
    isBusy(machine) &&
      `Other programs were at work as well when the measurement began (load ${digits(machine.load)} on ${machine.cores} cores), which ` +
        'slows down everyone, most of all those with several threads; ratios are worth more than times here.',
    hasOnlyReference &&
      '**These are the numbers of the reference backend**: plain loops on one thread, there to be right and to be compared ' +
        'with. No other backend was registered when this was measured.',
    '![Time of a step by workload, and steps per second against the size of a network](performance.svg)',
    '## One step',
    'Forward, gradients and update; median milliseconds, quartiles below, and how many times longer it takes than on the fastest of ours.',
    table(
      ['', ...columns.map(({ title }) => title)],
      summaries.map((summary) => [rowTitle(summary), ...columns.map((column) => timeCell(summary, column))]),
    ),
    notes(summaries),
    isBusy(machine) && leastSection(summaries, columns),
    goalSection(summaries),
    '## Share of the peak',
    peak === undefined
      ? 'There was no C++ compiler to measure the peak with.'
      : 'Arithmetic of the products and convolutions in a step, by its time and by what the machine can do at most.',
    peak !== undefined &&
      table(
        ['', 'arithmetic', ...columns.map(({ title }) => title)],
        summaries
          .filter(({ workload }) => workload.flops !== undefined)
          .map((summary) => [
            summary.workload.name,
            formatFlops(summary.workload.flops),
            ...columns.map((column) => shareCell(summary, column, peak)),
          ]),
      ),
    '## Memory of a step',
    'The highest resident memory of the process, in brackets what came on top of the imported library.',
    table(
      ['', ...columns.map(({ title }) => title)],
      summaries.map((summary) => [summary.workload.name, ...columns.map((column) => memoryCell(summary, column))]),
    ),
    '## From import to the first result',
    'Importing the library, building the network, the first step with all compilation; the start of Node or Python is not in it.',
    table(
      ['', ...columns.map(({ title }) => title)],
      summaries.map((summary) => [summary.workload.name, ...columns.map((column) => coldCell(summary, column))]),
    ),
    uncompiledSection(summaries, columns),
    curveSection(points, columns),
  ]
  return `${sections.filter(Boolean).join('\n\n')}\n`
}

const isBusy = ({ load, cores }) => load > 0.25 * cores

/** Ours by backend, then the peers of which anything was measured. */
function columnsOf(summaries) {
  const ours = new Set(summaries.flatMap(({ ours }) => [...ours.keys()]))
  const theirs = new Set(summaries.flatMap(({ peers }) => [...peers.keys()]))
  return [
    ...[...ours].map((key) => ({ key, isOurs: true, title: `**Shapewise** ${key}` })),
    ...[...theirs].map((key) => ({ key, isOurs: false, title: key })),
  ]
}

const resultIn = ({ ours, peers }, { key, isOurs }) => (isOurs ? ours : peers).get(key)

function table(titles, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const rule = titles.map((_, i) => (i === 0 ? ':--' : '--:'))
  return [line(titles), line(rule), ...rows.map(line)].join('\n')
}

function machineSection({ processor, cores, vectors, memory, system, node, date }, peak) {
  const facts = [
    `${processor}, ${cores} cores${vectors.length > 0 ? ` (${vectors.join(', ')})` : ''}`,
    `${formatBytes(memory)} of memory`,
    `${system}, Node ${node}`,
    peak && `measured peak: ${digits(peak.flops / 1e9)} GFLOP/s in float32, ${digits(peak.bytes / 1e9)} GB/s`,
    date,
  ]
  return `Machine: ${facts.filter(Boolean).join('; ')}.`
}

const rowTitle = ({ workload }) => `**${workload.name}**<br>${workload.title}`

function timeCell(summary, column) {
  const result = resultIn(summary, column)
  if (result === undefined) return '–'
  const { median, lower, upper } = result
  const isBest = summary.best === undefined || result === summary.best
  const lines = [
    `${formatTime(median)}`,
    `${formatTime(lower)} … ${formatTime(upper)}`,
    !isBest && formatRatio(median / summary.best.median),
  ]
  return lines.filter(Boolean).join('<br>')
}

/** Where others are at work, the fastest steps come nearest to what a quiet machine would do. */
function leastSection(summaries, columns) {
  const rows = summaries.map((summary) => {
    const least = columns.map((column) => resultIn(summary, column)?.least)
    const best = Math.min(...columns.flatMap(({ isOurs }, i) => (isOurs && least[i] !== undefined ? [least[i]] : [])))
    const cells = least.map((value) =>
      value === undefined ? '–' : `${formatTime(value)}, ${formatRatio(value / best)}`,
    )
    return [summary.workload.name, ...cells]
  })
  return [
    '### The fastest steps',
    'The least time of a step, and how many times that of the fastest of ours: on a busy machine the fairest comparison there is.',
    table(['', ...columns.map(({ title }) => title)], rows),
  ].join('\n\n')
}

function shareCell(summary, column, peak) {
  const result = resultIn(summary, column)
  return result === undefined ? '–' : formatShare(shareOfPeak(summary.workload, result, peak))
}

function memoryCell(summary, column) {
  const { peakMemory, stepMemory } = resultIn(summary, column) ?? {}
  return peakMemory === undefined ? '–' : `${formatBytes(peakMemory)} (+ ${formatBytes(stepMemory)})`
}

function coldCell(summary, column) {
  const result = resultIn(summary, column)
  return result === undefined ? '–' : formatTime(result.cold)
}

/** What has no number for a reason that is worth knowing, threads, and networks that are not quite the same. */
function notes(summaries) {
  const lines = []
  for (const { workload, results, best } of summaries) {
    for (const result of results) {
      if (result.absent !== undefined || result.error !== undefined) {
        lines.push(`- ${workload.name}, ${result.label}: ${reasonOf(result)}`)
      } else if (best !== undefined && result.parameters !== undefined && result.parameters !== best.parameters) {
        lines.push(
          `- ${workload.name}, ${result.label}: ${result.parameters} parameters where others have ${best.parameters}`,
        )
      }
    }
  }
  const threads = summaries.flatMap(({ workload, peers }) => {
    const label = peers.get('pytorch')?.label
    return label === undefined ? [] : [`${workload.name} ${/\d/.exec(label)}`]
  })
  if (threads.length > 0)
    lines.push(`- pytorch is the faster of one and two threads; threads taken: ${threads.join(', ')}`)
  const slow = summaries.flatMap(({ workload, results }) =>
    results.filter(({ steps }) => steps === 1).map(({ label }) => `${workload.name} ${label}`),
  )
  if (slow.length > 0) lines.push(`- a single step, since it takes so long: ${slow.join(', ')}`)
  return lines.join('\n')
}

function goalSection(summaries) {
  const rows = summaries.flatMap((summary) =>
    goalsOf(summary).map(({ what, goal, measured, isReached }) => {
      return [summary.workload.name, what, goal, measured, isReached ? 'reached' : '**missed**']
    }),
  )
  return rows.length === 0 ? undefined : `## Goals\n\n${table(['', '', 'goal', 'measured', ''], rows)}`
}

function uncompiledSection(summaries, columns) {
  const summary = summaries.find(({ workload }) => workload.model === 'uncompiled')
  if (summary === undefined) return undefined
  const { operations } = summary.workload.options
  const cells = columns.map((column) => {
    const result = resultIn(summary, column)
    return result === undefined ? '–' : formatTime(result.median / operations)
  })
  const titles = columns.map(({ title }) => title)
  return [
    '## An operation outside of compiled functions',
    `A chain of ${operations} multiplications and additions of 8 × 8 numbers, per operation.`,
    table(['', ...titles], [['each', ...cells]]),
  ].join('\n\n')
}

function curveSection(points, columns) {
  if (points.length === 0) return undefined
  const rows = points.map((point) => [
    `${point.axis} ${point.value}`,
    ...columns.map((column) => {
      const result = resultIn(point, column)
      return result === undefined ? '–' : digits(1000 / result.median)
    }),
  ])
  const titles = columns.map(({ title }) => title)
  return [
    '## Steps per second against the size of a network',
    'A perceptron from 64 inputs to 10 classes, Adam, that grows in one direction at a time from two hidden layers of 64 and a batch of 32 ' +
      '(the width with a batch of 32, the batch with layers of 64).',
    table(['', ...titles], rows),
  ].join('\n\n')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeReport(JSON.parse(readFileSync(path('../build/results.json'), 'utf8')))
}
