import { Stopwatch, type Timing } from '../../compiler/timings.js'
import { fail } from '../../core/errors.js'
import { type Flat, flatten } from '../../core/tree.js'
import { input } from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { type Node, nextNodeId } from '../../graph/node.js'
import { notingOrigins, Origins } from '../../graph/origins.js'
import { capture } from '../../transform/capture.js'
import { type Derivatives, notingDerivatives } from '../../transform/derivatives.js'
import { rounded, type SmallFloat } from '../../transform/precision.js'
import { backend } from '../backends.js'
import { hasParameters } from '../leaves.js'
import { Program } from '../program.js'
import { evaluate } from '../runtime.js'
import { type Guard, Scope, type Slot, trace } from '../scope.js'
import { Tensor } from '../tensor.js'
import { Variable } from '../variable.js'
import { type Given, isInstance, isLeaf, isTensor, type Leaf } from './arguments.js'
import { Past } from './past.js'
import { Snapshot } from './snapshot.js'

/** A traced function: its program, and what it is valid for. */
export interface Entry {
  readonly program: Program
  readonly past: Past
  readonly graph: Graph
  /** Which layers made the nodes of the graph. */
  readonly origins: Origins
  readonly guards: readonly Guard[]
  /** What the objects held that the function has looked at. */
  readonly snapshot: Snapshot
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

export type Donation = boolean | readonly number[] | undefined

/** What has changed so that the program is no longer the right one, in words. */
export function changeSince({ guards, snapshot }: Entry): string | undefined {
  for (const guard of guards) {
    const now = guard.read()
    if (!Object.is(now, guard.value)) return `${guard.what}: ${String(guard.value)} → ${String(now)}`
  }
  return snapshot.change()
}

/** Calls the function with placeholders for its arguments and compiles what it does. */
export function traceFunction<Arguments extends readonly unknown[]>(
  fn: (...args: Arguments) => unknown,
  { flat }: Given,
  donate: Donation,
  name: string,
  precision: SmallFloat | undefined,
): Entry {
  const since = nextNodeId()
  const scope = new Scope('compile', precision)
  const placeholders: Node<'input'>[] = []
  const leaves = flat.leaves.map((leaf) => {
    if (!(leaf instanceof Tensor)) return leaf
    const placeholder = input(leaf.dtype, leaf.shape, `argument ${placeholders.length}`)
    placeholders.push(placeholder)
    return new Tensor(placeholder)
  })
  const watch = new Stopwatch()
  const origins = new Origins()
  const body = () => fn(...(flat.rebuild(leaves) as Arguments))
  // Those of float16 need care; what is compiled inside belongs to it.
  const derivatives: Derivatives | undefined = precision === 'float16' ? new Set() : undefined
  const noted = () => notingDerivatives(derivatives, () => trace(scope, body))
  const returned = watch.measure('trace', () => notingOrigins(origins, noted))
  if (returned instanceof Promise) {
    returned.catch(() => {})
    fail(
      `compile: ${name} is async`,
      'A compiled function builds its program at once: make it synchronous and await outside.',
    )
  }
  const result = flatten(returned, isLeaf)
  const outputs = result.leaves.filter(isTensor).map(({ node }) => node)
  const reads = [...scope.reads.keys()].map(asVariable)
  const writes = [...scope.writes.keys()].map(asVariable)
  const inputs = [...placeholders, ...scope.reads.values()]
  const exact = [...outputs, ...scope.writes.values()]
  const read = new Set<Node>(scope.reads.values())
  const rounding = precision && {
    dtype: precision,
    since,
    isData: (node: Node) => !read.has(node),
    exact: scope.gradients,
    derivatives,
  }
  const { graph, captured } = notingOrigins(origins, () =>
    capture(inputs, rounding === undefined ? exact : rounded(exact, rounding), since),
  )
  evaluate(captured)

  const donatedArguments = donatedPositions(flat, donate)
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
  const instances = flat.leaves.filter(isInstance)
  const modules = instances.filter(hasParameters)
  const holders = new Map<object, string>([
    ...scope.watched,
    ...modules.map((module) => [module, module.constructor.name] as const),
  ])
  const snapshot = new Snapshot(
    holders,
    instances.filter((instance) => !hasParameters(instance)),
  )
  return {
    program,
    past,
    graph,
    origins,
    inputOfWrite,
    guards,
    snapshot,
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
function donatedPositions(given: Flat<Leaf>, donate: Donation): number[] {
  if (donate === undefined || donate === false) return []
  const perArgument = given.rebuild(given.leaves) as readonly unknown[]
  const positions: number[] = []
  let next = 0
  perArgument.forEach((argument, i) => {
    for (const leaf of flatten(argument, isLeaf).leaves) {
      if (!isTensor(leaf)) continue
      if (donate === true || donate.includes(i)) positions.push(next)
      next++
    }
  })
  return positions
}
