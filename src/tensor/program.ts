import type { Backend, Executable } from '../backends/backend.js'
import { type Plan, plan } from '../compiler/plan.js'
import { simplify } from '../compiler/simplify.js'
import type { Graph } from '../graph/graph.js'
import type { Storage } from '../graph/node.js'

/** A graph simplified, planned and loaded on a backend. */
export class Program {
  readonly plan: Plan
  readonly #executable: Executable

  constructor(
    graph: Graph,
    readonly backend: Backend,
    donated: ReadonlySet<number> = new Set(),
  ) {
    this.plan = plan(simplify(graph), donated)
    this.#executable = backend.load(this.plan)
  }

  /** Runs; output i is written over the input that the plan lets it reuse, if `mayOverwrite` agrees. */
  run(inputs: readonly Storage[], mayOverwrite: (input: number) => boolean = () => false): Storage[] {
    const outputs = this.plan.graph.outputs.map(({ dtype, shape }, i) => {
      const reuse = this.plan.reuse[i]
      return reuse !== undefined && mayOverwrite(reuse) ? inputs[reuse] : this.backend.allocate({ dtype, shape })
    })
    this.#executable.run(inputs, outputs)
    return outputs
  }

  /** The kernels that run, and what they cost. */
  explain(): string {
    return this.#executable.explain()
  }
}
