import type { TypedArray } from '../../core/dtype.js'
import type { Handle, Kernels, Memory } from './backend.js'

/** What the addon exports, see `kernels/addon.cc`. */
interface Addon {
  readonly isa: string
  readonly threads: number
  load(words: Int32Array): Handle | string
  run(program: Handle, addresses: Float64Array, failure: Float64Array): number
  addressOf(buffer: ArrayBufferLike): number
}

/** The parts of Node's `process` that load an addon; absent in browsers. */
interface HostProcess {
  dlopen?(module: { exports: unknown }, path: string): void
}

const hostProcess = (globalThis as { process?: HostProcess }).process

/** Loads the addon; an Error says why it could not be. */
export function loadNative(path: string): Kernels | Error {
  if (hostProcess?.dlopen === undefined) return new Error('addons need Node')
  const module: { exports: unknown } = { exports: {} }
  try {
    hostProcess.dlopen(module, path)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  return new NativeKernels(module.exports as Addon)
}

/** The kernels as machine code, working on buffers that belong to the JavaScript engine. */
class NativeKernels implements Kernels {
  readonly name = 'native'

  constructor(readonly addon: Addon) {}

  get isa(): string {
    return this.addon.isa
  }

  get threads(): number {
    return this.addon.threads
  }

  load(words: Int32Array): Handle | string {
    return this.addon.load(words)
  }

  run(program: Handle, addresses: Float64Array, failure: Float64Array): number {
    return this.addon.run(program, addresses, failure)
  }

  allocate(bytes: number): Memory {
    return this.#memory(new ArrayBuffer(bytes), 0)
  }

  adopt(data: TypedArray): Memory {
    const { buffer, byteOffset } = data
    if (buffer instanceof ArrayBuffer) return this.#memory(buffer, byteOffset)
    // Memory shared with other threads may change while a program reads it.
    return this.#memory(data.slice().buffer as ArrayBuffer, 0)
  }

  #memory(buffer: ArrayBuffer, offset: number): Memory {
    return new BufferMemory(this.addon.addressOf(buffer) + offset, buffer, offset)
  }
}

class BufferMemory implements Memory {
  constructor(
    readonly address: number,
    readonly buffer: ArrayBuffer,
    readonly offset: number,
  ) {}

  bytes(): { readonly buffer: ArrayBuffer; readonly offset: number } {
    return this
  }
}
