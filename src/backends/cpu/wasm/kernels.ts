import type { TypedArray } from '../../../core/dtype.js'
import type { Handle, Kernels, Memory, StartedRun } from '../backend.js'
import { type Blocks, HeapMemory, UploadedMemory } from './memory.js'
import { type Instance, now, type ThreadExports, type WasmExports, WasmHeap } from './module.js'
import { WasmOrders } from './orders.js'
import { type StartWorker, sharedMemory, WasmPool } from './pool.js'

/** Values made between two turns of the event loop, which frees those that are not used any more. */
const BYTES_PER_TURN = 32 * 2 ** 20

/** A program on the heap of the module. */
class WasmProgram {
  constructor(
    readonly address: number,
    /** Room for the addresses of a run, with those of the failure behind them. */
    readonly room: number,
  ) {}
}

/** The kernels on the calling thread alone. */
export function loadWasm(module: WebAssembly.Module): Kernels {
  const instance: Instance = new WebAssembly.Instance(module, { env: { now } })
  const exports = instance.exports as WasmExports & { readonly memory: WebAssembly.Memory }
  return new WasmKernels(new WasmHeap(exports.memory, exports))
}

/** How the kernels are to run on several threads. */
export interface ThreadOptions {
  readonly threads: number
  readonly startWorker: StartWorker
  /** Whether the calling thread may wait without looking; the main thread of a page may not. */
  readonly maySleep: boolean
  /** Whether the workers start at once, as they must in a page, where they need turns of the event loop to start. */
  readonly startNow: boolean
}

/** The kernels on several threads, on a memory that all of them share; `ready` if they start at once. */
export function loadWasmThreads(
  module: WebAssembly.Module,
  options: ThreadOptions,
): { readonly kernels: Kernels; readonly ready: Promise<void> } {
  const memory = sharedMemory()
  const instance: Instance = new WebAssembly.Instance(module, { env: { memory, now } })
  const exports = instance.exports as ThreadExports
  const { threads, startWorker, maySleep, startNow } = options
  exports.enter(0, threads, Number(maySleep))
  const heap = new WasmHeap(memory, exports)
  const pool: WasmPool = new WasmPool(module, heap, threads, startWorker, () => orders.hear())
  const orders = new WasmOrders(heap, pool)
  if (startNow) pool.startServant()
  return { kernels: new ThreadedWasmKernels(heap, pool, orders), ready: pool.ready }
}

/** The kernels as WebAssembly: values lie on the module's heap until the garbage collector finds them unused. */
class WasmKernels<Exports extends WasmExports = WasmExports> implements Kernels, Blocks {
  readonly name = 'wasm'
  readonly isa = 'simd128'
  readonly threads: number = 1
  heldBytes = 0
  readonly #blocks: FinalizationRegistry<readonly [address: number, bytes: number]>
  readonly #programs: FinalizationRegistry<readonly [program: number, room: number]>
  #staged: UploadedMemory[] = []
  #bytesSinceTurn = 0

  constructor(readonly heap: WasmHeap<Exports>) {
    const { exports } = heap
    this.#blocks = new FinalizationRegistry(([address, bytes]) => {
      this.#bytesSinceTurn = 0
      exports.release(address)
      this.heldBytes -= bytes
    })
    this.#programs = new FinalizationRegistry(([program, room]) => {
      exports.unload(program)
      exports.release(room)
    })
  }

  load(words: Int32Array): Handle | string {
    const { heap } = this
    const room = heap.take(words.byteLength + 8)
    new Int32Array(heap.buffer(room + words.byteLength), room, words.length).set(words)
    const reason = room + words.byteLength
    const program = heap.exports.load(room, words.length, reason) >>> 0
    if (program === 0) {
      const text = new Uint32Array(heap.memory.buffer, reason, 1)[0]
      heap.exports.release(room)
      return text === 0 ? 'out of memory' : heap.text(text)
    }
    heap.exports.release(room)
    const pointers = heap.take(8 * (arityOf(words) + 5))
    const handle = new WasmProgram(program, pointers)
    this.#programs.register(handle, [program, pointers])
    return handle
  }

  run(program: Handle, addresses: Float64Array, failure: Float64Array): number {
    const { address, room } = own(program)
    const { heap } = this
    const failed = room + addresses.byteLength
    new Float64Array(heap.buffer(failed), room, addresses.length).set(addresses)
    const kind = heap.exports.run(address, room, failed)
    if (kind !== 0) failure.set(new Float64Array(heap.buffer(failed + 40), failed, 5))
    this.unstage()
    return kind
  }

  allocate(bytes: number): Memory {
    return new HeapMemory(this, bytes)
  }

  adopt(data: TypedArray): Memory {
    // Memory shared with other threads may change while a program reads it.
    return new UploadedMemory(this, data.buffer instanceof ArrayBuffer ? data : data.slice())
  }

  turn(): Promise<void> | undefined {
    if (this.#bytesSinceTurn < BYTES_PER_TURN) return undefined
    this.#bytesSinceTurn = 0
    return new Promise((resolve) => setTimeout(resolve, 0))
  }

  releaseWith(owner: object, address: number, bytes: number): void {
    this.#blocks.register(owner, [address, bytes])
    this.heldBytes += bytes
    this.#bytesSinceTurn += bytes
  }

  releaseLater(address: number): void {
    this.heap.exports.release(address)
  }

  onStage(memory: UploadedMemory): void {
    this.#staged.push(memory)
  }

  /** What was staged for a program that has been handed over may go when that has been run. */
  protected unstage(): void {
    if (this.#staged.length === 0) return
    for (const memory of this.#staged) memory.unstage()
    this.#staged = []
  }
}

/** The same with assistants, and with a thread that runs programs behind the caller's back. */
class ThreadedWasmKernels extends WasmKernels<ThreadExports> {
  override readonly threads: number
  #wereWanted = false

  constructor(
    heap: WasmHeap<ThreadExports>,
    readonly pool: WasmPool,
    readonly orders: WasmOrders,
  ) {
    super(heap)
    this.threads = pool.threads
  }

  override run(program: Handle, addresses: Float64Array, failure: Float64Array): number {
    const kind = super.run(program, addresses, failure)
    if (!this.#wereWanted && this.heap.exports.wanted() !== 0) {
      this.#wereWanted = true
      this.pool.startAssistants()
    }
    return kind
  }

  start(program: Handle, addresses: Float64Array, failure: Float64Array, after: readonly StartedRun[]): StartedRun {
    const run = this.orders.start(own(program).address, addresses, failure, after)
    this.unstage()
    return run
  }

  wait(run: StartedRun): void {
    this.orders.wait(run)
  }

  override releaseLater(address: number): void {
    this.orders.releaseLater(address)
  }
}

function own(program: Handle): WasmProgram {
  if (program instanceof WasmProgram) return program
  throw new Error('wasm backend: a program of another build was handed over')
}

/** Inputs and outputs of a serialized program: the counts stand behind the mark and the arena, each before its sizes. */
function arityOf(words: Int32Array): number {
  const inputs = words[3]
  return inputs + words[4 + 2 * inputs]
}
