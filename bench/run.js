// `npm run bench`: Shapewise beside its peers, workload by workload.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { peerKeys, peers, shapewise } from './contenders/index.js'
import { describeMachine, measurePeak } from './measurement/machine.js'
import { efforts, measure } from './measurement/measure.js'
import { ContenderProcess } from './measurement/process.js'
import { writeReport } from './report/document.js'
import { asJson, summarize } from './report/summary.js'
import { formatTable } from './report/table.js'
import { curves, workloads } from './workloads/index.js'

const help = `npm run bench -- [options]

Runs the workloads by Shapewise, on each backend it has, and by every peer that is installed, in turns.

  --workload NAME   only this one (again for more): ${workloads.map(({ name }) => name).join(', ')}
  --backend NAME    Shapewise on this backend (again for more); by default all, the reference only if it is alone
  --peer NAME       only this peer (again for more), or none: ${peerKeys.join(', ')}
  --curves          steps per second against width, depth and batch as well
  --quick           a few short rounds: seconds, and rough numbers
  --json            one JSON object per workload on stdout: times in milliseconds
  --report          all of it, written to docs/performance.md with its plot
  --help`

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))

/** Ends with a message about what was asked for. */
function refuse(message) {
  process.stderr.write(`bench: ${message}\n\n${help}\n`)
  process.exit(2)
}

function readOptions() {
  const flag = { type: 'boolean', default: false }
  const names = { type: 'string', multiple: true, default: [] }
  const options = { workload: names, backend: names, peer: names }
  for (const name of ['curves', 'quick', 'json', 'report', 'help']) options[name] = flag
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return refuse(error.message)
  }
}

/** Those of a list that are asked for by name; all if none is. */
function chosen(kind, list, nameOf, names) {
  for (const name of names) {
    if (!list.some((item) => nameOf(item) === name)) {
      refuse(`there is no ${kind} '${name}'; there are ${[...new Set(list.map(nameOf))].join(', ')}`)
    }
  }
  return names.length === 0 ? list : list.filter((item) => names.includes(nameOf(item)))
}

/** On a terminal one line that changes, elsewhere a line for each step that takes long. */
function progress(text, isDetail = false) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
  else if (!isDetail) process.stderr.write(`${text}\n`)
}

/** Shapewise on the backends it says it has. */
async function ourContenders(names) {
  const probe = new ContenderProcess(shapewise())
  const { backends, error } = await probe.answer(60_000)
  await probe.stop()
  if (error !== undefined) {
    process.stderr.write(`bench: Shapewise does not start (${error}); build it first: npm run build\n`)
    process.exit(1)
  }
  const missing = ['native', 'wasm'].filter((name) => !backends.includes(name))
  if (missing.length > 0) {
    process.stderr.write(`bench: not built here: ${missing.join(', ')} (npm run build:kernels -- --all)\n`)
  }
  const others = backends.filter((name) => name !== 'reference')
  const wanted = names.length > 0 ? chosen('backend', backends, String, names) : others.length > 0 ? others : backends
  return wanted.map((name) => shapewise(name))
}

/** What is measured is what was built last. */
function warnIfStale() {
  const changed = (file) => statSync(file).mtimeMs
  const sources = readdirSync(path('../src'), { recursive: true }).filter((name) => name.endsWith('.ts'))
  const newest = Math.max(...sources.map((name) => changed(path(`../src/${name}`))))
  if (newest > changed(path('../dist/index.js'))) {
    process.stderr.write('bench: src is newer than dist; what was built last is measured (npm run build)\n')
  }
}

const options = readOptions()
if (options.help) {
  process.stdout.write(`${help}\n`)
  process.exit(0)
}
const effort = options.quick ? efforts.quick : efforts.normal
const isPeer = (name) => options.peer.length === 0 || options.peer.includes(name)
const knownPeers = options.peer.includes('none') ? [] : peers
if (knownPeers.length > 0) chosen('peer', peers, ({ key }) => key, options.peer)
const selected = chosen('workload', workloads, ({ name }) => name, options.workload)

const ours = await ourContenders(options.backend)
warnIfStale()
const contenders = [...ours, ...knownPeers.filter(({ key }) => isPeer(key))]

const machine = describeMachine()
progress('the machine: peak arithmetic and memory bandwidth')
let peak = measurePeak()

async function run(workload, effort) {
  const summary = summarize({ workload, results: await measure(workload, contenders, effort, progress) })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  process.stdout.write(options.json ? `${JSON.stringify(asJson(summary, peak))}\n` : `${formatTable(summary, peak)}\n`)
  return summary
}

const summaries = []
for (const workload of selected) summaries.push(await run(workload, effort))

const points = []
if (options.curves || options.report) {
  for (const { axis, values, workload } of curves) {
    for (const value of values) points.push({ axis, value, ...(await run(workload(value), efforts.quick)) })
  }
}

if (options.report) {
  // Another program may have been at work the first time.
  const again = measurePeak()
  if (peak && again) peak = { flops: Math.max(peak.flops, again.flops), bytes: Math.max(peak.bytes, again.bytes) }
  const plain = ({ workload, results, ...rest }) => ({ ...rest, workload, results, ours: undefined, peers: undefined })
  const measured = { machine, peak, summaries: summaries.map(plain), points: points.map(plain) }
  mkdirSync(path('build'), { recursive: true })
  writeFileSync(path('build/results.json'), JSON.stringify(measured, undefined, 1))
  writeReport(measured)
}
