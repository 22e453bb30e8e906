import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { Pooling, type PoolOptions, poolOptions } from './pooling.js'

export interface AvgPoolOptions<Stride = ManySizes, Padding extends WindowPadding = WindowPadding>
  extends PoolOptions<Stride, Padding> {
  /** Whether padding counts as zeros; true. Otherwise windows at the rim average the values that they have. */
  readonly countPadding?: boolean
}

abstract class AvgPool<Name extends string, Axes extends keyof Fronts, W extends Windows> extends Pooling<
  Name,
  Axes,
  W
> {
  readonly #countPadding: boolean

  constructor(operation: Name, axes: Axes, window: ManySizes, options: AvgPoolOptions) {
    super(operation, axes, window, options, { ...poolOptions, countPadding: true } as typeof poolOptions)
    this.#countPadding = options.countPadding ?? true
  }

  protected pool(x: Node): Node {
    return ops.avgPool(x, this.window, { ...this.options, countPadding: this.#countPadding })
  }
}

/** See {@link avgPool1d}. */
export class AvgPool1d<W extends Windows = Windows> extends AvgPool<'avgPool1d', Sequence, W> {
  constructor(window: Sizes1d, options: AvgPoolOptions = {}) {
    super('avgPool1d', 'batch, length', window, options)
  }
}

/** See {@link avgPool2d}. */
export class AvgPool2d<W extends Windows = Windows> extends AvgPool<'avgPool2d', Picture, W> {
  constructor(window: Sizes2d, options: AvgPoolOptions = {}) {
    super('avgPool2d', 'batch, height, width', window, options)
  }
}

/** See {@link avgPool3d}. */
export class AvgPool3d<W extends Windows = Windows> extends AvgPool<'avgPool3d', Volume, W> {
  constructor(window: Sizes3d, options: AvgPoolOptions = {}) {
    super('avgPool3d', 'batch, depth, height, width', window, options)
  }
}

/**
 * A layer that takes the mean of each window, channel by channel: [batch, length, channels] →
 * [batch, places, channels]. Padding counts as zeros, unless `countPadding` is false.
 *
 * @example avgPool1d(2).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export function avgPool1d<
  const Window extends Sizes1d,
  const Stride extends Sizes1d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: AvgPoolOptions<Stride, Padding> = {},
): AvgPool1d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new AvgPool1d(window, options as AvgPoolOptions)
}

/**
 * A layer that takes the mean of each window, channel by channel: [batch, height, width, channels] →
 * [batch, places, places, channels]. Padding counts as zeros, unless `countPadding` is false.
 *
 * @example avgPool2d(2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export function avgPool2d<
  const Window extends Sizes2d,
  const Stride extends Sizes2d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: AvgPoolOptions<Stride, Padding> = {},
): AvgPool2d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new AvgPool2d(window, options as AvgPoolOptions)
}

/**
 * A layer that takes the mean of each window, channel by channel: [batch, depth, height, width, channels] →
 * [batch, places, places, places, channels]. Padding counts as zeros, unless `countPadding` is false.
 *
 * @example avgPool3d(2).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export function avgPool3d<
  const Window extends Sizes3d,
  const Stride extends Sizes3d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: AvgPoolOptions<Stride, Padding> = {},
): AvgPool3d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new AvgPool3d(window, options as AvgPoolOptions)
}
