import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { type Pooled, Pooling, type PoolOptions, poolOptions } from './pooling.js'

export interface AvgPoolOptions<Stride = ManySizes, Padding extends WindowPadding = WindowPadding, Ceil = boolean>
  extends PoolOptions<Stride, Padding, Ceil> {
  /** Whether padding counts as zeros; true. Otherwise windows at the rim average the values that they have. */
  readonly countPadding?: boolean
}

/** See {@link avgPool2d}. */
export class AvgPool<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  W extends Windows = Windows,
> extends Pooling<Name, Axes, W> {
  readonly #countPadding: boolean

  constructor(operation: Name, axes: Axes, window: ManySizes, options: AvgPoolOptions) {
    super(operation, axes, window, options, { ...poolOptions, countPadding: true } as typeof poolOptions)
    this.#countPadding = options.countPadding ?? true
  }

  protected pool(x: Node): Node {
    return ops.avgPool(x, this.window, { ...this.options, countPadding: this.#countPadding })
  }
}

/** What makes layers of a kind over some axes. */
export type AvgPoolMaker<Name extends string, Axes extends keyof Fronts, Sizes extends ManySizes> = <
  const Window extends Sizes,
  const Stride extends Sizes = Window,
  const Padding extends WindowPadding = 'valid',
  const Ceil extends boolean = false,
>(
  window: Window,
  options?: AvgPoolOptions<Stride, Padding, Ceil>,
) => AvgPool<Name, Axes, Pooled<Window, Stride, Padding, Ceil>>

/**
 * A layer that takes the mean of each window, channel by channel: [batch, length, channels] →
 * [batch, places, channels]. Padding counts as zeros, unless `countPadding` is false.
 *
 * @throws if a window, stride or padding is no whole number
 * @example avgPool1d(2).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export const avgPool1d: AvgPoolMaker<'avgPool1d', Sequence, Sizes1d> = (window, options = {}) =>
  new AvgPool('avgPool1d', 'batch, length', window, options as AvgPoolOptions)

/**
 * A layer that takes the mean of each window, channel by channel, as {@link avgPool1d}: [batch, height, width, channels] →
 * [batch, places, places, channels].
 *
 * @example avgPool2d(2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export const avgPool2d: AvgPoolMaker<'avgPool2d', Picture, Sizes2d> = (window, options = {}) =>
  new AvgPool('avgPool2d', 'batch, height, width', window, options as AvgPoolOptions)

/**
 * A layer that takes the mean of each window, channel by channel, as {@link avgPool1d}: [batch, depth, height, width, channels] →
 * [batch, places, places, places, channels].
 *
 * @example avgPool3d(2).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export const avgPool3d: AvgPoolMaker<'avgPool3d', Volume, Sizes3d> = (window, options = {}) =>
  new AvgPool('avgPool3d', 'batch, depth, height, width', window, options as AvgPoolOptions)
