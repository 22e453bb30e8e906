import type { PlanReport } from '../compiler/report.js'
import type { Timing } from '../compiler/timings.js'
import type { TypedArray } from '../core/dtype.js'
import type { Graph } from '../graph/graph.js'
import type { Storage } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'

/** What runs programs. Everything a backend must do; all else is built on it. */
export interface Backend {
  readonly name: string
  /** Room for a value; its elements are undefined. */
  allocate(type: TensorType): Storage
  /** A value from elements in host memory, which it may keep: the caller must not write to `data` afterwards. */
  upload(type: TensorType, data: TypedArray): Storage
  /** A copy of the elements as they are when all that has been started before is over. */
  download(storage: Storage): Promise<TypedArray>
  /** The elements at once, on backends that can wait without blocking the page; not to be written to, nor kept. */
  downloadSync?(storage: Storage): TypedArray
  /** Blocks until all runs have finished, on backends whose runs go on after the call. */
  finish?(): void
  /** Takes the times of all kernels from now on; absent where programs do not run kernel by kernel. @throws if that is being done already */
  profile?(): Profiling
  /** Makes a simplified graph ready to run. `donated` inputs may be overwritten by outputs of the same type. */
  load(graph: Graph, donated?: ReadonlySet<number>): Executable
}

/** The time of one kernel since profiling began. */
export interface KernelTime {
  /** When it last began, by a clock of the backend's own, in milliseconds. */
  readonly start: number
  /** Without what is inside of it. */
  readonly milliseconds: number
  readonly times: number
  /** Whether it is done together with the kernel before it, and counted there. */
  readonly isJoined: boolean
}

/** What a program did while it was profiled. */
export interface ProgramTimes {
  readonly report: PlanReport
  /**
   * Kernel by kernel, what is inside of one right behind it; then what results were copied, and the end of the program.
   */
  readonly times: readonly KernelTime[]
}

/** Programs are profiled until the end is asked for. */
export interface Profiling {
  /** Resolves when what has been started is over, with what ran in the order in which it first did. */
  end(): Promise<readonly ProgramTimes[]>
}

/** A program on a backend. */
export interface Executable {
  /** Output i may lie in the storage of input reuse[i], which is donated and no longer read when it is written. */
  readonly reuse: readonly (number | undefined)[]
  /** What loading spent its time on. */
  readonly timings: readonly Timing[]
  /**
   * The memory of an input for the output of the next run that overwrites it, as a storage of its own: should the run fail after
   * the call, the input still has its elements. Without it, and where that cannot happen, the output is the input.
   */
  overwriting?(input: Storage): Storage
  /**
   * Computes all outputs; `outputs[i]` may lie in `inputs[reuse[i]]`. Runs in the order of calls, here or while the caller goes
   * on: then its end can be waited for, and so does everything that reads the outputs.
   *
   * @throws if the run fails here, or an input comes from a run that has failed
   */
  run(inputs: readonly Storage[], outputs: readonly Storage[]): Unfinished | undefined
  /** The kernels that run, one a line, and what they cost. */
  explain(): string
  /** The same as data. */
  report(): PlanReport
  /**
   * How many milliseconds each kernel takes alone, on zeros, again and again; undefined for one that fails on zeros. Absent where
   * programs do not run kernel by kernel.
   */
  timeKernels?(): readonly (number | undefined)[]
}

/** A run that goes on after the call. */
export interface Unfinished {
  /** Calls back when the run is over. Runs that failed together, since one builds on the other, call back in reverse order. */
  whenFinished(callback: (failure: Failure | undefined) => void): void
}

/** Why a run failed after the call. */
export interface Failure {
  readonly error: Error
  /** Whether the error has been thrown to somebody, or is about to be. */
  isTold: boolean
}
