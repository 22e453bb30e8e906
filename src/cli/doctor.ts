import { availableParallelism } from 'node:os'
import { backend, kernelReport, ShapewiseError } from 'shapewise'
import { mnist } from 'shapewise/data'
import { hostOf } from '../core/host.js'
import { version } from '../core/version.js'
import type { Surroundings } from './surroundings.js'

/** Prints what a run would use: backend, the program that runs it, threads, data. Downloads nothing. */
export async function examine({ stdout, environment }: Surroundings): Promise<void> {
  const cores = availableParallelism()
  const host = hostOf(process.versions)
  const lines: readonly (readonly [string, string])[] = [
    ['shapewise', version],
    [host.name, `${host.version} on ${process.platform} ${process.arch}, ${cores} cores`],
    ['backend', backend().name],
    ...kernelReport().map(({ build, kernels, problem, cure }): [string, string] => [
      build,
      kernels
        ? `ready: ${kernels.isa}, threads: ${kernels.threads}${problem ? ` (${problem}. ${cure})` : ''}`
        : `missing: ${problem}. ${cure}`,
    ]),
    ['reference', 'ready: plain loops, one thread'],
    ['data folder', environment.SHAPEWISE_DATA || 'SHAPEWISE_DATA is not set'],
    ['mnist', await findDigits()],
  ]
  const width = Math.max(...lines.map(([label]) => label.length))
  for (const [label, value] of lines) stdout.write(`${label.padEnd(width)}  ${value}\n`)
}

/** Where a run would find its digits; what is wrong with them, if they are damaged. */
async function findDigits(): Promise<string> {
  try {
    // One generated digit stands for the data set that would have to be downloaded.
    const { source, train, test } = await mnist({ download: false, generated: { train: 1, test: 1 } })
    if (source.kind === 'generated')
      return 'not found; a run downloads it, or draws digits itself where there is no network'
    const [learned, tested] = [train, test].map(({ length }) => length.toLocaleString('en-US'))
    return `${source.description}, ${learned} + ${tested} pictures`
  } catch (error) {
    if (error instanceof ShapewiseError) return error.message
    throw error
  }
}
