import type { ThreadExports, ThreadMessage, ThreadStart, WasmHeap } from './module.js'

/** A worker of whichever kind the platform has. */
export interface StartedWorker {
  /** Whether the worker keeps the process alive; nothing in a page. */
  keepAlive(alive: boolean): void
}

/** Starts a worker that runs `worker.ts`. */
export type StartWorker = (start: ThreadStart, onMessage: (message: ThreadMessage) => void) => StartedWorker

/** That of the link step in `scripts/build-wasm.mjs`, in pages of 64 KB. */
const INITIAL_PAGES = 32
/** The whole of a 32-bit address space, or as much of it as the engine grants. */
const MAXIMAL_PAGES = [65536, 49152, 32768, 16384, 8192, 4096]
/** The stack of a worker, as large as that of the main thread. */
const ROOM_BYTES = 262_144

/** A memory for several threads; an engine that reserves address space may refuse a large one. */
export function sharedMemory(): WebAssembly.Memory {
  let refusal: unknown
  for (const maximum of MAXIMAL_PAGES) {
    try {
      return new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true })
    } catch (error) {
      refusal = error
    }
  }
  throw refusal
}

/** The workers of one module: a servant that runs programs one by one, and assistants for whoever runs one. */
export class WasmPool {
  #servant: StartedWorker | undefined
  #hasAssistants = false
  #onReady = (): void => {}
  #onFailure = (_reason: Error): void => {}
  /** Resolves when the servant has started; rejects if it cannot. */
  readonly ready = new Promise<void>((resolve, reject) => {
    this.#onReady = resolve
    this.#onFailure = reject
  })
  /** Why no program will be finished any more. */
  reason: string | undefined

  constructor(
    readonly module: WebAssembly.Module,
    readonly heap: WasmHeap<ThreadExports>,
    readonly threads: number,
    readonly startWorker: StartWorker,
    readonly onMessage: () => void,
  ) {
    // Who does not ask is told by the next run.
    this.ready.catch(() => {})
  }

  startServant(): void {
    this.#servant ??= this.#start(0)
    this.startAssistants()
  }

  startAssistants(): void {
    if (this.#hasAssistants) return
    this.#hasAssistants = true
    for (let thread = 1; thread < this.threads; thread++) this.#start(thread)
  }

  keepAlive(alive: boolean): void {
    this.#servant?.keepAlive(alive)
  }

  #start(thread: number): StartedWorker {
    const { module, heap, threads } = this
    const start = { module, memory: heap.memory, thread, threads, room: heap.take(ROOM_BYTES), roomBytes: ROOM_BYTES }
    return this.startWorker(start, (message) => {
      if (message.kind === 'ready' && thread === 0) this.#onReady()
      if (message.kind === 'lost') {
        this.reason ??= message.reason
        heap.exports.lose()
        this.#onFailure(new Error(message.reason))
      }
      this.onMessage()
    })
  }
}
