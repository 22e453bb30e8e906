/** An instance of the module as JavaScript sees it: what it exports is in `kernels/hosts/wasm.cc`, not in its type. */
export interface Instance {
  readonly exports: unknown
}

/** The clock that both modules import, in milliseconds. */
export const now = (): number => performance.now()

/** What both modules export, see `kernels/hosts/wasm.cc`. Addresses are numbers of bytes. */
export interface WasmExports {
  allocate(bytes: number): number
  release(address: number): void
  load(words: number, count: number, reason: number): number
  unload(program: number): void
  run(program: number, addresses: number, failure: number): number
}

/** What the module for several threads exports beyond that. */
export interface ThreadExports extends WasmExports {
  readonly __stack_pointer: WebAssembly.Global<'i32'>
  readonly __tls_size: WebAssembly.Global<'i32'>
  __wasm_init_tls(address: number): void
  enter(thread: number, threads: number, maySleep: number): void
  assist(): never
  serve(): number
  submit(order: number): number
  finished(tell: number): number
  waitFor(number: number): number
  wanted(): number
  isLost(): number
  lose(): void
}

/** What a worker needs to become one of the threads. */
export interface ThreadStart {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Runs programs if 0, else takes part in what thread 0 does. */
  readonly thread: number
  readonly threads: number
  /** Room for the thread's own variables and above them its stack, which grows downwards. */
  readonly room: number
  readonly roomBytes: number
}

/** What a worker tells: it has started, a program is finished, or why the worker has stopped. */
export type ThreadMessage = { readonly kind: 'ready' | 'finished' } | { readonly kind: 'lost'; readonly reason: string }

/** A module that runs, and the memory it works on. */
export class WasmHeap<Exports extends WasmExports = WasmExports> {
  constructor(
    readonly memory: WebAssembly.Memory,
    readonly exports: Exports,
  ) {}

  /** The address of so many bytes more. */
  take(bytes: number): number {
    const address = this.exports.allocate(bytes) >>> 0
    if (address === 0) {
      throw new RangeError(
        `wasm backend: no room for ${bytes} more bytes: the heap holds ${this.memory.buffer.byteLength}, and WebAssembly ends at 4 GB. Use smaller batches, or await between steps so that unused values can be freed.`,
      )
    }
    return address
  }

  /** The memory as it is now: a view ends where the memory did when it was made. */
  buffer(end: number): ArrayBufferLike {
    // Another thread may have made it larger; asking for nothing more makes that known here.
    if (end > this.memory.buffer.byteLength) this.memory.grow(0)
    return this.memory.buffer
  }

  text(address: number): string {
    const bytes = new Uint8Array(this.memory.buffer, address)
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)))
  }
}
