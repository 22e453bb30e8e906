import { availableParallelism } from 'node:os'
import { backend } from 'shapewise'
import { mnist } from 'shapewise/data'
import type { Surroundings } from './surroundings.js'
import { packageVersion } from './version.js'

/** Prints what a run would use: backend, Node, threads, data. Downloads nothing. */
export async function examine({ stdout, environment }: Surroundings): Promise<void> {
  const name = backend().name
  const cores = availableParallelism()
  const threads = name === 'reference' ? `1 of ${cores} (the reference backend is plain loops)` : `${cores}`
  // One generated digit stands for the data set that would have to be downloaded.
  const { source, train, test } = await mnist({ download: false, generated: { train: 1, test: 1 } })
  const counts = `${train.length.toLocaleString('en-US')} + ${test.length.toLocaleString('en-US')} pictures`
  const digits =
    source.kind === 'generated'
      ? 'not found; a run downloads them, or draws digits itself where there is no network'
      : `${source.description}, ${counts}`
  const lines: readonly (readonly [string, string])[] = [
    ['shapewise', packageVersion()],
    ['node', `${process.version} on ${process.platform} ${process.arch}`],
    ['backend', name],
    ['threads', threads],
    ['data folder', environment.SHAPEWISE_DATA ?? 'SHAPEWISE_DATA is not set'],
    ['mnist', digits],
  ]
  const width = Math.max(...lines.map(([label]) => label.length))
  for (const [label, value] of lines) stdout.write(`${label.padEnd(width)}  ${value}\n`)
}
