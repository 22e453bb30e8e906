import { hostOf } from '../../core/host.js'
import { version } from '../../core/version.js'
import { backend } from '../../tensor/backends.js'
import type { Metrics } from '../loop/events.js'

/** How a run stands: one that was killed is still called running. */
export type RunStatus = 'running' | 'finished' | 'stopped' | 'interrupted' | 'failed'

/** What `run.json` says about a run. */
export interface RunInfo {
  /** What ran: a recipe, or a script of the user. */
  readonly name: string
  readonly title?: string
  readonly status: RunStatus
  /** When it began, and was last written to; ISO 8601. */
  readonly started: string
  readonly updated: string
  /** How often it went on after a break. */
  readonly resumed: number
  readonly options: Readonly<Record<string, unknown>>
  readonly seed?: number
  /** The key of the global random generator when the training began. */
  readonly generator?: readonly number[]
  /** What decides the order of the examples, and how many there are. */
  readonly data?: Readonly<Record<string, unknown>>
  /** What came out, by name. */
  readonly results?: Metrics
  /** Published figures for results, by their names. */
  readonly literature?: Readonly<Record<string, { readonly value: number; readonly source: string }>>
  readonly seconds?: number
  /** Why it stopped or failed. */
  readonly reason?: string
  readonly environment: RunEnvironment
}

/** What somebody has written about a run. */
export interface RunNotes {
  /** What it is to be called in lists. */
  readonly label?: string
  readonly note?: string
}

/** What a run needs to be repeated, beside its options. */
export interface RunEnvironment {
  readonly shapewise: string
  readonly backend: string
  /** Of Node or the browser. */
  readonly platform: string
  readonly threads?: number
  readonly processor?: string
  readonly memoryGigabytes?: number
  /** The script that was started, or the command line. */
  readonly command?: readonly string[]
  /** The commit that the working folder stands on; `+` behind it if there are changes. */
  readonly commit?: string
}

/** Whether this is Node, or what behaves like it. */
export const hasProcess = (): boolean => typeof process !== 'undefined' && process.versions?.node !== undefined

/** What can be said about the machine and the program. */
export async function runEnvironment(): Promise<RunEnvironment> {
  const base = { shapewise: version, backend: backend().name }
  if (!hasProcess()) {
    const browser = typeof navigator === 'undefined' ? undefined : navigator
    return { ...base, platform: browser?.userAgent ?? 'unknown', threads: browser?.hardwareConcurrency }
  }
  const { availableParallelism, cpus, totalmem } = await import('node:os')
  const threads = Number(process.env.SHAPEWISE_THREADS) || availableParallelism()
  const { name, version: host } = hostOf(process.versions)
  const commit = await currentCommit()
  return {
    ...base,
    platform: `${name[0].toUpperCase()}${name.slice(1)} ${host} on ${process.platform} ${process.arch}`,
    threads,
    processor: cpus()[0]?.model.trim(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    command: process.argv.slice(1),
    ...(commit !== undefined && { commit }),
  }
}

/** Asks git, where there is one and the current folder is in a repository. */
async function currentCommit(): Promise<string | undefined> {
  const { execFile } = await import('node:child_process')
  const git = (...args: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile('git', args, { timeout: 2000 }, (error, output) => (error ? reject(error) : resolve(output.trim())))
    })
  try {
    const commit = await git('rev-parse', 'HEAD')
    const changes = await git('status', '--porcelain', '--untracked-files=no')
    return changes === '' ? commit : `${commit}+`
  } catch {
    return undefined
  }
}
