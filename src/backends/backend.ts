import type { Plan } from '../compiler/plan.js'
import type { TypedArray } from '../core/dtype.js'
import type { Storage } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'

/** What runs programs. Everything a backend must do; all else is built on it. */
export interface Backend {
  readonly name: string
  /** Room for a value; its elements are undefined. */
  allocate(type: TensorType): Storage
  /** A value from elements in host memory, which it may keep: the caller must not write to `data` afterwards. */
  upload(type: TensorType, data: TypedArray): Storage
  /** The elements; the caller must not write to them. */
  download(storage: Storage): Promise<TypedArray>
  /** The same at once, on backends that can wait without blocking the page. */
  downloadSync?(storage: Storage): TypedArray
  /** Makes a program ready to run. */
  load(plan: Plan): Executable
}

/** A program on a backend. */
export interface Executable {
  /** Computes all outputs; `outputs[i]` may be `inputs[plan.reuse[i]]`. Runs in the order of calls. */
  run(inputs: readonly Storage[], outputs: readonly Storage[]): void
  /** The kernels that run, one a line, and what they cost. */
  explain(): string
}
