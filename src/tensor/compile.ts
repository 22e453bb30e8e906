import { explainTimings } from '../compiler/explain.js'
import type { PlanReport } from '../compiler/report.js'
import { Stopwatch, type Timing } from '../compiler/timings.js'
import { expectChoice, expectFunction, expectInteger } from '../core/arguments.js'
import { fail } from '../core/errors.js'
import { checkOptions } from '../core/options.js'
import { backend } from './backends.js'
import { takeApart } from './compiled/arguments.js'
import { padded } from './compiled/buckets.js'
import { Cache } from './compiled/cache.js'
import { checksEverything } from './compiled/checking.js'
import { type Profile, profile } from './compiled/profile.js'
import { type Reason, reasonOf, warnOfTraces } from './compiled/reason.js'
import { run } from './compiled/run.js'
import { changeSince, type Entry, traceFunction } from './compiled/trace.js'
import { isInlined } from './scope.js'

export interface CompileOptions {
  /** For reports; the name of the function by default. */
  readonly name?: string
  /** Arguments (all, or by position) whose memory the program may reuse; they have no value afterwards. */
  readonly donate?: boolean | readonly number[]
  /** After each call look for NaN in results and variables, and name the operation that made the first one. Slow. */
  readonly check?: boolean
  /**
   * Only for functions made by {@link vmap}, whose rows cannot see each other: numbers of rows to make programs for. Arguments are
   * filled up to the next one (above the largest, to its next multiple) with copies of their last row, and the results cut, so
   * that a few programs serve batches of any size. Such as [1, 8, 64, 512].
   */
  readonly buckets?: readonly number[]
  /**
   * Mixed precision: keeps large activations in 16 bits, which about halves the memory of a training step, and computes with them in float32.
   * Weights, gradients of weights and the optimizer stay float32. With 'float16', whose range is small, optimizers scale the loss
   * and leave out steps in which a gradient overflows; derivatives that you take yourself (`grad`, `vjp`, `jvp` …) are kept as bfloat16 on the
   * way, which holds what float32 does, so that none becomes 0. A compiled function inside has the precision of the one around it.
   * (Micikevicius et al., "Mixed precision training", 2018; bfloat16: Kalamkar et al., 2019.)
   */
  readonly precision?: 'float32' | 'bfloat16' | 'float16'
}

/** Why and when a compiled function was traced. */
export interface TraceReport {
  readonly reason: string
  readonly milliseconds: number
  /** Tracing (with gradients), then the phases of compiling. */
  readonly timings: readonly Timing[]
}

/** A compiled function: called like the original, it runs one program. */
export interface Compiled<Arguments extends readonly unknown[], Result> {
  (...args: Arguments): Result
  /** The last traces (1,000 at most) with their reasons; more than a few mean that something changes from call to call. */
  readonly traces: readonly TraceReport[]
  /** The programs that are kept: kernels, bytes moved, flops, memory, and why each was traced. */
  explain(): string
  /** The same as data, program by program. */
  programs(): readonly ProgramReport[]
  /**
   * Where the time of a call goes, kernel by kernel. The function really runs, once before and then so many times: a training step trains.
   *
   * ```ts
   * const predict = compile((x: Tensor<[32, 784]>) => model.forward(x))
   * console.log(String(await predict.profile([zeros([32, 784])])))
   * ```
   *
   * @throws as {@link profile} does, and if arguments are donated, since they have a value for one call only
   */
  profile(args: Arguments, options?: { readonly runs?: number }): Promise<Profile>
}

/** One program of a compiled function. */
export interface ProgramReport extends PlanReport {
  readonly backend: string
  /** Why the function was traced, and what making the program took. */
  readonly trace: TraceReport
  /**
   * Runs each kernel alone, again and again on zeros, and gives the milliseconds of one run, kernel by kernel: caches are warm and threads
   * are at rest, so the sum is about what the program takes, not exactly. Undefined for a kernel that fails on zeros (a factorization).
   *
   * @throws on the reference backend, which has no kernels
   */
  timeKernels(): readonly (number | undefined)[]
}

/** A program with the report of its trace. */
interface Reported extends Entry {
  readonly report: TraceReport
}

/** Traces of one function after which it warns. */
const MANY_TRACES = 8
const KEPT_REPORTS = 1000

