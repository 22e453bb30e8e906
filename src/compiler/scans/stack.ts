import { input } from '../../graph/build.js'
import { makeGraph } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import { batch } from '../../transform/batching.js'
import { inline } from '../../transform/substitute.js'
import type { Loop } from './loop.js'

/** Makes nodes from the stacks of values of the body, all of them over placeholders. */
export type FromStacks = (stackOf: (node: Node) => Node) => readonly Node[]

/**
 * Values outside of a loop, computed for all steps at once: each step is an example of a batch. `stacked` tells which values of
 * the body are there for every step, beside the slices of the sequences.
 */
export function afterAllSteps(loop: Loop, stacked: ReadonlyMap<Node, Node>, make: FromStacks): Node[] {
  const known = new Map([...loop.sequences.map(({ inner, value }) => [inner, value] as const), ...stacked])
  const stacks = new Map([...known].map(([node, { dtype, shape }]) => [node, input(dtype, shape)]))
  const outputs = make((node) => batch([node], stacks, loop.length)[0])
  const graph = makeGraph([...stacks.values(), ...loop.captured.map(({ inner }) => inner)], outputs)
  return inline(graph, [...known.values(), ...loop.captured.map(({ value }) => value)])
}
