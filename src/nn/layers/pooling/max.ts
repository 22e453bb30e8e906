import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import type { PoolingShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { expectAxes } from '../axes.js'
import { Pooling, type PoolOptions } from './pooling.js'

abstract class MaxPool<Name extends string, Axes extends keyof Fronts, W extends Windows> extends Pooling<
  Name,
  Axes,
  W
> {
  protected pool(x: Node): Node {
    return ops.maxPool(x, this.window, this.options)
  }

  /**
   * The output, and for each of its elements the int32 place in the input that it comes from, as layers such as {@link maxUnpool2d}
   * take it: rows · width + column within the picture.
   */
  forwardWithIndices<S extends Shape>(
    x: Unless<ApplyProblem<PoolingShape<Name, Axes, W>, S>, Tensor<S>>,
  ): { values: Tensor<Apply<PoolingShape<Name, Axes, W>, S>>; indices: Tensor<Apply<PoolingShape<Name, Axes, W>, S>> } {
    const node = expectTensor(this.operation, 'the input', x)
    expectAxes(this.operation, this.label, node, this.axes)
    const { values, indices } = ops.maxPoolWithIndices(node, this.window, this.options)
    return { values: wrap(values), indices: wrap(indices) }
  }
}

/** See {@link maxPool1d}. */
export class MaxPool1d<W extends Windows = Windows> extends MaxPool<'maxPool1d', Sequence, W> {
  constructor(window: Sizes1d, options: PoolOptions = {}) {
    super('maxPool1d', 'batch, length', window, options)
  }
}

/** See {@link maxPool2d}. */
export class MaxPool2d<W extends Windows = Windows> extends MaxPool<'maxPool2d', Picture, W> {
  constructor(window: Sizes2d, options: PoolOptions = {}) {
    super('maxPool2d', 'batch, height, width', window, options)
  }
}

/** See {@link maxPool3d}. */
export class MaxPool3d<W extends Windows = Windows> extends MaxPool<'maxPool3d', Volume, W> {
  constructor(window: Sizes3d, options: PoolOptions = {}) {
    super('maxPool3d', 'batch, depth, height, width', window, options)
  }
}

/**
 * A layer that keeps the largest value of each window, channel by channel: [batch, length, channels] →
 * [batch, places, channels]. Padding never wins.
 *
 * @example maxPool1d(2).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export function maxPool1d<
  const Window extends Sizes1d,
  const Stride extends Sizes1d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: PoolOptions<Stride, Padding> = {},
): MaxPool1d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new MaxPool1d(window, options as PoolOptions)
}

/**
 * A layer that keeps the largest value of each window, channel by channel: [batch, height, width, channels] →
 * [batch, places, places, channels]. Padding never wins.
 *
 * @example maxPool2d(2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export function maxPool2d<
  const Window extends Sizes2d,
  const Stride extends Sizes2d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: PoolOptions<Stride, Padding> = {},
): MaxPool2d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new MaxPool2d(window, options as PoolOptions)
}

/**
 * A layer that keeps the largest value of each window, channel by channel: [batch, depth, height, width, channels] →
 * [batch, places, places, places, channels]. Padding never wins.
 *
 * @example maxPool3d(2).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export function maxPool3d<
  const Window extends Sizes3d,
  const Stride extends Sizes3d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: PoolOptions<Stride, Padding> = {},
): MaxPool3d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new MaxPool3d(window, options as PoolOptions)
}
