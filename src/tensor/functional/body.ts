import { fail } from '../../core/errors.js'
import type { Flat } from '../../core/tree.js'
import { input } from '../../graph/build.js'
import type { Graph } from '../../graph/graph.js'
import { type Node, nextNodeId } from '../../graph/node.js'
import { capture } from '../../transform/capture.js'
import { flattenTensors, rebuildTensors } from '../leaves.js'
import { handOut, Scope, type Slot, trace } from '../scope.js'

/** A function traced into nodes that stand on placeholders. */
export interface Body {
  readonly inputs: readonly Node<'input'>[]
  /** The leaves of the result, then what is wanted outside; see {@link handOutAll}. */
  readonly outputs: readonly Node[]
  readonly result: Flat<Node>
  readonly scope: Scope
  /** Nodes from this id on were made by the function. */
  readonly since: number
}

/** Calls `fn` with placeholders for the nodes of `like` (each with the type of its node) in the given structure. */
export function traceBody(
  operation: string,
  fn: (argument: unknown) => unknown,
  structure: Flat<Node>,
  like: readonly { readonly dtype: Node['dtype']; readonly shape: Node['shape'] }[] = structure.leaves,
): Body {
  const since = nextNodeId()
  const inputs = like.map(({ dtype, shape }) => input(dtype, shape))
  const scope = new Scope(operation)
  const returned = trace(scope, () => fn(rebuildTensors(structure, inputs)))
  if (returned instanceof Promise) fail(`${operation}: the function is async`, 'Make it synchronous.')
  const result = flattenTensors(returned, operation)
  return { inputs, outputs: [...result.leaves, ...scope.wanted.map(({ node }) => node)], result, scope, since }
}

/** Hands on the values that are wanted outside of a body, as the nodes that they are around it. */
export function handOutAll({ scope }: Body, nodes: readonly Node[]): void {
  scope.wanted.forEach((wanted, i) => {
    handOut({ ...wanted, node: nodes[i] })
  })
}

/** Throws if values are wanted outside of bodies that cannot give them. */
export function refuseWanted(bodies: readonly Body[], operation: string, why: string): void {
  for (const { scope } of bodies) {
    const [first] = scope.wanted
    if (first === undefined) continue
    fail(
      `${operation}: ${first.what} is wanted outside, but ${why}`,
      `Return it from the function given to ${operation}, with the call for it inside.`,
    )
  }
}

/** Inner graphs with a common list of inputs: their own, then variables they read, then what they capture. */
export interface Closed {
  readonly graphs: readonly Graph[]
  /** Nodes outside for the inputs after the own ones. */
  readonly captured: readonly Node[]
}

/**
 * Closes traced functions over what they use from outside. The outputs of each are followed by the values of `written`
 * variables, which are inputs right after the own ones.
 */
export function closeBodies(bodies: readonly Body[], written: readonly Slot[]): Closed {
  const read = [...new Set(bodies.flatMap(({ scope }) => [...scope.reads.keys()]))].filter(
    (slot) => !written.includes(slot),
  )
  const closures = bodies.map(({ inputs, outputs, scope, since }) => {
    const variables = [...written, ...read].map(
      (slot) => scope.reads.get(slot) ?? input(slot.dtype, slot.shape, slot.name),
    )
    const values = written.map((slot, i) => scope.writes.get(slot) ?? variables[i])
    return { own: inputs.length, ...capture([...inputs, ...variables], [...outputs, ...values], since) }
  })
  // Each graph lists all captured nodes, its own and the others', so that one list of inputs serves them all.
  const all = [...new Set(closures.flatMap(({ captured }) => captured))]
  const graphs = closures.map(({ graph, captured }) => {
    const fixed = graph.inputs.slice(0, graph.inputs.length - captured.length)
    const given = new Map(captured.map((node, i) => [node, graph.inputs[fixed.length + i]]))
    const rest = all.map((node) => given.get(node) ?? input(node.dtype, node.shape))
    return { inputs: [...fixed, ...rest], outputs: graph.outputs }
  })
  return { graphs, captured: [...read.map(({ node }) => node), ...all] }
}

/** Variables that any of the bodies assigns. */
export const writtenBy = (bodies: readonly Body[]): Slot[] => [
  ...new Set(bodies.flatMap(({ scope }) => [...scope.writes.keys()])),
]

/** Assigns the values that come out of an inner graph to the variables written in it. */
export function assignAll(written: readonly Slot[], values: readonly Node[]): void {
  written.forEach((slot, i) => {
    slot.assignNode(values[i])
  })
}
