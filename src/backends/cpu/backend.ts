import { explainPlan } from '../../compiler/explain.js'
import { fuse } from '../../compiler/fuse/fuse.js'
import { type KernelPlan, planKernels } from '../../compiler/kernel-plan.js'
import { type PlanReport, reportOf } from '../../compiler/report.js'
import { Stopwatch, type Timing } from '../../compiler/timings.js'
import { type DType, dtypes, type TypedArray } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import type { Graph } from '../../graph/graph.js'
import type { Node, Storage } from '../../graph/node.js'
import type { TensorType } from '../../graph/primitives.js'
import { bytesOf } from '../../graph/rules/movement.js'
import type { Backend, Executable, Profiling, Unfinished } from '../backend.js'
import { estimateMilliseconds } from './duration.js'
import { errorOf } from './failures.js'
import { Profiler } from './profiler.js'
import { type QueuedRun, RunQueue } from './queue.js'
import { serialize } from './serialize.js'
import { timeAlone } from './time-alone.js'

/** A program loaded into the kernels. */
export type Handle = object

/** A run on a thread of its own. */
export interface StartedRun {
  /**
   * Undefined while it runs, also to those who ask again and again without a turn of the event loop. Then 0, or the kind of
   * failure, described in the array that was handed to `start`, or `notRun`.
   */
  readonly kind: number | undefined
  /** Resolves when the kind is known; never rejects, and keeps the process alive until then. */
  readonly done: Promise<void>
}

/** The kind of a run that did not take place because one that it builds on had failed. */
export const notRun = -1

/** One build of the kernels, and the memory it works on. */
export interface Kernels {
  readonly name: 'native' | 'wasm'
  /** The code path: avx512, avx2, baseline or simd128. */
  readonly isa: string
  readonly threads: number
  /** Bytes of values on a heap of their own; absent where values lie in the memory of the JavaScript engine. */
  readonly heldBytes?: number
  /** A program, or the reason why it was refused. */
  load(words: Int32Array): Handle | string
  /**
   * Runs here and now: the kind of failure, described in `failure`, or 0. Addresses are those of inputs, then outputs.
   * Only called while nothing that was started is unfinished.
   */
  run(program: Handle, addresses: Float64Array, failure: Float64Array): number
  /**
   * Runs on a thread of its own behind everything started before, but not at all if one of `after` has failed or was not run.
   * Until it is finished the caller keeps the program and all memory alive and leaves both arrays alone. Absent, as is
   * `wait`, where there are no threads.
   */
  start?(program: Handle, addresses: Float64Array, failure: Float64Array, after: readonly StartedRun[]): StartedRun
  /** Blocks until the kind of a run is known, and with it those of all runs started before. */
  wait?(run: StartedRun): void
  allocate(bytes: number): Memory
  /** A turn of the event loop if values have waited long enough for one to be freed; whoever may wait should. */
  turn?(): Promise<void> | undefined
  /** The memory of an array, which may be kept as it is. */
  adopt(data: TypedArray): Memory
}

/** A block of memory that the kernels reach. */
export interface Memory {
  /** Where a program reads it. */
  readonly address: number
  /** Where a program writes it. */
  readonly target: number
  /** The bytes now; on wasm the buffer changes when the heap grows. */
  bytes(): { readonly buffer: ArrayBufferLike; readonly offset: number }
}

/** A value in memory that the kernels reach. */
export class CpuStorage implements Storage {
  /** The run that is to give it its elements, while it is unfinished or if it has failed. */
  filling: QueuedRun | undefined

  constructor(
    readonly backend: string,
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly memory: Memory,
  ) {}

  /** The elements, once they are there. @throws the failure of the run that was to compute them */
  get data(): TypedArray {
    this.filling?.wait()
    const { buffer, offset } = this.memory.bytes()
    return new dtypes[this.dtype].storage(buffer as ArrayBuffer, offset, sizeOf(this.shape))
  }
}

/** Runs programs on the kernel library, whichever way it was built. */
export class CpuBackend implements Backend {
  readonly name: string
  readonly #queue: RunQueue
  readonly #profiler: Profiler

  constructor(readonly kernels: Kernels) {
    this.name = kernels.name
    this.#queue = new RunQueue((run) => kernels.wait?.(run))
    this.#profiler = new Profiler(kernels, this.#queue)
  }

  allocate(type: TensorType): CpuStorage {
    return new CpuStorage(this.name, type.dtype, type.shape, this.kernels.allocate(bytesOf(type)))
  }

  upload({ dtype, shape }: TensorType, data: TypedArray): CpuStorage {
    return new CpuStorage(this.name, dtype, shape, this.kernels.adopt(data))
  }

  async download(storage: Storage): Promise<TypedArray> {
    const { filling } = own(storage)
    if (filling !== undefined) await filling.finished()
    // Whatever runs until the promise is kept may write over it, or let the memory grow, which moves it.
    const copy = own(storage).data.slice()
    await this.kernels.turn?.()
    return copy
  }

