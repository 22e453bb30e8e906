import type { KernelTime, ProgramTimes } from '../../backends/backend.js'
import { quantity } from '../../compiler/explain.js'
import type { KernelReport, PlanReport } from '../../compiler/report.js'
import { expectFunction } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { backend } from '../backends.js'

/** One kernel of what has been profiled. All numbers are of one run of its program, on average. */
export interface ProfiledKernel extends Pick<KernelReport, 'title' | 'kind' | 'operations'> {
  /** Which of the programs it is in. */
  readonly program: number
  /** How many loops or branches it is inside of. */
  readonly depth: number
  /** Without the kernels inside of it. */
  readonly milliseconds: number
  /** Its part of the time of all kernels: 0 … 1. */
  readonly share: number
  /** How often it ran. */
  readonly times: number
  /** Floating point operations; a multiply-add counts as 2. */
  readonly flops: number
  /** Bytes that it read and wrote. */
  readonly bytes: number
}

/** One program of what has been profiled. */
export interface ProfiledProgram {
  readonly runs: number
  /** Of the kernels in one run, on average. */
  readonly milliseconds: number
}

/** Where the time went: printed, it is a table. */
export class Profile {
  readonly programs: readonly ProfiledProgram[]
  /** In the order in which they ran; those inside of a loop behind it. */
  readonly kernels: readonly ProfiledKernel[]
  readonly #events: readonly TraceEvent[]

  constructor(
    /** Of all that was profiled, with what is not in kernels: JavaScript, waiting, and handing programs over. */
    readonly milliseconds: number,
    programs: readonly ProgramTimes[],
  ) {
    const whole = programs.reduce((sum, { times }) => sum + sumOf(times), 0)
    const parts = programs.map((program, i) => measured(program, i, whole))
    this.kernels = parts.flatMap(({ kernels }) => kernels)
    this.programs = parts.map(({ runs }, i) => ({ runs, milliseconds: sumOf(programs[i].times) / Math.max(1, runs) }))
    this.#events = parts.flatMap(({ events }) => events)
  }

  /** The milliseconds of all kernels together. */
  get kernelMilliseconds(): number {
    return this.programs.reduce((sum, { runs, milliseconds }) => sum + runs * milliseconds, 0)
  }

