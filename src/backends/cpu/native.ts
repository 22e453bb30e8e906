import type { TypedArray } from '../../core/dtype.js'
import type { Handle, Kernels, Memory, StartedRun } from './backend.js'

/** What the addon exports, see `kernels/hosts/addon.cc`. */
interface Addon {
  readonly isa: string
  readonly threads: number
  load(words: Int32Array): Handle | string
  run(program: Handle, addresses: Float64Array, failure: Float64Array): number
  /** The number of the run, counted from 1; `after` are numbers of earlier ones. */
  start(program: Handle, addresses: Float64Array, failure: Float64Array, after: Float64Array): number
  /** The number of the last run that has finished. */
  finished(): number
  wait(run: number): void
  onFinished(callback: () => void): void
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
  const addon = module.exports as Partial<Addon>
  if (addon.onFinished === undefined) return new Error('the addon was built from other sources')
  return new NativeKernels(module.exports as Addon)
}

/** The kernels as machine code, working on buffers that belong to the JavaScript engine. */
class NativeKernels implements Kernels {
  readonly name = 'native'

  /** In the order in which they were started. */
  #unfinished: NativeRun[] = []

  constructor(readonly addon: Addon) {
    addon.onFinished(() => this.#settle())
  }

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

  start(program: Handle, addresses: Float64Array, failure: Float64Array, after: readonly StartedRun[]): StartedRun {
    const numbers = Float64Array.from(after, (run) => this.#own(run).number)
    const number = this.addon.start(program, addresses, failure, numbers)
    const run = new NativeRun(number, failure, program, () => this.#settle())
    this.#unfinished.push(run)
    return run
  }

  wait(run: StartedRun): void {
    this.addon.wait(this.#own(run).number)
    this.#settle()
  }

  /** Takes note of all runs that have finished. */
  #settle(): void {
    const last = this.addon.finished()
    while (this.#unfinished.length > 0 && this.#unfinished[0].number <= last) this.#unfinished.shift()?.finish()
  }

  #own(run: StartedRun): NativeRun {
    if (run instanceof NativeRun) return run
    throw new Error('native backend: a run of another build was handed over')
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

/** A run on the addon's own thread. */
class NativeRun implements StartedRun {
  readonly done: Promise<void>
  #resolve: () => void = () => {}
  #kind: number | undefined

  constructor(
    readonly number: number,
    /** Written by the other thread until the run has finished; its first element becomes the kind. */
    readonly failure: Float64Array,
    /** Kept from being collected. */
    public program: Handle | undefined,
    readonly settle: () => void,
  ) {
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get kind(): number | undefined {
    if (this.#kind === undefined) this.settle()
    return this.#kind
  }

  finish(): void {
    this.#kind = this.failure[0]
    this.program = undefined
    this.#resolve()
  }
}

class BufferMemory implements Memory {
  constructor(
    readonly address: number,
    readonly buffer: ArrayBuffer,
    readonly offset: number,
  ) {}

  get target(): number {
    return this.address
  }

  bytes(): { readonly buffer: ArrayBuffer; readonly offset: number } {
    return this
  }
}
