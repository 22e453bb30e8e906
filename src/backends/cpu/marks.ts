import type { KernelPlan, KernelStep } from '../../compiler/kernel-plan.js'
import type { KernelTime } from '../backend.js'
import { contiguousView } from './format.js'
import type { ProgramWriter } from './writer.js'

/** A row of the table that `kernels/programs/marks.h` fills: start, seconds, how often. */
const COLUMNS = 3

/** A kernel, and those inside of it. */
const withInner = ({ inner }: KernelStep): number => inner.reduce((count, body) => count + kernelsOf(body), 1)

/** How many kernels a plan has, with those inside of its loops and branches. */
const kernelsOf = ({ steps }: KernelPlan): number => steps.reduce((sum, step) => sum + withInner(step), 0)

/**
 * The marks of a program that is profiled. Kernels are numbered in the order in which reports name them, what is inside of one right behind it; then
 * come the copies of results, and the end.
 */
export class Marks {
  readonly #kernels: number
  #next = 0
  readonly #joined = new Set<number>()
  #isOpen = false

  constructor(readonly plan: KernelPlan) {
    this.#kernels = kernelsOf(plan)
  }

  /** What the program gives beside its outputs. */
  get table(): { readonly dtype: 'float64'; readonly shape: readonly number[] } {
    return { dtype: 'float64', shape: [this.#kernels + 2, COLUMNS] }
  }

  /** The next kernel begins; the answer is its number. */
  kernel(writer: ProgramWriter): number {
    const number = this.#next++
    this.#begin(writer, number)
    return number
  }

  /** Kernels that are done together with the one before them. */
  join(step: KernelStep): void {
    const end = this.#next + withInner(step)
    while (this.#next < end) this.#joined.add(this.#next++)
  }

  /** What is left to do belongs to the kernel that the plan is inside of, if there is one. */
  close(writer: ProgramWriter, around: number | undefined): void {
    if (around === undefined) this.#begin(writer, this.#kernels)
    else writer.mark(around, false)
  }

  end(writer: ProgramWriter, around: number | undefined): void {
    if (around === undefined) this.#begin(writer, this.#kernels + 1)
  }

  timesOf(table: Float64Array): KernelTime[] {
    return Array.from({ length: this.table.shape[0] }, (_, row) => {
      const [start, seconds, times] = table.subarray(row * COLUMNS, (row + 1) * COLUMNS)
      return { start: 1000 * start, milliseconds: 1000 * seconds, times, isJoined: this.#joined.has(row) }
    })
  }

  #begin(writer: ProgramWriter, number: number): void {
    const place = { kind: 'output', index: this.plan.graph.outputs.length } as const
    writer.mark(number, true, this.#isOpen ? undefined : contiguousView(this.table, place))
    this.#isOpen = true
  }
}