/**
 * Turns a function of tensors into one program: forward, gradients, optimizer and assignments together.
 *
 * The function is called once per distinct set of argument shapes, dtypes and other (non-tensor) arguments, with tensors that
 * stand for the real ones. Variables that it reads and assigns become slots of the program. Other tensors from outside are taken
 * as they are at that time. So are JavaScript values, with these exceptions, which trace the function anew when they change: the
 * properties of modules whose methods it calls, their modes, and the properties of objects passed as arguments. What a closure
 * holds, and `#private` fields, cannot be seen: a variable of JavaScript that changes belongs into the arguments.
 *
 * Programs are kept, up to 128 of a function; those unused for longest are dropped. Functions called inside another compiled
 * function, or by a transform (`grad(fn)`, `vmap`, `scan` …), are part of that. `grad(y, x)` works on a result y, too, unless the
 * call has overwritten what y was computed from (donated arguments, variables that it assigns), which is an error.
 *
 * @throws if the function is async, reads a value (`item`, `data` …), returns something that depends on nothing known, or is
 *   given data that is no tensor (a typed array)
 * @example
 * const step = compile((x: Tensor<[32, 784]>, y: Tensor<[32]>) => {
 *   const loss = nn.crossEntropy(model.forward(x), y)
 *   optimizer.minimize(loss)
 *   return loss
 * })
 */
export function compile<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: CompileOptions = {},
): Compiled<Arguments, Result> {
  expectFunction('compile', 'the first argument', fn)
  checkOptions('compile', options, { name: true, donate: true, check: true, buckets: true, precision: true })
  const { donate, check = false } = options
  const precision = expectChoice('compile', 'precision', options.precision ?? 'float32', [
    'float32',
    'bfloat16',
    'float16',
  ])
  const small = precision === 'float32' ? undefined : precision
  const name = options.name ?? (fn.name || 'compiled function')
  const cache = new Cache<Reported>()
  const traces: TraceReport[] = []
  let traced = 0
  let last: readonly string[] | undefined

  const retrace = (given: ReturnType<typeof takeApart>, parts: readonly string[], reason: Reason): Reported => {
    const watch = new Stopwatch()
    const entry = watch.measure('all', () => traceFunction(fn, given, donate, name, small))
    const report = { reason: reason.text, milliseconds: watch.timings[0].milliseconds, timings: entry.timings }
    last = parts
    traces.push(report)
    if (traces.length > KEPT_REPORTS) traces.shift()
    if (++traced === MANY_TRACES) warnOfTraces(name, traced, reason)
    return { ...entry, report }
  }

  const runExact = (args: readonly unknown[]): unknown => {
    const given = takeApart(args, name)
    const parts = [`backend ${backend().name}`, ...given.parts]
    const key = parts.join('\n')
    const known = cache.of(key)
    let entry = known.find((one) => changeSince(one) === undefined)
    if (entry === undefined) {
      entry = retrace(given, parts, reasonOf(last, parts, known))
      cache.add(key, entry)
    }
    return run(entry, given.tensors, check || checksEverything(), name)
  }
  const inBuckets = options.buckets && padded(fn, options.buckets, name)
  const call = (...args: Arguments): Result => {
    // Inside another trace there is only one program, the outer one; and a transform works on what the function does.
    if (isInlined()) return fn(...args)
    return (inBuckets === undefined ? runExact(args) : inBuckets(args, runExact)) as Result
  }
  const explain = (): string => {
    const programs = cache.all()
    const sections = programs.map(({ program, report }, i) => {
      const title = `${name}, program ${i + 1} of ${programs.length} on ${program.backend.name}`
      return `${title}: traced because of ${report.reason}, ${explainTimings(report.timings)}\n${program.explain()}`
    })
    if (cache.dropped > 0)
      sections.unshift(`${name}: ${cache.dropped} programs that were unused for longest have been dropped`)
    return sections.length > 0 ? sections.join('\n\n') : `${name}: not called yet`
  }
  const programs = (): ProgramReport[] =>
    cache.all().map(({ program, report }) => ({
      ...program.report(),
      backend: program.backend.name,
      trace: report,
      timeKernels: () =>
        program.timeKernels() ??
        fail(
          `${name}: the ${program.backend.name} backend has no kernels to time`,
          "Choose another: setBackend('native').",
        ),
    }))
  const profileCalls = async (args: Arguments, given: { readonly runs?: number } = {}): Promise<Profile> => {
    checkOptions(`${name}.profile`, given, { runs: true })
    const runs = expectInteger(`${name}.profile`, 'runs', given.runs ?? 10)
    if (runs < 1) fail(`${name}.profile: runs is ${runs}`, 'Give a whole number of at least 1.')
    if (donate) fail(`${name}.profile: donated arguments have a value for one call only`, 'Profile it without donate.')
    call(...args)
    return profile(() => {
      for (let i = 0; i < runs; i++) call(...args)
    })
  }
  return Object.assign(call, { traces, explain, programs, profile: profileCalls })
}
