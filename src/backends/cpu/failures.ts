import { ShapewiseError } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import type { Graph } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import { indexError, indexers } from '../index-error.js'

/** The error for what the kernels report, in the words of the reference backend. `tagged` are the nodes that they name by number. */
export function errorOf(kind: number, failure: Float64Array, tagged: readonly Node[], graph: Graph): ShapewiseError {
  const [, tag, first, second] = failure
  const node = tag < 0 ? undefined : tagged[tag]
  // Loops do not know which operation of the graph an index is of.
  if (kind === 1) return indexError(indexers(node, graph, second), first, second)
  if (kind === 2 && node !== undefined) {
    const which = node.rank > 2 ? `matrix ${first} of ${formatShape(node.shape)}` : formatShape(node.shape)
    return new ShapewiseError(
      `cholesky: ${which} is not positive definite: the pivot of row ${second} is not positive. ` +
        'Check that it is symmetric, or add a small multiple of the identity matrix.',
    )
  }
  return new ShapewiseError(
    `A program needs ${(first / 2 ** 20).toFixed(0)} MB for intermediate values, which this machine does not have. ` +
      'Use a smaller batch, or checkpoint() parts of the model so that less is kept for the gradient.',
  )
}
