import { explainPlan } from '../../compiler/explain.js'
import { fuse } from '../../compiler/fuse/fuse.js'
import { type KernelPlan, planKernels } from '../../compiler/kernel-plan.js'
import { Stopwatch, type Timing } from '../../compiler/timings.js'
import { type DType, dtypes, type TypedArray } from '../../core/dtype.js'
import { fail } from '../../core/errors.js'
import { formatShape, sizeOf } from '../../core/shape.js'
import type { Graph } from '../../graph/graph.js'
import type { Node, Storage } from '../../graph/node.js'
import type { TensorType } from '../../graph/primitives.js'
import { bytesOf } from '../../graph/rules/movement.js'
import type { Backend, Executable } from '../backend.js'
import { serialize } from './serialize.js'

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
  /** The memory of an array, which may be kept as it is. */
  adopt(data: TypedArray): Memory
}

/** A block of memory that the kernels reach. */
export interface Memory {
  readonly address: number
  /** The bytes now; on wasm the buffer changes when the heap grows. */
  bytes(): { readonly buffer: ArrayBufferLike; readonly offset: number }
}

/** A value in memory that the kernels reach. */
export class CpuStorage implements Storage {
  constructor(
    readonly backend: string,
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly memory: Memory,
  ) {}

  get data(): TypedArray {
    const { buffer, offset } = this.memory.bytes()
    return new dtypes[this.dtype].storage(buffer as ArrayBuffer, offset, sizeOf(this.shape))
  }
}

/** Runs programs on the kernel library, whichever way it was built. */
export class CpuBackend implements Backend {
  readonly name: string

  constructor(readonly kernels: Kernels) {
    this.name = kernels.name
  }

  allocate(type: TensorType): CpuStorage {
    return new CpuStorage(this.name, type.dtype, type.shape, this.kernels.allocate(bytesOf(type)))
  }

  upload({ dtype, shape }: TensorType, data: TypedArray): CpuStorage {
    return new CpuStorage(this.name, dtype, shape, this.kernels.adopt(data))
  }

  async download(storage: Storage): Promise<TypedArray> {
    return this.downloadSync(storage)
  }

  downloadSync(storage: Storage): TypedArray {
    return own(storage).data
  }

  load(graph: Graph, donated?: ReadonlySet<number>): Executable {
    return new CpuProgram(graph, donated, this.kernels)
  }
}

function own(storage: Storage): CpuStorage {
  if (storage instanceof CpuStorage) return storage
  throw new Error(`cpu backend: a storage of the ${storage.backend} backend was handed over`)
}

class CpuProgram implements Executable {
  readonly #handle: Handle
  readonly #tagged: readonly Node[]
  readonly #addresses: Float64Array
  readonly #failure = new Float64Array(5)
  readonly #plan: KernelPlan
  readonly timings: readonly Timing[]

  constructor(
    graph: Graph,
    donated: ReadonlySet<number> | undefined,
    readonly kernels: Kernels,
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
    this.#addresses = new Float64Array(graph.inputs.length + graph.outputs.length)
  }

  get reuse(): KernelPlan['reuse'] {
    return this.#plan.reuse
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[]): void {
    const addresses = this.#addresses
    for (let i = 0; i < inputs.length; i++) addresses[i] = own(inputs[i]).memory.address
    for (let i = 0; i < outputs.length; i++) addresses[inputs.length + i] = own(outputs[i]).memory.address
    const kind = this.kernels.run(this.#handle, addresses, this.#failure)
    if (kind !== 0) this.#report(kind)
  }

  explain(): string {
    return explainPlan(this.#plan)
  }

  /** The errors are those of the reference backend. */
  #report(kind: number): never {
    const [, tag, first, second] = this.#failure
    const node = tag < 0 ? undefined : this.#tagged[tag]
    if (kind === 1) {
      fail(
        `${node?.op ?? 'gather'}: index ${first} is outside 0 … ${second - 1}`,
        `The indexed axis has ${second} elements; check where the indices come from, e.g. class labels that start at 1.`,
      )
    }
    if (kind === 2 && node !== undefined) {
      const which = node.rank > 2 ? `matrix ${first} of ${formatShape(node.shape)}` : formatShape(node.shape)
      fail(
        `cholesky: ${which} is not positive definite: the pivot of row ${second} is not positive`,
        'Check that it is symmetric, or add a small multiple of the identity matrix.',
      )
    }
    return fail(
      `A program needs ${(first / 2 ** 20).toFixed(0)} MB for intermediate values, which this machine does not have`,
      'Use a smaller batch, or checkpoint() parts of the model so that less is kept for the gradient.',
    )
  }
}
