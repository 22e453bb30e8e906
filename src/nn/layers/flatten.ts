import { failShape } from '../../core/errors.js'
import { sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { Layer } from '../layer.js'
import type { FlattenShape } from '../types/layers.js'

/** See {@link flatten}. */
export class Flatten extends Layer<FlattenShape> {
  protected run(x: Node): Node {
    if (x.rank === 0) failShape('flatten', 'a scalar has no batch axis', 'Give a tensor of shape [batch, …].')
    return ops.reshape(x, [x.shape[0], sizeOf(x.shape.slice(1))])
  }
}

/**
 * A layer that makes one axis of all but the first: [batch, …] → [batch, product of the rest].
 *
 * @example flatten().forward(pictures) // [128, 5, 5, 16] → [128, 400]
 */
export const flatten = (): Flatten => new Flatten()
