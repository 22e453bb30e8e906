import type { Node } from '../../../graph/node.js'
import { scan } from '../../../tensor/control.js'
import { Tensor } from '../../../tensor/tensor.js'

export const tensors = (nodes: readonly Node[]): Tensor[] => nodes.map((node) => new Tensor(node))
export const nodes = (list: readonly Tensor[]): Node[] => list.map(({ node }) => node)

/** What a step makes of the states and its slices: the next states, and what is collected. */
export type Step = (states: Node[], slices: Node[]) => readonly [states: readonly Node[], collected: readonly Node[]]

type Lists = readonly [Tensor[], Tensor[]]
/** `scan` over lists of tensors, whose types would be looked into without end. */
const over: (
  body: (states: Tensor[], slices: Tensor[]) => Lists,
  start: Tensor[],
  sequences: Tensor[],
  options: { readonly reverse: boolean },
) => unknown = scan as never

/** A loop over the leading axis of the sequences: the last states, and what was collected along a new leading axis. */
export function scanNodes(
  step: Step,
  start: readonly Node[],
  sequences: readonly Node[],
  reverse = false,
): [states: Node[], collected: Node[]] {
  const body = (states: Tensor[], slices: Tensor[]): Lists => {
    const [next, collected] = step(nodes(states), nodes(slices))
    return [tensors(next), tensors(collected)]
  }
  const [last, collected] = over(body, tensors(start), tensors(sequences), { reverse }) as Lists
  return [nodes(last), nodes(collected)]
}
