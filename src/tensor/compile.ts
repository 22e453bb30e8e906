import { explainTimings } from '../compiler/explain.js'
import { Stopwatch, type Timing } from '../compiler/timings.js'
import { describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import { strangerAmong } from '../core/origin.js'
import { type Flat, flatten } from '../core/tree.js'
import { input } from '../graph/build.js'
import type { Graph } from '../graph/graph.js'
import { type Node, nextNodeId, type Storage } from '../graph/node.js'
import { formatType } from '../graph/print.js'
import { capture } from '../transform/capture.js'
import { backend } from './backends.js'
import { checkForNaN } from './check.js'
import { Past } from './compiled/past.js'
import { Program } from './program.js'
import { evaluate, isHeld, markLost, noteFailure, storageOf, takeBack, throwUntold } from './runtime.js'
import { isInlined, Scope, type Slot, trace } from './scope.js'
import { Tensor } from './tensor.js'
import { Variable } from './variable.js'

export interface CompileOptions {
  /** For reports; the name of the function by default. */
  readonly name?: string
  /** Arguments (all, or by position) whose memory the program may reuse; they have no value afterwards. */
  readonly donate?: boolean | readonly number[]
  /** After each call look for NaN in results and variables, and name the operation that made the first one. Slow. */
  readonly check?: boolean
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
  /** Each trace with its reason; more than a few mean that something changes from call to call. */
  readonly traces: readonly TraceReport[]
  /** The programs: kernels, bytes moved, flops, memory, and why each was traced. */
  explain(): string
}

interface Entry {
  readonly program: Program
  readonly past: Past
  readonly graph: Graph
  readonly guards: Scope['guards']
  readonly reads: readonly Variable[]
  readonly writes: readonly Variable[]
  /** For each variable of `writes` its place among the inputs; −1 if it is not read. */
  readonly inputOfWrite: readonly number[]
  readonly captured: readonly Node[]
  readonly result: Flat<Leaf>
  /** Inputs that the program may overwrite. */
  readonly donated: ReadonlySet<number>
  readonly timings: readonly Timing[]
}

/**
 * Turns a function of tensors into one program: forward, gradients, optimizer and assignments together.
 *
 * The function is called once per distinct set of argument shapes, dtypes and other (non-tensor) arguments, with tensors that
 * stand for the real ones. Variables that it reads and assigns become slots of the program. Other tensors and
 * JavaScript values from outside are taken as they are at that time.
 *
 * @throws if the function is async, reads a value (`item`, `data` …), or returns something that depends on nothing known.
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
  const name = options.name ?? (fn.name || 'compiled function')
  const entries = new Map<string, Entry[]>()
  const traces: TraceReport[] = []
  let last: { key: string; parts: readonly string[] } | undefined

  const call = (...args: Arguments): Result => {
    // Inside another trace there is only one program, the outer one; and a transform works on what the function does.
    if (isInlined()) return fn(...args)
    const given = flatten(args, isLeaf)
    const tensors = given.leaves.filter((leaf): leaf is Tensor => leaf instanceof Tensor)
    const parts = [`backend ${backend().name}`, `structure ${given.structure}`, ...given.leaves.map(keyOf)]
    const key = parts.join('\n')
    const known = entries.get(key) ?? []
    const valid = known.find(({ guards }) => guards.every((guard) => Object.is(guard.read(), guard.value)))
    if (valid !== undefined) return run(valid, tensors, options, name) as Result

    const reason = retraceReason(last, parts, known)
    const watch = new Stopwatch()
    const entry = watch.measure('all', () => traceFunction(fn, given, options, name))
    entries.set(key, [...known, entry])
    traces.push({ reason, milliseconds: watch.timings[0].milliseconds, timings: entry.timings })
    last = { key, parts }
    return run(entry, tensors, options, name) as Result
  }
  const explain = (): string => {
    const programs = [...entries.values()].flat()
    const sections = programs.map(({ program }, i) => {
      const { reason, timings } = traces[i]
      const title = `${name}, program ${i + 1} of ${programs.length} on ${program.backend.name}`
      return `${title}: traced because of ${reason}, ${explainTimings(timings)}\n${program.explain()}`
    })
    return sections.length > 0 ? sections.join('\n\n') : `${name}: not called yet`
  }
  return Object.assign(call, { traces, explain })
}

/** A tensor or a value that is part of the program. */
type Leaf = Tensor | string | number | boolean | bigint | symbol | object

/** Tensors, and whatever is neither an array nor a plain object: such values are part of the program. */
function isLeaf(value: unknown): value is Leaf {
  if (value === null || value === undefined || Array.isArray(value)) return false
  if (typeof value !== 'object') return true
  const stranger = strangerAmong(value)
  if (stranger !== undefined) fail(`compile: an argument is ${stranger.cause}`, stranger.cure)
  return Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null
}

const identities = new WeakMap<object, number>()
let identified = 0

/** A text that differs when the program must differ. */
function keyOf(leaf: unknown): string {
  if (leaf instanceof Tensor) return formatType(leaf.node)
  if ((typeof leaf === 'object' && leaf !== null) || typeof leaf === 'function') {
    const identity = identities.get(leaf) ?? identified++
    identities.set(leaf, identity)
    return `${describe(leaf)} #${identity}`
  }
  return describe(leaf)
}

function retraceReason(
  last: { readonly parts: readonly string[] } | undefined,
  parts: readonly string[],
  known: readonly Entry[],
): string {
  if (last === undefined) return 'the first call'
  for (const { guards } of known) {
    const changed = guards.find((guard) => !Object.is(guard.read(), guard.value))
    if (changed) return `${changed.what}: ${String(changed.value)} → ${String(changed.read())}`
  }
  const index = parts.findIndex((part, i) => part !== last.parts[i])
  const label = index >= 2 ? `argument value ${index - 1}: ` : ''
  return `${label}${last.parts[index] ?? 'nothing'} → ${parts[index]}`
}

function traceFunction<Arguments extends readonly unknown[]>(
  fn: (...args: Arguments) => unknown,
  given: Flat<Leaf>,
  options: CompileOptions,
  name: string,
): Entry {
  const since = nextNodeId()
  const scope = new Scope('compile')
  const placeholders: Node<'input'>[] = []
  const leaves = given.leaves.map((leaf) => {
    if (!(leaf instanceof Tensor)) return leaf
    const placeholder = input(leaf.dtype, leaf.shape, `argument ${placeholders.length}`)
    placeholders.push(placeholder)
    return new Tensor(placeholder)
  })
  const watch = new Stopwatch()
  const returned = watch.measure('trace', () => trace(scope, () => fn(...(given.rebuild(leaves) as Arguments))))
  if (returned instanceof Promise) {
    returned.catch(() => {})
    fail(
      `compile: ${name} is async`,
      'A compiled function builds its program at once: make it synchronous and await outside.',
    )
  }
  const result = flatten(returned, isLeaf)
  const outputs = result.leaves.filter((leaf): leaf is Tensor => leaf instanceof Tensor).map(({ node }) => node)
  const reads = [...scope.reads.keys()].map(asVariable)
  const writes = [...scope.writes.keys()].map(asVariable)
  const inputs = [...placeholders, ...scope.reads.values()]
  const { graph, captured } = capture(inputs, [...outputs, ...scope.writes.values()], since)
  evaluate(captured)

  const donatedArguments = donatedPositions(given, options.donate)
  const donated = new Set(donatedArguments)
  reads.forEach((variable, i) => {
    if (writes.includes(variable)) donated.add(placeholders.length + i)
  })
  const past = new Past(name, graph, outputs.length, placeholders.length, donated)
  for (const index of past.kept) donated.delete(index)
  const program = new Program(graph, backend(), donated)
  const timings = [...watch.timings, ...program.timings]
  const inputOfWrite = writes.map((variable) =>
    reads.includes(variable) ? placeholders.length + reads.indexOf(variable) : -1,
  )
  const { guards } = scope
  return {
    program,
    past,
    graph,
    inputOfWrite,
    guards,
    reads,
    writes,
    captured,
    result,
    donated: new Set(donatedArguments),
    timings,
  }
}

function asVariable(slot: Slot): Variable {
  if (slot instanceof Variable) return slot
  return fail(`compile: ${slot.name} is not a variable`)
}

/** The tensors, counted over all arguments, that belong to donated arguments. */
function donatedPositions(given: Flat<Leaf>, donate: CompileOptions['donate']): number[] {
  if (donate === undefined || donate === false) return []
  const perArgument = given.rebuild(given.leaves) as readonly unknown[]
  const positions: number[] = []
  let next = 0
  perArgument.forEach((argument, i) => {
    for (const leaf of flatten(argument, isLeaf).leaves) {
      if (!(leaf instanceof Tensor)) continue
      if (donate === true || donate.includes(i)) positions.push(next)
      next++
    }
  })
  return positions
}

function run(entry: Entry, tensors: readonly Tensor[], options: CompileOptions, name: string): unknown {
  const { program, past, reads, writes, inputOfWrite, captured, result, donated } = entry
  throwUntold()
  evaluate(tensors.map(({ node }) => node))
  const taken = reads.map((variable) => variable.take())
  const nodes = [...tensors.map(({ node }) => node), ...taken.map(({ node }) => node), ...captured]
  const inputs = nodes.map(storageOf)
  // What a variable or another input shares stays as it is.
  const isAlone = (storage: Storage): boolean => inputs.indexOf(storage) === inputs.lastIndexOf(storage)
  const given = [...donated].filter((index) => !isHeld(inputs[index]) && isAlone(inputs[index]))
  const overwritten = new Set<number>()
  const mayOverwrite = (index: number): boolean => {
    if (options.check || !(given.includes(index) || taken[index - tensors.length]?.exclusive)) return false
    overwritten.add(index)
    return true
  }
  const { outputs, unfinished } = program.run(inputs, mayOverwrite)
  if (options.check) checkForNaN(name, entry.graph, inputs, outputs)

  // Results are older than what the variables hold from now on: they cannot have been computed from it.
  const returned = past.results(nodes, outputs.slice(0, outputs.length - writes.length))
  writes.forEach((variable, i) => {
    variable.put(outputs[returned.length + i], unfinished, overwritten.has(inputOfWrite[i]))
  })
  for (const index of given) markLost(nodes[index], 'donated')
  unfinished?.whenFinished((failure) => {
    if (failure === undefined) return
    for (const index of given) takeBack(nodes[index], inputs[index])
    noteFailure(failure)
  })
  let next = 0
  return result.rebuild(result.leaves.map((leaf) => (leaf instanceof Tensor ? new Tensor(returned[next++]) : leaf)))
}
