import { explainPlan } from '../../compiler/explain.js'
import type { Operand, Place, Plan, Step } from '../../compiler/plan.js'
import { type PlanReport, reportOf } from '../../compiler/report.js'
import type { Timing } from '../../compiler/timings.js'
import { allocate, dtypes, encode, type TypedArray } from '../../core/dtype.js'
import { sizeOf } from '../../core/shape.js'
import { type Graph, innerGraphs } from '../../graph/graph.js'
import type { Storage } from '../../graph/node.js'
import type { Executable } from '../backend.js'
import type { Elements } from './elements.js'
import { evaluate } from './evaluate.js'
import { hostData } from './index.js'

/** An operand whose array is filled in when its memory is known. */
interface Bound extends Elements {
  data: TypedArray
  readonly place: Place
}

interface Kernel {
  readonly inputs: readonly Bound[]
  readonly outputs: readonly Bound[]
  run(): void
}

/**
 * A plan with its operands bound to arrays: one evaluation call per step. Programs run one at a time and share one
 * scratch block; bodies of loops run inside their program and have blocks of their own.
 */
export class ReferenceProgram implements Executable {
  readonly #plan: Plan
  readonly #operands: Bound[] = []
  readonly #kernels: readonly Kernel[]
  readonly #copies: readonly { from: Bound; output: number }[]
  readonly #inner: boolean
  #arena: ArrayBuffer | undefined

  constructor(
    plan: Plan,
    readonly timings: readonly Timing[] = [],
    inner = false,
  ) {
    this.#plan = plan
    this.#inner = inner
    this.#kernels = plan.steps.map((step) => this.#kernel(step))
    this.#copies = plan.copies.map(({ from, output }) => ({ from: this.#bind(from), output }))
  }

  get reuse(): Plan['reuse'] {
    return this.#plan.reuse
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[]): undefined {
    this.runOn(inputs.map(hostData), outputs.map(hostData))
  }

  explain(): string {
    return explainPlan(this.#plan)
  }

  report(): PlanReport {
    return reportOf(this.#plan)
  }

  runOn(inputs: readonly TypedArray[], outputs: readonly TypedArray[]): void {
    this.#bindArena()
    for (const operand of this.#operands) {
      const { place } = operand
      if (place.kind === 'input') operand.data = seenAs(operand, inputs[place.index])
      else if (place.kind === 'output') operand.data = seenAs(operand, outputs[place.index])
    }
    try {
      for (const kernel of this.#kernels) kernel.run()
      for (const { from, output } of this.#copies) {
        const target = outputs[output]
        target.set(seenAs({ dtype: this.#plan.graph.outputs[output].dtype, shape: from.shape }, from.data))
      }
    } finally {
      // A program that is kept must not keep the values of its last run.
      for (const operand of this.#operands) if (operand.place.kind !== 'arena') operand.data = nothing
    }
  }

  #bind({ dtype, shape, place }: Operand): Bound {
    const bound = { dtype, shape, place, data: allocate(dtype, 0) }
    if (place.kind === 'constant') bound.data = allocate(dtype, sizeOf(shape)).fill(encode(dtype, place.value))
    else this.#operands.push(bound)
    return bound
  }

  #kernel({ node, inputs: given, outputs: wanted, inner }: Step): Kernel {
    const inputs = given.map((operand) => this.#bind(operand))
    const outputs = wanted.map((operand) => this.#bind(operand))
    const graphs = innerGraphs(node)
    const bodies = new Map(inner.map((body, i) => [graphs[i], new ReferenceProgram(body, [], true)]))
    const runBody = (graph: Graph, values: readonly Elements[]): Elements[] => {
      const results = graph.outputs.map(({ dtype, shape }) => ({ dtype, shape, data: allocate(dtype, sizeOf(shape)) }))
      bodies.get(graph)?.runOn(
        values.map(({ data }) => data),
        results.map(({ data }) => data),
      )
      return results
    }
    return { inputs, outputs, run: () => evaluate(node.op, inputs, outputs, node.attributes, runBody) }
  }

  #bindArena(): void {
    const block = this.#inner ? (this.#arena ?? new ArrayBuffer(this.#plan.arenaBytes)) : scratch(this.#plan.arenaBytes)
    if (block === this.#arena) return
    this.#arena = block
    for (const operand of this.#operands) {
      if (operand.place.kind !== 'arena') continue
      operand.data = new dtypes[operand.dtype].storage(block, operand.place.offset, sizeOf(operand.shape))
    }
  }
}

const nothing = new Uint8Array(0)

let block = new ArrayBuffer(0)

/** The block that top-level programs share; it grows to the largest of them. */
function scratch(bytes: number): ArrayBuffer {
  if (block.byteLength < bytes) block = new ArrayBuffer(bytes)
  return block
}

/** `data` as elements of the operand's dtype: the same bytes. */
function seenAs({ dtype, shape }: { dtype: Operand['dtype']; shape: readonly number[] }, data: TypedArray): TypedArray {
  const { storage } = dtypes[dtype]
  return data instanceof storage ? data : new storage(data.buffer as ArrayBuffer, data.byteOffset, sizeOf(shape))
}
