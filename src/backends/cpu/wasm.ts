import type { TypedArray } from '../../core/dtype.js'
import type { Handle, Kernels, Memory } from './backend.js'

/** What the module exports, see `kernels/wasm.cc`. Addresses are numbers of bytes. */
interface Exports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  release(address: number): void
  load(words: number, count: number, reason: number): number
  unload(program: number): void
  run(program: number, addresses: number, failure: number): number
}

/** A program on the heap of the module. */
class WasmProgram {
  constructor(
    readonly address: number,
    /** Room for the addresses of a run, with those of the failure behind them. */
    readonly room: number,
  ) {}
}

/** Compiles and starts the module at once, from its bytes. */
export function loadWasm(bytes: Uint8Array): Kernels {
  const module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>)
  return new WasmKernels(new WebAssembly.Instance(module, {}).exports as unknown as Exports)
}

/** The kernels as WebAssembly: values lie on the module's heap until the garbage collector finds them unused. */
class WasmKernels implements Kernels {
  readonly name = 'wasm'
  readonly isa = 'simd128'
  readonly threads = 1
  heldBytes = 0
  readonly #blocks: FinalizationRegistry<readonly [address: number, bytes: number]>
  readonly #programs: FinalizationRegistry<readonly [program: number, room: number]>

  constructor(readonly module: Exports) {
    this.#blocks = new FinalizationRegistry(([address, bytes]) => {
      module.release(address)
      this.heldBytes -= bytes
    })
    this.#programs = new FinalizationRegistry(([program, room]) => {
      module.unload(program)
      module.release(room)
    })
  }

  load(words: Int32Array): Handle | string {
    const { module } = this
    const room = this.#take(words.byteLength + 8)
    new Int32Array(module.memory.buffer, room, words.length).set(words)
    const reason = room + words.byteLength
    const program = module.load(room, words.length, reason)
    if (program === 0) {
      const text = new Uint32Array(module.memory.buffer, reason, 1)[0]
      module.release(room)
      return text === 0 ? 'out of memory' : this.#text(text)
    }
    module.release(room)
    const pointers = this.#take(8 * (arityOf(words) + 5))
    const handle = new WasmProgram(program, pointers)
    this.#programs.register(handle, [program, pointers])
    return handle
  }

  run(program: Handle, addresses: Float64Array, failure: Float64Array): number {
    if (!(program instanceof WasmProgram)) throw new Error('wasm backend: a program of another build was handed over')
    const { module } = this
    const at = program.room
    new Float64Array(module.memory.buffer, at, addresses.length).set(addresses)
    const failed = at + addresses.byteLength
    const kind = module.run(program.address, at, failed)
    if (kind !== 0) failure.set(new Float64Array(module.memory.buffer, failed, 5))
    return kind
  }

  allocate(bytes: number): Memory {
    const memory = new HeapMemory(this.module.memory, this.#take(bytes))
    this.#blocks.register(memory, [memory.address, bytes])
    this.heldBytes += bytes
    return memory
  }

  adopt(data: TypedArray): Memory {
    const memory = this.allocate(data.byteLength)
    const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    new Uint8Array(this.module.memory.buffer, memory.address, data.byteLength).set(source)
    return memory
  }

  #take(bytes: number): number {
    const address = this.module.allocate(bytes)
    if (address === 0) {
      throw new RangeError(
        `wasm backend: no room for ${bytes} more bytes: the heap holds ${this.module.memory.buffer.byteLength}, and WebAssembly ends at 4 GB. Use smaller batches, or await between steps so that unused values can be freed.`,
      )
    }
    return address
  }

  #text(address: number): string {
    const bytes = new Uint8Array(this.module.memory.buffer, address)
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)))
  }
}

/** Inputs and outputs of a serialized program: the counts stand behind the mark and the arena, each before its sizes. */
function arityOf(words: Int32Array): number {
  const inputs = words[3]
  return inputs + words[4 + 2 * inputs]
}

class HeapMemory implements Memory {
  constructor(
    readonly heap: WebAssembly.Memory,
    readonly address: number,
  ) {}

  bytes(): { readonly buffer: ArrayBufferLike; readonly offset: number } {
    return { buffer: this.heap.buffer, offset: this.address }
  }
}
