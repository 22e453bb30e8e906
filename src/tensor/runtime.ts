import type { Failure, Unfinished } from '../backends/backend.js'
import { literal } from '../compiler/literal.js'
import { allocate, encode, isFloat, type TypedArray } from '../core/dtype.js'
import { fail } from '../core/errors.js'
import { sizeOf } from '../core/shape.js'
import { input } from '../graph/build.js'
import { fingerprint } from '../graph/fingerprint.js'
import { makeGraph, topologicalOrder } from '../graph/graph.js'
import { hasResults, isOp, type Node, type Storage } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'
import { formatType } from '../graph/print.js'
import { bytesOf } from '../graph/rules/movement.js'
import { substitute } from '../transform/substitute.js'
import { backend, find } from './backends.js'
import { Program } from './program.js'
import { currentScope } from './scope.js'

/** How much of its past an evaluated value remembers, in nodes: gradients reach back so far. */
const REMEMBERED_NODES = 4096
/** Data kept alive by the past counts as one node per so many bytes. */
const BYTES_PER_NODE = 16_384
/** An unread chain of operations longer than this is evaluated. */
const PENDING_DEPTH = 1000
/** Data handed over since the last evaluation that unread operations may hold on to. */
const PENDING_BYTES = 256 * 2 ** 20
/** Nodes of all programs of uncompiled code that are kept. */
const CACHED_NODES = 20_000

let uploadedBytes = 0

/** A leaf node that holds data. The array is kept; the caller must not write to it afterwards. */
export function dataNode(type: TensorType, data: TypedArray): Node<'input'> {
  const node = input(type.dtype, type.shape)
  node.storage = backend().upload(type, data)
  uploadedBytes += bytesOf(type)
  return node
}

/** A leaf node for a value that a program has computed. */
export function storedNode(storage: Storage): Node<'input'> {
  const node = input(storage.dtype, storage.shape)
  node.storage = storage
  return node
}

/** Something that is evaluated along with whatever is read next: a variable with a new value. */
export interface Pending {
  readonly pendingNode: Node | undefined
  /** Its value has been computed, or is being computed by a run. */
  settle(run: Unfinished | undefined): void
}
const pending = new Set<Pending>()

/** Registers a variable whose new value has not been computed. */
export const addPending = (item: Pending): void => {
  pending.add(item)
}

/** Evaluates a node outside of traces if too much waits behind it, so that unread graphs stay bounded. */
export function bound(node: Node): void {
  if (node.storage !== undefined || currentScope() !== undefined) return
  if (node.depth > PENDING_DEPTH || (uploadedBytes > PENDING_BYTES && node.depth > 1)) evaluate([node])
}

const isEvaluated = (node: Node): boolean => node.storage !== undefined

/** Number literals that algebra knows; others become inputs, so that a changing rate does not mean a new program. */
const isVaryingLiteral = (node: Node): boolean =>
  isOp(node, 'constant') && isFloat(node.dtype) && ![0, 1, -1, 2, 0.5].includes(node.attributes.value)

const programs = new Map<string, Program>()
let cachedNodes = 0

/** The program for a key; those unused for longest make room. */
function cachedProgram(key: string, make: () => Program): Program {
  const known = programs.get(key)
  const program = known ?? make()
  // Taken out and put back, so that the first key is always the one unused for longest.
  programs.delete(key)
  programs.set(key, program)
  if (known === undefined) cachedNodes += program.size
  for (const [oldest, { size }] of programs) {
    if (cachedNodes <= CACHED_NODES || oldest === key) break
    programs.delete(oldest)
    cachedNodes -= size
  }
  return program
}

/** Computes the values of nodes, and of all variables that wait for one. */
export function evaluate(requested: readonly Node[]): void {
  const waiting = [...pending]
  pending.clear()
  const wanted = [...requested, ...waiting.flatMap(({ pendingNode }) => pendingNode ?? [])]
  const roots = [...new Set(wanted.filter((node) => !isEvaluated(node)))].filter((node) => !fillIn(node))
  const unfinished = roots.length > 0 ? compute(roots) : undefined
  for (const item of waiting) item.settle(unfinished)
}

/** Gives a node its value if that is the same everywhere and known: no program is needed for it. */
export function fillIn(node: Node): boolean {
  const { dtype, shape } = node
  const value = literal(node.op === 'stopGradient' && !node.released ? node.inputs[0] : node)
  if (value === undefined) return false
  node.storage = backend().upload({ dtype, shape }, allocate(dtype, sizeOf(shape)).fill(encode(dtype, value)))
  return true
}

function compute(roots: readonly Node[]): Unfinished | undefined {
  const region = topologicalOrder(roots, isEvaluated)
  for (const node of region) if ((node.op === 'input' || node.released) && !isEvaluated(node)) failUnbound(node)
  const outputs = [...roots, ...sharedNodes(region, roots)]
  const isLeaf = (node: Node): boolean => isEvaluated(node) || isVaryingLiteral(node)
  const leaves = region.filter(isLeaf)
  const key = `${backend().name} ${fingerprint(outputs, isLeaf)}`
  const program = cachedProgram(key, () => makeProgram(outputs, leaves))
  const { outputs: storages, unfinished } = program.run(leaves.map(storageOf))
  outputs.forEach((node, i) => {
    node.storage = storages[i]
  })
  uploadedBytes = 0
  remember(region, outputs, leaves)
  unfinished?.whenFinished((failure) => {
    if (failure === undefined) return
    // They are as before and fail again when they are needed again; where the way there is forgotten, the failure stays.
    outputs.forEach((node, i) => {
      if (node.storage === storages[i] && !node.released) node.storage = undefined
    })
  })
  return unfinished
}

