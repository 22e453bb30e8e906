import { fail, ShapewiseError } from '../../core/errors.js'
import { hasFileSystem } from '../files/user-files.js'
import type { Mapper } from './ahead.js'
import type { Context } from './stage.js'

/** What the module of a worker exports as default. */
export type WorkerFunction<In, Out> = (value: In, context: Context) => Out | Promise<Out>

/** The messages of a thread: a number that belongs to a task, and what came of it. */
interface Answer {
  readonly task: number
  readonly out?: unknown
  readonly error?: string
}

/** A thread that maps; the platform's differences end here. */
interface Thread {
  post(message: unknown): void
  terminate(): unknown
}

interface Handlers {
  readonly onAnswer: (answer: Answer) => void
  readonly onFailure: (reason: string) => void
}

/** What a thread runs: text, since the package's own files are elsewhere in each bundle. */
const program = (listen: string, post: string, url: string): string => `
  const loaded = import(${JSON.stringify(url)}).then((module) => {
    if (typeof module.default !== 'function') throw new Error('the module has no function as default export')
    return module.default
  })
  loaded.then(() => ${post}({ task: -1 }), (error) => ${post}({ task: -1, error: String(error?.message ?? error) }));
  ${listen}(async ({ task, value, context }) => {
    try {
      ${post}({ task, out: await (await loaded)(value, context) })
    } catch (error) {
      ${post}({ task, error: String(error?.message ?? error) })
    }
  })`

/** The same for Node. Imported, not required: what is evaluated may be a script or a module, as the flags of the process say. */
export const nodeProgram = (url: string): string => `import('node:worker_threads').then(({ parentPort }) => {
  ${program("((f) => parentPort.on('message', f))", '((m) => parentPort.postMessage(m))', url)}
})`

async function startThread(url: string, { onAnswer, onFailure }: Handlers): Promise<Thread> {
  if (hasFileSystem()) {
    const { Worker } = await import('node:worker_threads')
    const worker = new Worker(nodeProgram(url), { eval: true })
    // A pipeline that nobody goes on with does not keep the process alive.
    worker.unref()
    worker.on('message', onAnswer)
    worker.on('error', (error) => onFailure(error.message))
    worker.on('messageerror', (error) => onFailure(error.message))
    worker.on('exit', (code) => onFailure(`the thread has ended with code ${code}`))
    return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() }
  }
  const code = program('((f) => { onmessage = (event) => f(event.data) })', 'postMessage', url)
  const blob = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  const worker = new Worker(blob, { type: 'module' })
  URL.revokeObjectURL(blob)
  worker.onmessage = (event) => onAnswer(event.data)
  worker.onerror = (event) => onFailure(event.message)
  return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() }
}

interface Task {
  readonly resolve: (out: unknown) => void
  readonly reject: (error: unknown) => void
}

/** One thread and what it has to do; undefined if it does not start. */
class Servant {
  readonly tasks = new Map<number, Task>()
  #thread: Thread | undefined
  /** Resolved with the reason if the thread cannot be used. */
  readonly ready: Promise<string | undefined>
  #failure: string | undefined

  constructor(url: string) {
    this.ready = new Promise((resolve) => {
      const onFailure = (reason: string) => {
        this.#failure ??= reason
        resolve(reason)
        for (const { reject } of this.tasks.values()) reject(failure(url, reason))
        this.tasks.clear()
      }
      const onAnswer = ({ task, out, error }: Answer) => {
        if (task === -1) return resolve(error)
        const asked = this.tasks.get(task)
        this.tasks.delete(task)
        if (error === undefined) asked?.resolve(out)
        else asked?.reject(failure(url, error))
      }
      startThread(url, { onAnswer, onFailure }).then(
        (thread) => {
          this.#thread = thread
        },
        (error: unknown) => onFailure(String(error)),
      )
    })
  }

  run(task: number, url: string, value: unknown, context: Context): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(failure(url, this.#failure))
      this.tasks.set(task, { resolve, reject })
      try {
        this.#thread!.post({ task, value, context })
      } catch (error) {
        this.tasks.delete(task)
        reject(failure(url, `the element cannot be sent to a thread: ${String(error)}`))
      }
    })
  }

  async terminate(): Promise<void> {
    await this.ready
    await this.#thread?.terminate()
  }
}

const failure = (url: string, reason: string): ShapewiseError =>
  new ShapewiseError(`mapInWorkers: ${url.slice(url.lastIndexOf('/') + 1)}: ${reason}`)

/**
 * Maps in threads of their own. Where no thread can be started, the module is loaded here and does the same between the steps;
 * `onFallback` is told why.
 */
export function workerMapper<In, Out>(
  url: string,
  workers: number,
  onFallback: (reason: string) => void,
): Mapper<In, Out> {
  const servants = Array.from({ length: workers }, () => new Servant(url))
  let tasks = 0
  let here: Promise<WorkerFunction<In, Out>> | undefined
  const started = Promise.all(servants.map(({ ready }) => ready)).then((reasons) => {
    const reason = reasons.find((each) => each !== undefined)
    if (workers > 0 && reason === undefined) return
    here = load<In, Out>(url)
    if (reason !== undefined) onFallback(reason)
  })
  return {
    async map(value, context) {
      await started
      if (here !== undefined) return (await here)(value, context)
      const idlest = servants.reduce((best, each) => (each.tasks.size < best.tasks.size ? each : best))
      return (await idlest.run(tasks++, url, value, context)) as Out
    },
    async close() {
      await Promise.all(servants.map((servant) => servant.terminate()))
    },
  }
}

async function load<In, Out>(url: string): Promise<WorkerFunction<In, Out>> {
  let reason = 'the module has no function as default export.'
  try {
    const module: { readonly default?: unknown } = await import(/* @vite-ignore */ url)
    if (typeof module.default === 'function') return module.default as WorkerFunction<In, Out>
  } catch (error) {
    reason = `the module cannot be loaded: ${String(error)}`
  }
  return fail(`mapInWorkers: ${url}: ${reason}`, 'Give the URL of a module: new URL("./load.js", import.meta.url).')
}
