import { range } from '../../../core/shape.js'
import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'

/** A value of the batched graph: with a new axis 0 for the examples, or one and the same for all of them. */
export interface Batchable {
  readonly value: Node
  readonly batched: boolean
}

/** What nodes of the original graph have become; nodes that are missing stay as they are. One entry per output. */
export type Values = ReadonlyMap<Node, readonly Batchable[]>

export interface BatchingContext {
  /** The number of examples, at least 1. */
  readonly size: number
  /**
   * bool [size]: the examples that really are here. Inside a branch or loop that only some examples take, the others
   * are computed too and thrown away; they must not fail on an index out of range, nor keep a loop running.
   */
  readonly mask: Node | undefined
  /** What has become of the nodes so far. */
  readonly values: Values
  /** Rebuilds `outputs` from `values`, for the examples in `mask`. */
  evaluate(outputs: readonly Node[], values: Values, mask?: Node): Batchable[]
}

/** The batched outputs of a node from its inputs; a plain node is the only output and batched. */
export type BatchingRule<P extends Primitive> = (
  node: Node<P>,
  inputs: readonly Batchable[],
  context: BatchingContext,
) => Node | readonly Batchable[]

export type BatchingRules = { readonly [P in Primitive]?: BatchingRule<P> }

export const batched = (value: Node): Batchable => ({ value, batched: true })
export const unbatched = (value: Node): Batchable => ({ value, batched: false })

/** The value with its batch axis, repeated for all examples if it had none. */
export function expanded({ value, batched }: Batchable, size: number): Node {
  return batched ? value : build.expand(build.reshape(value, [1, ...value.shape]), [size, ...value.shape])
}

/** For primitives that take any leading axes as batch: the same node on more of them. */
export function leading<P extends Primitive>(
  node: Node<P>,
  inputs: readonly Batchable[],
  { size }: BatchingContext,
): Node {
  return build.create(
    node.op,
    inputs.map((input) => expanded(input, size)),
    node.attributes,
  )
}

/** Moves one axis; the others keep their order. */
export function moveAxis(x: Node, from: number, to: number): Node {
  const axes = range(x.rank)
  axes.splice(to, 0, ...axes.splice(from, 1))
  return build.permute(x, axes)
}

/** [size, …, n, …] → […, size · n, …]: the batch becomes part of `axis`, counted without the batch axis. */
export function fold(x: Node, axis: number): Node {
  const [size, ...shape] = x.shape
  return build.reshape(
    moveAxis(x, 0, axis),
    shape.map((n, i) => (i === axis ? size * n : n)),
  )
}

/** […, size · n, …] → [size, …, n, …]: undoes {@link fold}. */
export function unfold(x: Node, axis: number, size: number): Node {
  const shape = [...x.shape]
  shape.splice(axis, 1, size, shape[axis] / size)
  return moveAxis(build.reshape(x, shape), axis, 0)
}

/** `a` for the examples in `mask` (bool [size]), `b` for the others. */
export function select(mask: Node, a: Node, b: Node): Node {
  const column = build.reshape(mask, [mask.shape[0], ...a.shape.slice(1).map(() => 1)])
  return build.where(build.expand(column, a.shape), a, b)
}
