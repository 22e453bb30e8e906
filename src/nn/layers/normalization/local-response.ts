import { expectNumber } from '../../../core/arguments.js'
import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import type { SameShape } from '../../../tensor/types/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'

export interface LocalResponseNormOptions {
  /** Weight of the squares; 1e-4. */
  readonly alpha?: number
  /** The exponent; 0.75. */
  readonly beta?: number
  /** Added to the squares; 1. */
  readonly k?: number
}

/** See {@link localResponseNorm}. */
export class LocalResponseNorm extends Layer<SameShape> {
  readonly alpha: number
  readonly beta: number
  readonly k: number

  constructor(
    readonly size: number,
    options: LocalResponseNormOptions = {},
  ) {
    super()
    checkOptions('localResponseNorm', options, { alpha: true, beta: true, k: true })
    expectCount('localResponseNorm', 'channels that are looked at', size)
    const { alpha = 1e-4, beta = 0.75, k = 1 } = options
    this.alpha = expectNumber('localResponseNorm', 'alpha', alpha)
    this.beta = expectNumber('localResponseNorm', 'beta', beta)
    this.k = expectNumber('localResponseNorm', 'k', k)
  }

  protected run(x: Node): Node {
    if (x.rank === 0) failShape('localResponseNorm', 'a scalar has no channels', 'The channels are the last axis.')
    const { size, alpha, beta, k } = this
    const last = x.rank - 1
    const margins = x.shape.map((_, i): [number, number] =>
      i === last ? [Math.floor(size / 2), Math.floor((size - 1) / 2)] : [0, 0],
    )
    const squares = ops.pad(ops.mul(x, x), margins)
    const shifted = Array.from({ length: size }, (_, i) => ops.slice(squares, '...', [i, i + x.shape[last]]))
    const power = ops.div(
      shifted.reduce((a, b) => ops.add(a, b)),
      size,
    )
    return ops.mul(x, ops.pow(ops.add(ops.mul(power, alpha), k), -beta))
  }

  protected override describe(): string {
    return `${this.size} channels, alpha ${this.alpha}, beta ${this.beta}, k ${this.k}`
  }
}

/**
 * A layer in which neighbouring channels inhibit each other: y = x · (k + alpha / size · Σ x²)^−beta, the sum over `size` channels
 * around each. The channels are the last axis; the shape stays. (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep
 * convolutional neural networks", 2012, who do not divide alpha by size.)
 *
 * @throws if the size is not a whole number of at least 1
 * @example localResponseNorm(5).forward(maps) // [128, 14, 14, 6] → [128, 14, 14, 6]
 */
export const localResponseNorm = (size: number, options: LocalResponseNormOptions = {}): LocalResponseNorm =>
  new LocalResponseNorm(size, options)