function makeProgram(outputs: readonly Node[], leaves: readonly Node[]): Program {
  const placeholders = leaves.map(({ dtype, shape }) => input(dtype, shape))
  const replaced = substitute(outputs, new Map(leaves.map((leaf, i) => [leaf, placeholders[i]])))
  return new Program(makeGraph(placeholders, replaced), backend())
}

/**
 * Nodes worth keeping beside the roots: those that something outside the region uses as well, and those that were computed and
 * dropped before and are needed again for something new, such as a state that is updated and looked at in turn.
 */
function sharedNodes(region: readonly Node[], roots: readonly Node[]): Node[] {
  const uses = new Map<Node, number>()
  const neededAgain = new Set<Node>()
  for (const node of region) {
    if (isEvaluated(node)) continue
    for (const source of node.inputs) {
      uses.set(source, (uses.get(source) ?? 0) + 1)
      if (source.dropped && !node.dropped) neededAgain.add(source)
    }
  }
  return region.filter((node) => {
    if (isEvaluated(node) || cheap.has(node.op) || hasResults(node) || roots.includes(node)) return false
    return neededAgain.has(node) || node.consumers > (uses.get(node) ?? 0)
  })
}

const cheap: ReadonlySet<string> = new Set(['constant', 'iota', 'reshape', 'permute', 'expand', 'cast', 'stopGradient'])

/** Notes what was computed, and lets go of the past of what came before once it is too much. */
function remember(region: readonly Node[], outputs: readonly Node[], leaves: readonly Node[]): void {
  for (const node of region) node.dropped = node.storage === undefined
  const withPast = leaves.filter((leaf) => leaf.inputs.length > 0)
  const bytes = leaves.reduce((total, leaf) => total + bytesOf(leaf), 0)
  const past = lengthen(withPast, region.length, bytes)
  for (const node of outputs) node.past = past
}

/** The past of what has been computed from `sources` by so many nodes, holding so many bytes; too long a one loses its beginning. */
export function lengthen(sources: readonly Node[], nodes: number, bytes: number): number {
  let past = nodes + bytes / BYTES_PER_NODE
  for (const node of sources) past += node.past
  if (past <= REMEMBERED_NODES) return past
  for (const node of sources) if (node.inputs.length > 0) node.release()
  return nodes
}

/** The storage of an evaluated node or literal on the active backend. */
export function storageOf(node: Node): Storage {
  const { dtype, shape, storage } = node
  if (storage === undefined) {
    if (!isOp(node, 'constant')) return failUnbound(node)
    return backend().upload({ dtype, shape }, allocate(dtype, 1).fill(encode(dtype, node.attributes.value)))
  }
  if (storage.backend !== backend().name) {
    // A copy, since the memory of the other backend may be used again once nothing there holds the value.
    node.storage = backend().upload({ dtype, shape }, downloadSync(storage).slice())
  }
  return node.storage ?? storage
}

/** The stored elements of a value. */
export function downloadSync(storage: Storage): TypedArray {
  const owner = find(storage.backend)
  if (owner.downloadSync === undefined) {
    fail(`dataSync: the ${storage.backend} backend cannot wait for its values`, 'Use await data() instead.')
  }
  return owner.downloadSync(storage)
}

/** The same, without blocking where the backend works asynchronously. */
export function download(storage: Storage): Promise<TypedArray> {
  // Until they are read nothing may write over the elements.
  hold(storage)
  return find(storage.backend).download(storage)
}

const held = new WeakSet<Storage>()

/** Marks a storage that a variable shares with tensors: nothing may write over it, donated or not. */
export const hold = (storage: Storage): void => {
  held.add(storage)
}
export const isHeld = (storage: Storage): boolean => held.has(storage)

/** Takes a value's memory away: it was given to a compiled function, or that has written a variable's next value over it. */
export function markLost(node: Node, how: 'donated' | 'overwritten'): void {
  node.lost = how
  node.storage = undefined
}

/** Gives a value its memory back, which nothing has been written to. */
export function takeBack(node: Node, storage: Storage): void {
  node.lost = undefined
  node.storage = storage
}

/** Failures of compiled functions that went on after the call and of which nobody knows so far. */
const untold: Failure[] = []

/** Keeps a failure for those who come next, unless somebody knows of it. */
export function noteFailure(failure: Failure): void {
  if (!failure.isTold && !untold.includes(failure)) untold.push(failure)
}

/** Throws what failed without anybody knowing. */
export function throwUntold(): void {
  for (let failure = untold.shift(); failure !== undefined; failure = untold.shift()) throwUnlessTold(failure)
}

export function throwUnlessTold(failure: Failure): void {
  if (failure.isTold) return
  failure.isTold = true
  throw failure.error
}

function failUnbound(node: Node): never {
  if (node.lost === 'overwritten') {
    fail(
      `The ${formatType(node)} value that a variable had is needed again, and a compiled function has overwritten it since`,
      'Take the gradient before the variable is updated, or hold its value (variable.value) over the update.',
    )
  }
  if (node.lost === 'donated') {
    fail(
      `The ${formatType(node)} tensor has no value any more: it was donated to a compiled function`,
      'Use what that function returned, or leave it out of `donate`.',
    )
  }
  const scope = currentScope()
  if (scope !== undefined) {
    fail(
      `A value (${formatType(node)}) is read inside ${scope.operation}(), where tensors stand for values that come later`,
      'Return the tensor and read it outside; for decisions on values use where() or cond(), for loops scan() or whileLoop().',
    )
  }
  return fail(
    `A ${formatType(node)} tensor from inside a traced function (compile, vmap, scan, cond …) is used outside of it`,
    'Return it from the function instead of storing it elsewhere; to keep state between calls assign it to a Variable.',
  )
}
