import { dtypes } from '../core/dtype.js'
import { sameShape } from '../core/shape.js'
import { type Graph, innerGraphs, topologicalOrder } from '../graph/graph.js'
import { isOp, type Node } from '../graph/node.js'
import type { TensorType } from '../graph/primitives.js'
import { bytesOf } from '../graph/rules/movement.js'
import { isElementwise } from '../graph/scalar.js'
import { Arena } from './arena.js'

/** Where a value lies while the program runs. */
export type Place =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'output'; readonly index: number }
  | { readonly kind: 'arena'; readonly offset: number }
  | { readonly kind: 'constant'; readonly value: number }

/** A value in its place, seen as elements of a type: reshaping changes the type and leaves the place. */
export interface Operand extends TensorType {
  readonly place: Place
}

/** One kernel: a node with its operands and, for loops and branches, the plans of what is inside, in the order of `innerGraphs`. */
export interface Step {
  readonly node: Node
  readonly inputs: readonly Operand[]
  readonly outputs: readonly Operand[]
  readonly inner: readonly Plan[]
}

/** A program before a backend has it: steps in order, and every value given its place. */
export interface Plan {
  readonly graph: Graph
  readonly steps: readonly Step[]
  /** Outputs that are not computed into place: inputs, constants, or a second output of the same value. */
  readonly copies: readonly { readonly from: Operand; readonly output: number }[]
  /** Output i may lie in the storage of input reuse[i], which is donated and no longer read when it is written. */
  readonly reuse: readonly (number | undefined)[]
  /** Bytes for all intermediate values; values whose lifetimes do not overlap share them. */
  readonly arenaBytes: number
  /** What the intermediate values would take without sharing. */
  readonly unsharedBytes: number
}

/**
 * Orders the steps and plans the memory of a simplified graph. `donated` inputs may be overwritten by outputs of the
 * same type.
 */
export function plan(graph: Graph, donated: ReadonlySet<number> = new Set()): Plan {
  // Outputs come last, so that an update overwrites a donated input only after everything else has read it.
  const order = topologicalOrder([...graph.outputs.flatMap((node) => node.inputs), ...graph.outputs])
  const inputIndex = new Map<Node, number>(graph.inputs.map((node, index) => [node, index]))

  /** Views, and the nodes whose bytes they read. */
  const roots = new Map<Node, Node>()
  const rootOf = (node: Node): Node => roots.get(node) ?? node
  for (const node of order) {
    const root = node.inputs.length > 0 ? rootOf(node.inputs[0]) : node
    // A constant is a number without bytes: what reads it as another dtype has to be computed.
    const reread = node.op === 'bitcast' && root.op !== 'constant'
    if (reread || node.op === 'reshape' || node.op === 'stopGradient') roots.set(node, root)
  }

  const steps = order.filter((node) => !roots.has(node) && !['input', 'constant', 'result'].includes(node.op))
  const position = new Map(steps.map((node, index) => [node, index]))

  /** Computed values: a node, or for a node with several outputs one of them. */
  const slots = new Map<Node, readonly Slot[]>()
  for (const node of steps)
    slots.set(
      node,
      node.outputs.map(() => ({ lastRead: position.get(node) ?? 0, place: undefined })),
    )
  const slotOf = (node: Node): Slot | undefined => {
    const root = rootOf(node)
    return isOp(root, 'result') ? slots.get(root.inputs[0])?.[root.attributes.index] : slots.get(root)?.[0]
  }
  const lastInputRead = new Array<number>(graph.inputs.length).fill(-1)
  for (const [index, node] of steps.entries()) {
    for (const source of node.inputs) {
      const slot = slotOf(source)
      const read = inputIndex.get(rootOf(source))
      if (slot !== undefined) slot.lastRead = index
      if (read !== undefined) lastInputRead[read] = index
    }
  }

  const copied: number[] = []
  const reuse: (number | undefined)[] = graph.outputs.map(() => undefined)
  const reused = new Set<number>()
  graph.outputs.forEach((node, index) => {
    const slot = slotOf(node)
    if (slot !== undefined && slot.place === undefined) {
      slot.place = { kind: 'output', index }
      return
    }
    copied.push(index)
    const read = inputIndex.get(rootOf(node))
    if (read !== undefined) lastInputRead[read] = steps.length
  })
  graph.outputs.forEach((node, index) => {
    const root = rootOf(node)
    const at = position.get(root)
    if (at === undefined || copied.includes(index)) return
    const candidate = graph.inputs.findIndex((given, i) => {
      const inTime = lastInputRead[i] < at || (lastInputRead[i] === at && isElementwise(root.op))
      return (
        donated.has(i) && !reused.has(i) && inTime && given.dtype === node.dtype && sameShape(given.shape, node.shape)
      )
    })
    if (candidate >= 0) {
      reuse[index] = candidate
      reused.add(candidate)
    }
  })

  const arena = new Arena()
  const expiring = new Map<number, Slot[]>()
  let unsharedBytes = 0
  for (const [index, node] of steps.entries()) {
    const bytes = node.outputs.map(bytesOf)
    const inPlace = isElementwise(node.op) ? dyingTwin(node, index, slotOf) : undefined
    slots.get(node)?.forEach((slot, i) => {
      if (slot.place !== undefined) return
      unsharedBytes += bytes[i]
      slot.bytes = bytes[i]
      if (inPlace !== undefined) {
        slot.place = inPlace.place
        inPlace.passedOn = true
      } else {
        slot.place = { kind: 'arena', offset: arena.take(bytes[i]) }
      }
      expiring.set(slot.lastRead, [...(expiring.get(slot.lastRead) ?? []), slot])
    })
    for (const slot of expiring.get(index) ?? []) {
      if (slot.place?.kind === 'arena' && !slot.passedOn) arena.give(slot.place.offset, slot.bytes ?? 0)
    }
  }

  const operand = (node: Node): Operand => {
    const root = rootOf(node)
    const type = { dtype: node.dtype, shape: node.shape }
    const index = inputIndex.get(root)
    if (index !== undefined) return { ...type, place: { kind: 'input', index } }
    if (isOp(root, 'constant')) return { ...type, place: { kind: 'constant', value: root.attributes.value } }
    const place = slotOf(node)?.place
    if (place === undefined) throw new Error(`plan: ${node.op} #${node.id} has no place`)
    return { ...type, place }
  }
  return {
    graph,
    steps: steps.map((node) => ({
      node,
      inputs: node.inputs.map(operand),
      outputs: node.outputs.map((type, i) => ({
        ...type,
        place: slots.get(node)?.[i].place ?? { kind: 'arena', offset: 0 },
      })),
      inner: innerGraphs(node).map((inner) => plan(inner)),
    })),
    copies: copied.map((output) => ({ from: operand(graph.outputs[output]), output })),
    reuse,
    arenaBytes: arena.bytes,
    unsharedBytes,
  }
}

interface Slot {
  lastRead: number
  place: Place | undefined
  bytes?: number
  /** Taken over in place by the step that read it last. */
  passedOn?: boolean
}

/** An input that this elementwise step reads last and whose elements have the same width: the output may overwrite it. */
function dyingTwin(node: Node, index: number, slotOf: (node: Node) => Slot | undefined): Slot | undefined {
  for (const source of node.inputs) {
    const slot = slotOf(source)
    const sameBytes = dtypes[source.dtype].bytes === dtypes[node.dtype].bytes
    if (slot?.place?.kind === 'arena' && slot.lastRead === index && !slot.passedOn && sameBytes) return slot
  }
  return undefined
}
