import type { ThreadMessage, ThreadStart } from './module.js'
import type { StartWorker } from './pool.js'

/** What is needed of `node:worker_threads`. */
interface NodeWorkers {
  readonly Worker: new (
    url: URL,
    options: { readonly workerData: ThreadStart; readonly execArgv: readonly string[]; readonly env: object },
  ) => {
    on(event: 'message', listener: (message: ThreadMessage) => void): void
    on(event: 'error', listener: (error: Error) => void): void
    ref(): void
    unref(): void
  }
}

/** What is needed of `node:fs`. */
interface NodeFiles {
  readFileSync(path: string): Uint8Array
  existsSync(path: string): boolean
}

interface NodeProcess {
  readonly env?: { readonly SHAPEWISE_THREADS?: string; readonly SHAPEWISE_ADDON?: string }
  readonly versions?: { readonly node?: string }
  getBuiltinModule?(name: string): object
}

const { process } = globalThis as { process?: NodeProcess }

/** A module of Node, reached in a way that leaves browsers and their bundlers alone. */
export const builtin = (name: string): object | undefined => process?.getBuiltinModule?.(name)

/** Other platforms imitate the rest of `process`, but not this. */
export const isNode = process?.versions?.node !== undefined

export const environment = process?.env ?? {}

export const fileSystem = (): NodeFiles | undefined => builtin('fs') as NodeFiles | undefined

/** Starts workers of Node, which do not keep the process alive unless asked to; undefined where there are none. */
export function nodeWorkers(script: URL): StartWorker | undefined {
  const threads = builtin('worker_threads') as NodeWorkers | undefined
  if (threads === undefined) return undefined
  return (workerData, onMessage) => {
    // The options of the process may load what a worker of ours does not need.
    const worker = new threads.Worker(script, { workerData, execArgv: [], env: {} })
    worker.on('message', onMessage)
    worker.on('error', (error) => onMessage({ kind: 'lost', reason: error.message }))
    worker.unref()
    return { keepAlive: (alive) => (alive ? worker.ref() : worker.unref()) }
  }
}

/** Cores, of which the two threads of one that shares its arithmetic units count once. */
export function physicalCores(): number {
  const os = builtin('os') as { availableParallelism?(): number } | undefined
  const logical = os?.availableParallelism?.() ?? 1
  try {
    const active = fileSystem()?.readFileSync('/sys/devices/system/cpu/smt/active')
    return active?.[0] === 49 ? Math.ceil(logical / 2) : logical
  } catch {
    return logical
  }
}

/** SHAPEWISE_THREADS, or one for each core. */
export function wantedThreads(): number {
  const wanted = Number.parseInt(environment.SHAPEWISE_THREADS ?? '', 10)
  return wanted > 0 ? Math.min(wanted, 64) : Math.min(physicalCores(), 64)
}
