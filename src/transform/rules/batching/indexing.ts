import * as build from '../../../graph/build.js'
import type { Node } from '../../../graph/node.js'
import type { Primitive } from '../../../graph/primitives.js'
import {
  type Batchable,
  type BatchingContext,
  type BatchingRules,
  batched,
  expanded,
  fold,
  leading,
  moveAxis,
  select,
  unfold,
} from './rule.js'

/** Routines with several results, on more leading axes. */
const several = <P extends Primitive>(node: Node<P>, inputs: readonly Batchable[], context: BatchingContext) =>
  build.results(leading(node, inputs, context)).map(batched)

/** The indices, with 0 for the examples that are not here: theirs may lie outside the axis. */
function guarded(indices: Batchable, { size, mask }: BatchingContext): Batchable {
  if (mask === undefined) return indices
  const all = expanded(indices, size)
  return batched(select(mask, all, build.zerosLike(all)))
}

export const indexingBatchings = {
  gather: ({ attributes: { batchDims, operation } }, [x, given], context) => {
    const indices = guarded(given, context)
    if (x.batched) return build.gather(x.value, expanded(indices, context.size), batchDims + 1, operation)
    // What all examples share is not repeated: their indices lie side by side.
    return moveAxis(build.gather(x.value, moveAxis(indices.value, 0, batchDims), batchDims, operation), batchDims, 0)
  },
  scatter: ({ attributes: { batchDims, mode, operation } }, [x, given, updates], context) => {
    const { size } = context
    const indices = expanded(guarded(given, context), size)
    return build.scatter(expanded(x, size), indices, expanded(updates, size), mode, batchDims + 1, operation)
  },
  argSort: leading,

  cholesky: leading,
  /** Examples that share the triangular matrix solve for more right-hand sides. */
  triangularSolve: (node, inputs, context) => {
    const [a, b] = inputs
    if (a.batched) return leading(node, inputs, context)
    const columns = node.rank - 1
    return unfold(build.triangularSolve(a.value, fold(b.value, columns), node.attributes), columns, context.size)
  },
  lu: several,
  qr: several,
  eigh: several,
  svd: several,
  fft: leading,
} as const satisfies BatchingRules
