import { ShapewiseError } from '../../core/errors.js'
import { formatShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'

/** The error for what the kernels report, in the words of the reference backend. `tagged` are the nodes that they name by number. */
export function errorOf(kind: number, failure: Float64Array, tagged: readonly Node[]): ShapewiseError {
  const [, tag, first, second] = failure
  const node = tag < 0 ? undefined : tagged[tag]
  if (kind === 1) {
    return new ShapewiseError(
      `${node?.op ?? 'gather'}: index ${first} is outside 0 … ${second - 1}. ` +
        `The indexed axis has ${second} elements; check where the indices come from, e.g. class labels that start at 1.`,
    )
  }
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
