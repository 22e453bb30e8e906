import { failShape } from '../../../core/errors.js'
import { formatShape, range } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Layer } from '../../layer.js'
import type { GlobalShape } from '../../types/resampling.js'

abstract class Global<Name extends string> extends Layer<GlobalShape<Name>> {
  constructor(protected readonly operation: Name) {
    super()
  }

  protected abstract reduce(x: Node, axes: readonly number[]): Node

  protected run(x: Node): Node {
    if (x.rank < 3) {
      failShape(
        this.operation,
        `${this.label} takes [batch, …, channels], it is given ${formatShape(x.shape)}`,
        'There must be an axis between the batch and the channels.',
      )
    }
    return this.reduce(
      x,
      range(x.rank - 2).map((i) => i + 1),
    )
  }
}

/** See {@link globalAvgPool}. */
export class GlobalAvgPool extends Global<'globalAvgPool'> {
  constructor() {
    super('globalAvgPool')
  }

  protected reduce(x: Node, axes: readonly number[]): Node {
    return ops.mean(x, axes)
  }
}

/** See {@link globalMaxPool}. */
export class GlobalMaxPool extends Global<'globalMaxPool'> {
  constructor() {
    super('globalMaxPool')
  }

  protected reduce(x: Node, axes: readonly number[]): Node {
    return ops.max(x, axes)
  }
}

/**
 * A layer that takes the mean of each channel over all places: [batch, …, channels] → [batch, channels].
 * (Lin, Chen and Yan, "Network in network", 2014.)
 *
 * @example globalAvgPool().forward(pictures) // [128, 28, 28, 6] → [128, 6]
 */
export const globalAvgPool = (): GlobalAvgPool => new GlobalAvgPool()

/**
 * A layer that takes the largest value of each channel over all places: [batch, …, channels] → [batch, channels].
 *
 * @example globalMaxPool().forward(pictures) // [128, 28, 28, 6] → [128, 6]
 */
export const globalMaxPool = (): GlobalMaxPool => new GlobalMaxPool()
