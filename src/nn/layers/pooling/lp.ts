import { expectNumber } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume, Windows } from '../../types/windows.js'
import { type Pooled, Pooling, type PoolOptions } from './pooling.js'

/** See {@link lpPool2d}. */
export class LpPool<
  Name extends string = string,
  Axes extends keyof Fronts = keyof Fronts,
  W extends Windows = Windows,
> extends Pooling<Name, Axes, W> {
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

/** What makes layers of a kind over some axes. */
export type LpPoolMaker<Name extends string, Axes extends keyof Fronts, Sizes extends ManySizes> = <
  const Window extends Sizes,
  const Stride extends Sizes = Window,
  const Padding extends WindowPadding = 'valid',
  const Ceil extends boolean = false,
>(
  p: number,
  window: Window,
  options?: PoolOptions<Stride, Padding, Ceil>,
) => LpPool<Name, Axes, Pooled<Window, Stride, Padding, Ceil>>

/**
 * A layer that takes (Σ xᵖ)^(1/p) of each window, channel by channel: [batch, length, channels] →
 * [batch, places, channels]. p = 1 gives sums; the larger p, the nearer to the largest value. Where p is not whole, values must not be
 * negative. (Gulcehre et al., "Learned-norm pooling for deep feedforward and recurrent neural networks", 2014.)
 *
 * @throws if p is not positive
 * @example lpPool1d(2, 2).forward(sequences) // [128, 100, 6] → [128, 50, 6]
 */
export const lpPool1d: LpPoolMaker<'lpPool1d', Sequence, Sizes1d> = (p, window, options = {}) =>
  new LpPool('lpPool1d', 'batch, length', p, window, options as PoolOptions)

/**
 * A layer that takes (Σ xᵖ)^(1/p) of each window, channel by channel, as {@link lpPool1d}: [batch, height, width, channels] →
 * [batch, places, places, channels].
 *
 * @throws if p is not positive
 * @example lpPool2d(2, 2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export const lpPool2d: LpPoolMaker<'lpPool2d', Picture, Sizes2d> = (p, window, options = {}) =>
  new LpPool('lpPool2d', 'batch, height, width', p, window, options as PoolOptions)

/**
 * A layer that takes (Σ xᵖ)^(1/p) of each window, channel by channel, as {@link lpPool1d}: [batch, depth, height, width, channels] →
 * [batch, places, places, places, channels].
 *
 * @throws if p is not positive
 * @example lpPool3d(2, 2).forward(volumes) // [2, 16, 16, 16, 1] → [2, 8, 8, 8, 1]
 */
export const lpPool3d: LpPoolMaker<'lpPool3d', Volume, Sizes3d> = (p, window, options = {}) =>
  new LpPool('lpPool3d', 'batch, depth, height, width', p, window, options as PoolOptions)
