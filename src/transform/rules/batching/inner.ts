import * as build from '../../../graph/build.js'
import { type Graph, makeGraph } from '../../../graph/graph.js'
import type { Node } from '../../../graph/node.js'
import { inline } from '../../substitute.js'
import { type Batchable, type BatchingContext, batched, expanded } from './rule.js'

/** An inner graph for a whole batch, before it is decided which of its outputs have the batch axis. */
export interface Trace {
  readonly inputs: readonly Node<'input'>[]
  readonly outputs: readonly Batchable[]
}

/**
 * An inner graph with a batch axis on the inputs that `flags` name. If only some examples are here, their mask is one
 * more input at the end, see {@link withMask}.
 */
export function trace(graph: Graph, flags: readonly boolean[], { size, mask, evaluate }: BatchingContext): Trace {
  const values = new Map<Node, readonly Batchable[]>()
  const inputs = graph.inputs.map((input, i) => {
    if (!flags[i]) return input
    const { dtype, shape, name } = input.attributes
    const example = build.input(dtype, [size, ...shape], name)
    values.set(input, [batched(example)])
    return example
  })
  if (mask === undefined) return { inputs, outputs: evaluate(graph.outputs, values) }
  const inner = build.input('bool', [size], 'mask')
  return { inputs: [...inputs, inner], outputs: evaluate(graph.outputs, values, inner) }
}

/**
 * The outputs of an inner graph for these inputs, for the examples in `mask`. What does not depend on the inputs is made
 * anew as well: an inner graph shares no nodes with the graph around it.
 */
export function evaluateInline(
  graph: Graph,
  inputs: readonly Batchable[],
  mask: Node | undefined,
  { evaluate }: BatchingContext,
): Batchable[] {
  const standIns = graph.inputs.map(({ dtype, shape }) => build.input(dtype, shape))
  return evaluate(inline(graph, standIns), new Map(standIns.map((standIn, i) => [standIn, [inputs[i]]])), mask)
}

/** The inputs of a node whose inner graphs were traced: with the mask at the end if there is one. */
export const withMask = (inputs: readonly Node[], { mask }: BatchingContext): readonly Node[] =>
  mask === undefined ? inputs : [...inputs, mask]

/** The traced graph, with a batch axis also on those outputs that `flags` name. */
export function close({ inputs, outputs }: Trace, flags: readonly boolean[], size: number): Graph {
  return makeGraph(
    inputs,
    outputs.map((output, i) => (flags[i] ? expanded(output, size) : output.value)),
  )
}

export const flagsOf = (values: readonly Batchable[]): boolean[] => values.map((value) => value.batched)

/** Where any of them is set. */
export const anyOf = (a: readonly boolean[], b: readonly boolean[]): boolean[] => a.map((flag, i) => flag || b[i])

/** The nodes, each with its batch axis exactly where `flags` say. */
export const conform = (values: readonly Batchable[], flags: readonly boolean[], size: number): Node[] =>
  values.map((value, i) => (flags[i] ? expanded(value, size) : value.value))
