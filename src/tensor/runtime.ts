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
import { cheap, divide } from './uncompiled/parts.js'

/** How much of its past an evaluated value remembers, in nodes: gradients reach back so far. */
const REMEMBERED_NODES = 65_536
/** Data kept alive by the past counts as one node per so many bytes. */
const BYTES_PER_NODE = 2048
/** An unread chain of operations longer than this is evaluated. */
const PENDING_DEPTH = 1000
/** Data handed over since the last evaluation that unread operations may hold on to. */
const PENDING_BYTES = 256 * 2 ** 20
/** Regions of more nodes are evaluated by several programs, which are often the same one. */
const PART_LENGTH = 4000
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
let lastKey: string | undefined

/** The program for a key; those unused for longest make room. */
function cachedProgram(key: string, make: () => Program): Program {
  const known = programs.get(key)
  if (known !== undefined && key === lastKey) return known
  const program = known ?? make()
  lastKey = key
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
  const unfinished = roots.length > 0 ? computeAll(roots) : undefined
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

function computeAll(roots: readonly Node[]): Unfinished | undefined {
  const region = topologicalOrder(roots, isEvaluated)
  for (const node of region) if ((node.op === 'input' || node.released) && !isEvaluated(node)) failUnbound(node)
  const parts = divide(region, roots, PART_LENGTH)
  if (parts.length === 0) return compute(region, roots)
  const isRoot = new Set(roots)
  /** Values in between by the last part that needs them. */
  const between: Node[][] = Array.from({ length: parts.length + 1 }, () => [])
  parts.forEach((passed, part) => {
    const wanted: Node[] = []
    for (const { node, until } of passed) {
      if (isEvaluated(node)) continue
      wanted.push(node)
      // As with a single program: what is in between is not kept, unless it is needed for the second time.
      if (!node.dropped && !isRoot.has(node)) between[until].push(node)
    }
    if (wanted.length > 0) compute(topologicalOrder(wanted, isEvaluated), wanted)
    drop(between[part])
  })
  const rest = roots.filter((node) => !isEvaluated(node))
  const unfinished = rest.length > 0 ? compute(topologicalOrder(rest, isEvaluated), rest) : undefined
  drop(between[parts.length])
  return unfinished
}

function drop(nodes: readonly Node[]): void {
  for (const node of nodes) {
    if (node.released) continue
    node.storage = undefined
    node.dropped = true
  }
}

function compute(region: readonly Node[], roots: readonly Node[]): Unfinished | undefined {
  const outputs = [...roots, ...sharedNodes(region, roots)]
  const isLeaf = (node: Node): boolean => isEvaluated(node) || isVaryingLiteral(node)
  const leaves = region.filter(isLeaf)
  const key = `${backend().name} ${fingerprint(outputs, isLeaf)}`
  const program = cachedProgram(key, () => makeProgram(outputs, leaves))
  const { outputs: storages, unfinished } = program.run(leaves.map(storageOf))
  outputs.forEach((node, i) => {
    node.storage = storages[i]
  })
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
  const uses = new Int32Array(region.length)
  const isNeededAgain = new Uint8Array(region.length)
  for (const node of region) {
    if (isEvaluated(node)) continue
    for (const source of node.inputs) {
      uses[source.place]++
      if (source.dropped && !node.dropped) isNeededAgain[source.place] = 1
    }
  }
  const isRoot = new Set(roots)
  return region.filter((node, i) => {
    if (isEvaluated(node) || (node.consumers <= uses[i] && isNeededAgain[i] === 0)) return false
    return !cheap.has(node.op) && !hasResults(node) && !isRoot.has(node)
  })
}

/** What has been computed so far outside of compiled functions, in nodes. */
let clock = 0

/** Notes what was computed, and lets go of the past of what came before once it is too much. */
function remember(region: readonly Node[], outputs: readonly Node[], leaves: readonly Node[]): void {
  for (const node of region) node.dropped = node.storage === undefined
  const bytes = outputs.reduce((total, node) => total + bytesOf(node), uploadedBytes)
  uploadedBytes = 0
  const began = lengthen(leaves, region.length, bytes)
  for (const node of outputs) node.began = began
}

/**
 * Counts what has been computed from `sources`: so many nodes, with values of so many bytes. Returns when the past of the new values
 * begins. Sources whose own past begins too long ago lose it, so all that was computed since bounds what anything remembers.
 */
export function lengthen(sources: readonly Node[], nodes: number, bytes: number): number {
  let began = clock
  clock += nodes + bytes / BYTES_PER_NODE
  for (const node of sources) {
    if (node.inputs.length === 0) continue
    if (node.began < clock - REMEMBERED_NODES) node.release()
    else began = Math.min(began, node.began)
  }
  return began
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

/** The stored elements of a value; not to be written to, nor kept. */
export function downloadSync(storage: Storage): TypedArray {
  const owner = find(storage.backend)
  if (owner.downloadSync === undefined) {
    fail(`dataSync: the ${storage.backend} backend cannot wait for its values`, 'Use await data() instead.')
  }
  return owner.downloadSync(storage)
}

/** A copy of them, without blocking where the backend works asynchronously. */
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
