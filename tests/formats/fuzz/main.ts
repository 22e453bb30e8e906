import { ShapewiseError } from '../../../src/core/errors.js'
import { mutated } from '../mutations.js'
import { collect, memoryNow, mostMemory, startMeasuring } from './memory.js'
import { type Parser, parsers } from './parsers.js'

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const cases = Number(option('cases', '100000'))
const first = Number(option('seed', '0'))
const chosen = option('parser', '')
/** Longer than this for a file of some kilobytes is a hang. */
const SLOW = 5000
/** What a reader may take in all: so many times the file, and what the engine's collector leaves lying about, in megabytes. */
const [MOST_TIMES, MOST_BESIDE] = [4, 32]
/** What must not be exceeded over all files, in megabytes: else something is never freed. */
const MOST_LEFT = 128

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

function complain(text: string): void {
  console.log(text)
  process.exitCode = 1
}

/** Reads a file, and gives the milliseconds and the most bytes that this took, and whether it was refused. */
async function measured({ read, more }: Parser, bytes: Uint8Array, who: string, isThorough: boolean) {
  let isRefused = false
  const before = startMeasuring()
  const start = process.cpuUsage().user
  try {
    await read(bytes)
    if (isThorough) await more?.(bytes)
  } catch (error) {
    isRefused = true
    if (!(error instanceof ShapewiseError)) complain(`${who}: ${error instanceof Error ? error.stack : error}`)
  }
  const milliseconds = (process.cpuUsage().user - start) / 1000
  const memory = mostMemory() - before
  if (milliseconds > SLOW) complain(`${who} takes ${milliseconds.toFixed(0)} ms`)
  if (memory > MOST_TIMES * bytes.length + MOST_BESIDE * 1e6) {
    complain(`${who} takes ${megabytes(memory)} for a file of ${megabytes(bytes.length)}`)
  }
  return { isRefused, milliseconds, memory }
}

for (const [name, parser] of Object.entries(parsers)) {
  if (chosen !== '' && chosen !== name) continue
  const { files, damage, large } = parser
  if (large !== undefined) {
    const file = await large()
    collect()
    const { isRefused, memory } = await measured(parser, file, `${name}: the large file`, false)
    if (isRefused) complain(`${name}: the large file is refused`)
    console.log(`${name}: a whole file of ${megabytes(file.length)} takes ${megabytes(memory)}`)
  }
  let [refused, slowest, most] = [0, 0, 0]
  collect()
  const before = memoryNow()
  for (let seed = first; seed < first + cases; seed++) {
    const file = files[seed % files.length]
    const bytes = damage !== undefined && seed % 2 === 1 ? await damage(file, seed) : mutated(file, seed)
    const { isRefused, milliseconds, memory } = await measured(parser, bytes, `${name}: seed ${seed}`, seed % 100 < 2)
    if (isRefused) refused++
    slowest = Math.max(slowest, milliseconds)
    most = Math.max(most, memory)
  }
  collect()
  const left = memoryNow() - before
  if (left > MOST_LEFT * 1e6) complain(`${name}: ${megabytes(left)} are never freed`)
  console.log(
    `${name}: ${cases} damaged files, ${refused} refused, the others read; ` +
      `slowest ${slowest.toFixed(0)} ms, at most ${megabytes(most)} for one, ${megabytes(left)} more after all`,
  )
}
