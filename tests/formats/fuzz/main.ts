import { readFileSync } from 'node:fs'
import { ShapewiseError } from '../../../src/core/errors.js'
import { mutated } from '../mutations.js'
import { parsers } from './parsers.js'

const option = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? otherwise : process.argv[at + 1]
}
const cases = Number(option('cases', '100000'))
const first = Number(option('seed', '0'))
const chosen = option('parser', '')
/** Longer than this for a file of some kilobytes is a hang. */
const SLOW = 5000
/** Beyond what the process has when it begins, in megabytes. */
const MOST_MEMORY = 300

/** The most that the process has had, in megabytes. */
const mostMemory = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

for (const [name, { files, read, damage, more }] of Object.entries(parsers)) {
  if (chosen !== '' && chosen !== name) continue
  let [refused, slowest] = [0, 0]
  const before = mostMemory()
  for (let seed = first; seed < first + cases; seed++) {
    const file = files[seed % files.length]
    const bytes = damage !== undefined && seed % 2 === 1 ? await damage(file, seed) : mutated(file, seed)
    const start = process.cpuUsage().user
    try {
      await read(bytes)
      if (seed % 100 < 2) await more?.(bytes)
    } catch (error) {
      refused++
      if (!(error instanceof ShapewiseError)) {
        console.log(`${name}: seed ${seed}: ${error instanceof Error ? error.stack : error}`)
        process.exitCode = 1
      }
    }
    const milliseconds = (process.cpuUsage().user - start) / 1000
    slowest = Math.max(slowest, milliseconds)
    if (milliseconds > SLOW) {
      console.log(`${name}: seed ${seed} takes ${milliseconds.toFixed(0)} ms`)
      process.exitCode = 1
    }
  }
  const memory = mostMemory() - before
  if (memory > MOST_MEMORY) process.exitCode = 1
  console.log(
    `${name}: ${cases} damaged files, ${refused} refused, the others read; slowest ${slowest.toFixed(0)} ms, ${memory.toFixed(0)} MB more memory`,
  )
}
