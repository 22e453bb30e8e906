import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import type { PoolingShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { expectAxes } from '../axes.js'
import { type Pooled, Pooling, type PoolOptions } from './pooling.js'

/** See {@link maxPool2d}. */
export class MaxPool<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  W extends Windows = Windows,
> extends Pooling<Name, Axes, W> {
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

/** What makes layers of a kind over some axes. */
export type MaxPoolMaker<Name extends string, Axes extends keyof Fronts, Sizes extends ManySizes> = <
  const Window extends Sizes,
  const Stride extends Sizes = Window,
  const Padding extends WindowPadding = 'valid',
  const Ceil extends boolean = false,
>(
  window: Window,
  options?: PoolOptions<Stride, Padding, Ceil>,
) => MaxPool<Name, Axes, Pooled<Window, Stride, Padding, Ceil>>

/**
 * A layer that keeps the largest value of each window, channel by channel: [batch, length, channels] →
 * [batch, places, channels]. Padding never wins.
 *
 * @throws if a window, stride or padding is no whole number
 * @example maxPool1d(2).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export const maxPool1d: MaxPoolMaker<'maxPool1d', Sequence, Sizes1d> = (window, options = {}) =>
  new MaxPool('maxPool1d', 'batch, length', window, options as PoolOptions)

/**
 * A layer that keeps the largest value of each window, channel by channel, as {@link maxPool1d}: [batch, height, width, channels] →
 * [batch, places, places, channels].
 *
 * @example maxPool2d(2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export const maxPool2d: MaxPoolMaker<'maxPool2d', Picture, Sizes2d> = (window, options = {}) =>
  new MaxPool('maxPool2d', 'batch, height, width', window, options as PoolOptions)

/**
 * A layer that keeps the largest value of each window, channel by channel, as {@link maxPool1d}: [batch, depth, height, width, channels] →
 * [batch, places, places, places, channels].
 *
 * @example maxPool3d(2).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export const maxPool3d: MaxPoolMaker<'maxPool3d', Volume, Sizes3d> = (window, options = {}) =>
  new MaxPool('maxPool3d', 'batch, depth, height, width', window, options as PoolOptions)
