import { expectNumber } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { fail, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape, range } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { constant } from '../../initializers.js'
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

export interface GemPoolOptions {
  /** What smaller values count as; 1e-6. */
  readonly epsilon?: number
  readonly dtype?: DType
}

/** See {@link gemPool}. */
export class GemPool extends Global<'gemPool'> {
  /** The exponent, [1]. */
  readonly p: Parameter
  readonly epsilon: number

  constructor(p: number, options: GemPoolOptions) {
    super('gemPool')
    checkOptions('gemPool', options, { epsilon: true, dtype: true })
    const { epsilon = 1e-6, dtype = 'float32' } = options
    if (!(expectNumber('gemPool', 'the exponent', p) > 0)) fail(`gemPool: the exponent is ${p}`, 'Give a positive one.')
    if (!(expectNumber('gemPool', 'epsilon', epsilon) > 0)) {
      fail(`gemPool: epsilon is ${epsilon}`, 'Give a positive one: powers of what is not have no slope.')
    }
    this.p = new Parameter(constant(p)([1], dtype), 'p')
    this.epsilon = epsilon
  }

  protected reduce(x: Node, axes: readonly number[]): Node {
    const p = ops.reshape(this.p.node, [])
    return ops.pow(ops.mean(ops.pow(ops.maximum(x, this.epsilon), p), axes), ops.div(1, p))
  }
}

/**
 * A layer that takes the generalised mean (mean xᵖ)^(1/p) of each channel over all places: [batch, …, channels] → [batch, channels].
 * p is trained: 1 is the mean, the larger, the nearer to the largest value. Values below epsilon count as epsilon.
 * (Radenović, Tolias and Chum, "Fine-tuning CNN image retrieval with no human annotation", 2018.)
 *
 * @param p to begin with; 3
 * @throws if p or epsilon is not positive
 * @example gemPool().forward(pictures) // [128, 28, 28, 6] → [128, 6]
 */
export const gemPool = (p = 3, options: GemPoolOptions = {}): GemPool => new GemPool(p, options)
