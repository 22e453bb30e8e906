import { expectNumber } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { Pooling, type PoolOptions } from './pooling.js'

abstract class LpPool<Name extends string, Axes extends keyof Fronts, W extends Windows> extends Pooling<
  Name,
  Axes,
  W
> {
  readonly p: number

  constructor(operation: Name, axes: Axes, p: number, window: ManySizes, options: PoolOptions) {
    super(operation, axes, window, options)
    this.p = expectNumber(operation, 'the exponent', p)
    if (!(p > 0 && p < Infinity)) fail(`${operation}: the exponent is ${p}`, 'Give a positive number.')
  }

  protected pool(x: Node): Node {
    return ops.lpPool(x, this.p, this.window, this.options)
  }

  protected override describe(): string {
    return `p ${this.p}, ${super.describe()}`
  }
}

/** See {@link lpPool1d}. */
export class LpPool1d<W extends Windows = Windows> extends LpPool<'lpPool1d', Sequence, W> {
  constructor(p: number, window: Sizes1d, options: PoolOptions = {}) {
    super('lpPool1d', 'batch, length', p, window, options)
  }
}

/** See {@link lpPool2d}. */
export class LpPool2d<W extends Windows = Windows> extends LpPool<'lpPool2d', Picture, W> {
  constructor(p: number, window: Sizes2d, options: PoolOptions = {}) {
    super('lpPool2d', 'batch, height, width', p, window, options)
  }
}

/** See {@link lpPool3d}. */
export class LpPool3d<W extends Windows = Windows> extends LpPool<'lpPool3d', Volume, W> {
  constructor(p: number, window: Sizes3d, options: PoolOptions = {}) {
    super('lpPool3d', 'batch, depth, height, width', p, window, options)
  }
}

/**
 * A layer that takes (Σ xᵖ)^(1/p) of each window, channel by channel: [batch, length, channels] →
 * [batch, places, channels]. p = 1 gives sums; the larger p, the nearer to the largest value. Where p is not whole, values must not be
 * negative. (Gulcehre et al., "Learned-norm pooling for deep feedforward and recurrent neural networks", 2014.)
 *
 * @throws if p is not positive
 * @example lpPool1d(2, 2).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export function lpPool1d<
  const Window extends Sizes1d,
  const Stride extends Sizes1d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  p: number,
  window: Window,
  options: PoolOptions<Stride, Padding> = {},
): LpPool1d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new LpPool1d(p, window, options as PoolOptions)
}

/**
 * A layer that takes (Σ xᵖ)^(1/p) of each window, channel by channel: [batch, height, width, channels] →
 * [batch, places, places, channels]. p = 1 gives sums; the larger p, the nearer to the largest value. Where p is not whole, values must not be
 * negative. (Gulcehre et al., "Learned-norm pooling for deep feedforward and recurrent neural networks", 2014.)
 *
 * @throws if p is not positive
 * @example lpPool2d(2, 2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export function lpPool2d<
  const Window extends Sizes2d,
  const Stride extends Sizes2d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  p: number,
  window: Window,
  options: PoolOptions<Stride, Padding> = {},
): LpPool2d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new LpPool2d(p, window, options as PoolOptions)
}

/**
 * A layer that takes (Σ xᵖ)^(1/p) of each window, channel by channel: [batch, depth, height, width, channels] →
 * [batch, places, places, places, channels]. p = 1 gives sums; the larger p, the nearer to the largest value. Where p is not whole, values must not be
 * negative. (Gulcehre et al., "Learned-norm pooling for deep feedforward and recurrent neural networks", 2014.)
 *
 * @throws if p is not positive
 * @example lpPool3d(2, 2).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export function lpPool3d<
  const Window extends Sizes3d,
  const Stride extends Sizes3d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  p: number,
  window: Window,
  options: PoolOptions<Stride, Padding> = {},
): LpPool3d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new LpPool3d(p, window, options as PoolOptions)
}
