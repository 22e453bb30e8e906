import type { KernelPlan } from '../../compiler/kernel-plan.js'
import { reportOf } from '../../compiler/report.js'
import { sizeOf } from '../../core/shape.js'
import { bytesOf } from '../../graph/rules/movement.js'
import type { Profiling, ProgramTimes } from '../backend.js'
import type { Handle, Kernels, Memory } from './backend.js'
import { Marks } from './marks.js'
import type { RunQueue } from './queue.js'
import { serialize } from './serialize.js'

/** A program with marks, and the addresses for a run, of which the last one is that of their table. */
interface Profiled {
  readonly handle: Handle
  readonly addresses: Float64Array
  readonly table: Memory
  readonly marks: Marks
}

/** Runs programs with marks while somebody wants to know where the time goes. */
export class Profiler {
  #programs: Map<KernelPlan, Profiled> | undefined

  constructor(
    readonly kernels: Kernels,
    readonly queue: RunQueue,
  ) {}

  /** What is to run instead of a program; undefined while nothing is profiled. */
  of(plan: KernelPlan): Profiled | undefined {
    if (this.#programs === undefined) return undefined
    let profiled = this.#programs.get(plan)
    if (profiled === undefined) {
      profiled = this.#marked(plan)
      this.#programs.set(plan, profiled)
    }
    return profiled
  }

  begin(): Profiling {
    if (this.#programs !== undefined)
      throw new Error('profile: something is being profiled already. Await its end first.')
    const programs = new Map<KernelPlan, Profiled>()
    this.#programs = programs
    return {
      end: async () => {
        this.#programs = undefined
        await this.queue.allFinished()
        return [...programs].map(
          ([plan, { table, marks }]): ProgramTimes => ({
            report: reportOf(plan),
            times: marks.timesOf(numbersOf(table, marks)),
          }),
        )
      },
    }
  }

  #marked(plan: KernelPlan): Profiled {
    const marks = new Marks(plan)
    const { words } = serialize(plan, marks)
    const handle = this.kernels.load(words)
    if (typeof handle === 'string') throw new Error(`cpu backend: the kernels refused a program with marks: ${handle}`)
    const { inputs, outputs } = plan.graph
    const table = this.kernels.allocate(bytesOf(marks.table))
    numbersOf(table, marks).fill(0)
    const addresses = new Float64Array(inputs.length + outputs.length + 1)
    addresses[inputs.length + outputs.length] = table.target
    return { handle, addresses, table, marks }
  }
}

function numbersOf(table: Memory, marks: Marks): Float64Array {
  const { buffer, offset } = table.bytes()
  return new Float64Array(buffer, offset, sizeOf(marks.table.shape))
}