  /** The last run of each program for the viewers of traces: chrome://tracing, ui.perfetto.dev. */
  trace(): string {
    return JSON.stringify({ traceEvents: this.#events, displayTimeUnit: 'ms' })
  }

  /** The slowest kernels first. */
  table(most = 30): string {
    const columns = ['ms', 'share', 'times', 'GFLOP/s', 'GB/s', 'kernel']
    const sorted = [...this.kernels].sort((a, b) => b.share - a.share)
    const lines = sorted.slice(0, most).map((kernel) => {
      const { milliseconds, share, times, flops, bytes, title, program, depth } = kernel
      const place = this.programs.length > 1 ? `${program + 1}: ` : ''
      return [
        milliseconds.toFixed(3),
        `${(100 * share).toFixed(1)} %`,
        String(Number(times.toFixed(1))),
        rate(flops, milliseconds),
        rate(bytes, milliseconds),
        `${place}${'in a loop: '.repeat(Math.min(1, depth))}${title}`,
      ]
    })
    const rest = sorted.slice(most)
    const widths = columns.map((name, i) => Math.max(name.length, ...lines.map((line) => line[i].length)))
    const row = (cells: readonly string[]): string =>
      cells.map((cell, i) => (i === cells.length - 1 ? cell : cell.padStart(widths[i]))).join('  ')
    const share = rest.reduce((sum, kernel) => sum + kernel.share, 0)
    const more = rest.length > 0 ? [`and ${rest.length} kernels with ${(100 * share).toFixed(1)} % of the time`] : []
    return [row(columns), ...lines.map(row), ...more].join('\n')
  }

  toString(): string {
    const heads = this.programs.map(({ runs, milliseconds }, i) => {
      const name = this.programs.length > 1 ? `program ${i + 1}: ` : ''
      const own = this.kernels.filter(({ program }) => program === i)
      const flops = quantity(
        own.reduce((sum, kernel) => sum + kernel.flops, 0),
        'flop',
      )
      const bytes = quantity(
        own.reduce((sum, kernel) => sum + kernel.bytes, 0),
        'B',
      )
      return `${name}${runs} ${runs === 1 ? 'run' : 'runs'} of ${milliseconds.toFixed(3)} ms in ${own.length} kernels, ${flops}, ${bytes} moved`
    })
    const outside = Math.max(0, this.milliseconds - this.kernelMilliseconds)
    const total = `${this.milliseconds.toFixed(1)} ms in all, of which ${outside.toFixed(1)} ms outside of kernels`
    return [...heads, total, this.table()].join('\n')
  }
}

/**
 * Takes the time of every kernel that runs until a function is done, compiled or not: of a training step, an epoch, a prediction. The clock is
 * read twice a kernel, some 50 ns. What is profiled for the first time contains compiling: run it once before.
 *
 * ```ts
 * const layer = nn.linear(784, 10)
 * const found = await profile(() => layer.forward(zeros([32, 784])).data())
 * console.log(String(found))
 * ```
 *
 * @param run may be async
 * @throws what the function throws; if the backend is the reference, which has no kernels, and if something is being profiled already
 */
export async function profile(run: () => unknown): Promise<Profile> {
  expectFunction('profile', 'the argument', run)
  const active = backend()
  const profiling = active.profile?.()
  if (profiling === undefined) {
    fail(`profile: the ${active.name} backend has no kernels to time`, "Choose another: setBackend('native').")
  }
  const start = performance.now()
  let end: ProgramTimes[] = []
  try {
    await run()
  } finally {
    end = [...(await profiling.end())]
  }
  return new Profile(performance.now() - start, end)
}

interface TraceEvent {
  readonly name: string
  readonly cat: string
  /** An event with its duration. */
  readonly ph: 'X'
  /** Microseconds. */
  readonly ts: number
  readonly dur: number
  readonly pid: number
  readonly tid: number
  readonly args: Readonly<Record<string, number | string>>
}

const sumOf = (times: readonly KernelTime[]): number => times.reduce((sum, { milliseconds }) => sum + milliseconds, 0)

function rate(amount: number, milliseconds: number): string {
  return milliseconds > 0 && amount > 0 ? Number((amount / milliseconds / 1e6).toPrecision(3)).toString() : ''
}

/** The kernels of a report one behind the other, with what is inside of them. */
function flattened(report: PlanReport, depth = 0): { readonly kernel: KernelReport; readonly depth: number }[] {
  return report.kernels.flatMap((kernel) => [
    { kernel, depth },
    ...kernel.inner.flatMap((inner) => flattened(inner, depth + 1)),
  ])
}

interface Measured {
  readonly kernels: readonly ProfiledKernel[]
  readonly events: readonly TraceEvent[]
  readonly runs: number
}

function measured({ report, times }: ProgramTimes, program: number, whole: number): Measured {
  const end = times[times.length - 1]
  const runs = Math.max(1, end.times)
  const kernels: ProfiledKernel[] = []
  const starts: { readonly kernel: number; readonly start: number }[] = []
  flattened(report).forEach(({ kernel: { title, kind, operations, flops, bytes }, depth }, i) => {
    const { milliseconds, start, times: count, isJoined } = times[i]
    if (isJoined) {
      const before = kernels[kernels.length - 1]
      const joined = { title: `${before.title}, ${title}`, operations: [...before.operations, ...operations] }
      const n = before.times
      kernels[kernels.length - 1] = {
        ...before,
        ...joined,
        flops: before.flops + n * flops,
        bytes: before.bytes + n * bytes,
      }
      return
    }
    if (depth === 0 && count > 0) starts.push({ kernel: kernels.length, start })
    const n = count / runs
    const share = whole > 0 ? milliseconds / whole : 0
    kernels.push({
      ...{ title, kind, operations, program, depth, share },
      ...{ milliseconds: milliseconds / runs, times: n, flops: n * flops, bytes: n * bytes },
    })
  })
  const events = starts.map(({ kernel, start }, i): TraceEvent => {
    const { title, kind, operations, flops, bytes } = kernels[kernel]
    const next = starts[i + 1]?.start ?? end.start
    const args = { operations: operations.join(' '), flops, bytes }
    return {
      name: title,
      cat: kind,
      ph: 'X',
      ts: 1000 * start,
      dur: 1000 * (next - start),
      pid: 1,
      tid: program + 1,
      args,
    }
  })
  return { kernels, events, runs: end.times }
}
