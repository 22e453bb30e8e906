import { sizeOf } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import { uniform } from '../../../tensor/random.js'
import type { Picture, Sizes2d, Windows } from '../../types/windows.js'
import { Pooling, type PoolOptions, type poolOptions } from './pooling.js'

/** See {@link stochasticPool2d}. */
export class StochasticPool2d<W extends Windows = Windows> extends Pooling<'stochasticPool2d', Picture, W> {
  constructor(window: Sizes2d, options: Omit<PoolOptions, 'ceilMode'> = {}) {
    super('stochasticPool2d', 'batch, height, width', window, options, {
      stride: true,
      padding: true,
    } as typeof poolOptions)
  }

  protected pool(x: Node): Node {
    const { stride, padding } = this.options
    const windows = ops.unfold(x, this.window, { stride, padding })
    const [batch, height, width] = windows.shape
    const channels = windows.shape[5]
    const elements = ops.reshape(windows, [batch, height, width, sizeOf(windows.shape.slice(3, 5)), channels])
    const keep = { keepDims: true }
    if (!this.training) {
      const total = ops.sum(elements, 3)
      const squares = ops.sum(ops.mul(elements, elements), 3)
      const isEmpty = ops.equal(total, 0)
      return ops.where(isEmpty, 0, ops.div(squares, ops.where(isEmpty, 1, total)))
    }
    // The element in whose part of the sum a random point falls.
    const ends = ops.cumSum(elements, 3)
    const point = ops.mul(
      ops.cast(uniform([batch, height, width, 1, channels]).node, x.dtype),
      ops.sum(elements, 3, keep),
    )
    const isChosen = ops.logicalAnd(ops.lessEqual(ops.sub(ends, elements), point), ops.less(point, ends))
    return ops.max(ops.where(isChosen, elements, 0), 3)
  }
}

/**
 * A layer that, while training, picks a value of each window at random, in proportion to the values, which must not be negative
 * (behind relu): p = x / Σ x. Otherwise it takes their mean with these weights, Σ x² / Σ x. Of zeros it gives 0.
 * [batch, height, width, channels] → [batch, places, places, channels].
 * (Zeiler and Fergus, "Stochastic pooling for regularization of deep convolutional neural networks", 2013.)
 *
 * @example stochasticPool2d(2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export function stochasticPool2d<
  const Window extends Sizes2d,
  const Stride extends Sizes2d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: Omit<PoolOptions<Stride, Padding>, 'ceilMode'> = {},
): StochasticPool2d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new StochasticPool2d(window, options as Omit<PoolOptions, 'ceilMode'>)
}