  downloadSync(storage: Storage): TypedArray {
    return own(storage).data
  }

  finish(): void {
    this.#queue.waitForAll()
  }

  profile(): Profiling {
    return this.#profiler.begin()
  }

  load(graph: Graph, donated?: ReadonlySet<number>): Executable {
    return new CpuProgram(graph, donated, this.kernels, this.#queue, this.#profiler)
  }
}

function own(storage: Storage): CpuStorage {
  if (storage instanceof CpuStorage) return storage
  throw new Error(`cpu backend: a storage of the ${storage.backend} backend was handed over`)
}

/** Programs that take longer run while JavaScript goes on. To hand one over and hear of its end takes some hundredths of it. */
const LARGE_MILLISECONDS = 0.5

class CpuProgram implements Executable {
  readonly #handle: Handle
  readonly #tagged: readonly Node[]
  readonly #addresses: Float64Array
  readonly #failure = new Float64Array(5)
  readonly #plan: KernelPlan
  readonly #isLarge: boolean
  readonly #bytes: number
  readonly timings: readonly Timing[]

  constructor(
    readonly graph: Graph,
    donated: ReadonlySet<number> | undefined,
    readonly kernels: Kernels,
    readonly queue: RunQueue,
    readonly profiler: Profiler,
  ) {
    const watch = new Stopwatch()
    const fused = watch.measure('fuse', () => fuse(graph))
    const plan = watch.measure('plan', () => planKernels(fused, donated))
    const { words, tagged } = watch.measure('serialize', () => serialize(plan))
    const handle = watch.measure('load', () => kernels.load(words))
    this.#plan = plan
    this.timings = watch.timings
    if (typeof handle === 'string') throw new Error(`cpu backend: the kernels refused a program: ${handle}`)
    this.#handle = handle
    this.#tagged = tagged
    const slowness = kernels.name === 'wasm' ? 4 : 1
    this.#isLarge = kernels.start !== undefined && slowness * estimateMilliseconds(plan) > LARGE_MILLISECONDS
    this.#bytes = [...graph.inputs, ...graph.outputs].reduce((sum, type) => sum + bytesOf(type), 0)
    this.#addresses = new Float64Array(graph.inputs.length + graph.outputs.length)
  }

  get reuse(): KernelPlan['reuse'] {
    return this.#plan.reuse
  }

  /** Small programs keep their place behind those that go on. */
  get #goesOn(): boolean {
    return this.#isLarge || !this.queue.isIdle
  }

  overwriting(input: Storage): Storage {
    if (!this.#goesOn) return input
    return new CpuStorage(input.backend, input.dtype, input.shape, own(input).memory)
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[]): Unfinished | undefined {
    const { kernels, queue } = this
    const goesOn = this.#goesOn
    if (goesOn) queue.makeRoom(this.#bytes)
    const profiled = this.profiler.of(this.#plan)
    const { handle, addresses } = profiled ?? { handle: this.#handle, addresses: this.#addresses }
    let after: Set<QueuedRun> | undefined
    for (let i = 0; i < inputs.length; i++) {
      const { memory, filling } = own(inputs[i])
      addresses[i] = memory.address
      if (filling === undefined) continue
      filling.throwFailure()
      after ??= new Set()
      after.add(filling)
    }
    for (let i = 0; i < outputs.length; i++) {
      const output = own(outputs[i])
      addresses[inputs.length + i] = output.memory.target
      // What failed before has no part in what is computed now.
      if (!goesOn && output.filling !== undefined) output.filling = undefined
    }
    if (goesOn) return this.#start(handle, addresses.slice(), [...(after ?? [])], inputs.map(own), outputs.map(own))
    const kind = kernels.run(handle, addresses, this.#failure)
    if (kind !== 0) throw errorOf(kind, this.#failure, this.#tagged, this.graph)
    return undefined
  }

  /** The addresses are the run's own: the next one may be started before it is over. */
  #start(
    program: Handle,
    addresses: Float64Array,
    after: readonly QueuedRun[],
    inputs: readonly CpuStorage[],
    outputs: readonly CpuStorage[],
  ): Unfinished {
    const failure = new Float64Array(5)
    const builtOn = after.map(({ started }) => started)
    const started = this.kernels.start?.(program, addresses, failure, builtOn)
    if (started === undefined) throw new Error('cpu backend: a build without threads was asked for one')
    const describe = (kind: number): Error => errorOf(kind, failure, this.#tagged, this.graph)
    return this.queue.add(started, { program, inputs, outputs, after, bytes: this.#bytes, describe })
  }

  explain(): string {
    return explainPlan(this.#plan)
  }

  report(): PlanReport {
    return reportOf(this.#plan)
  }

  timeKernels(): readonly (number | undefined)[] {
    this.queue.waitForAll()
    return this.#plan.steps.map((step) => timeAlone(step, this.kernels))
  }
}
