import * as build from '../../../graph/build.js'
import { type Graph, topologicalOrder } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import { copiesOf, substitute } from '../../substitute.js'
import type { Gradient } from './rule.js'

/** The gradient of an inner graph, over inputs of its own. */
export interface Pullback {
  /** One per input of the graph, then one per given cotangent. */
  readonly inputs: readonly Node<'input'>[]
  readonly cotangents: readonly Node<'input'>[]
  /** One per input of the graph: its cotangent, or `undefined` where it is zero or not asked for. */
  readonly gradients: readonly (Node | undefined)[]
  /** The nodes of the graph, as they stand in the gradients. */
  readonly copies: ReadonlyMap<Node, Node>
}

/** Differentiates `graph` with respect to the inputs with `needs`, for cotangents of the outputs with `given`. */
export function pullback(
  graph: Graph,
  needs: readonly boolean[],
  given: readonly boolean[],
  gradient: Gradient,
): Pullback {
  const inputs = graph.inputs.map(({ dtype, shape, attributes }) => build.input(dtype, shape, attributes.name))
  const copies = copiesOf(graph, inputs)
  const outputs = graph.outputs.filter((_, i) => given[i]).map((output) => copies.get(output)!)
  const cotangents = outputs.map(({ dtype, shape }) => build.input(dtype, shape))
  const found = gradient(
    outputs,
    cotangents,
    inputs.filter((_, i) => needs[i]),
  )
  let next = 0
  const gradients = inputs.map((_, i) => (needs[i] ? found[next++] : undefined))
  return { inputs, cotangents, gradients, copies }
}

/** The gradients of a pullback for these values, as nodes of the outer graph. */
export function apply(pulled: Pullback, inputs: readonly Node[], cotangents: readonly Node[]): (Node | undefined)[] {
  const values = [...inputs, ...cotangents]
  const replacements = new Map<Node, Node>([...pulled.inputs, ...pulled.cotangents].map((node, i) => [node, values[i]]))
  return spread(pulled.gradients, (found) => substitute(found, replacements))
}

/** Applies `transform` to the entries that are there, and leaves the others absent. */
export function spread(
  list: readonly (Node | undefined)[],
  transform: (present: Node[]) => readonly Node[],
): (Node | undefined)[] {
  const present = list.filter((node) => node !== undefined)
  if (present.length === 0) return [...list]
  const transformed = transform(present)
  let next = 0
  return list.map((node) => (node === undefined ? undefined : transformed[next++]))
}

/** Which of `inputs` the `outputs` need. */
export function usedBy(outputs: readonly Node[], inputs: readonly Node[]): boolean[] {
  const seen = new Set(topologicalOrder(outputs))
  return inputs.map((input) => seen.has(input))
}
