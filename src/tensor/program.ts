import type { Backend, Executable, Unfinished } from '../backends/backend.js'
import type { PlanReport } from '../compiler/report.js'
import { simplify } from '../compiler/simplify.js'
import { Stopwatch, type Timing } from '../compiler/timings.js'
import { type Graph, topologicalOrder } from '../graph/graph.js'
import type { Storage } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'

/** What a run computes. */
export interface Outcome {
  readonly outputs: readonly Storage[]
  /** The run, if it goes on. */
  readonly unfinished: Unfinished | undefined
}

/** A graph simplified and loaded on a backend. */
export class Program {
  /** How many nodes it computes, those inside of loops and branches not counted. */
  readonly size: number
  /** What compiling spent its time on. */
  readonly timings: readonly Timing[]
  readonly #executable: Executable
  readonly #outputs: readonly TensorType[]

  constructor(
    graph: Graph,
    readonly backend: Backend,
    donated?: ReadonlySet<number>,
  ) {
    const watch = new Stopwatch()
    const simplified = watch.measure('simplify', () => simplify(graph))
    this.size = topologicalOrder(simplified.outputs).length
    this.#executable = backend.load(simplified, donated)
    this.#outputs = simplified.outputs.map(({ dtype, shape }) => ({ dtype, shape }))
    this.timings = [...watch.timings, ...this.#executable.timings]
  }

  /** Runs; output i is written over the input that the backend lets it reuse, if `mayOverwrite` agrees. */
  run(inputs: readonly Storage[], mayOverwrite: (input: number) => boolean = () => false): Outcome {
    const executable = this.#executable
    const { reuse } = executable
    const outputs = this.#outputs.map((type, i) => {
      const input = reuse[i]
      if (input === undefined || !mayOverwrite(input)) return this.backend.allocate(type)
      return executable.overwriting?.(inputs[input]) ?? inputs[input]
    })
    return { outputs, unfinished: executable.run(inputs, outputs) }
  }

  /** The kernels that run, and what they cost. */
  explain(): string {
    return this.#executable.explain()
  }

  /** The same as data. */
  report(): PlanReport {
    return this.#executable.report()
  }

  /** See {@link Executable.timeKernels}; undefined on backends that do not run kernel by kernel. */
  timeKernels(): readonly (number | undefined)[] | undefined {
    return this.#executable.timeKernels?.()
  }
}
