import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Apply, ApplyProblem, Shape, Unless } from '../../../tensor/types/index.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'
import { Module } from '../../module.js'
import type { UnpooledShape } from '../../types/resampling.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Picture, Sequence, Sizes1d, Sizes2d, Sizes3d, Volume } from '../../types/windows.js'
import { expectAxes, onAxes } from '../axes.js'

export interface UnpoolOptions<Stride = ManySizes, Padding extends number = number> {
  /** Distance between the windows that were pooled; the size of the window. */
  readonly stride?: Stride
  /** Margin that was around the picture; 0. */
  readonly padding?: Padding
}

abstract class MaxUnpool<
  Name extends string,
  Axes extends keyof Fronts,
  Window,
  Stride,
  Padding extends number,
> extends Module {
  readonly #windows: { readonly window: number[]; readonly stride: number[]; readonly padding: number }

  constructor(
    protected readonly operation: Name,
    protected readonly axes: Axes,
    window: ManySizes,
    options: UnpoolOptions,
  ) {
    super()
    checkOptions(operation, options, { stride: true, padding: true })
    const { padding = 0 } = options
    const sizes = onAxes(operation, 'the window', window, axes)
    const stride = onAxes(operation, 'the stride', options.stride ?? window, axes)
    for (const size of [...sizes, ...stride]) expectCount(operation, 'elements along an axis', size)
    if (padding !== 0) expectCount(operation, 'elements of the margin', padding)
    this.#windows = { window: sizes, stride, padding }
  }

  /**
   * The values at their places, zeros elsewhere.
   *
   * @param indices as maxPool….forwardWithIndices gives them
   * @param size of the picture that was pooled, where it is not (places − 1) · stride + window − 2 · padding
   */
  forward<S extends Shape>(
    values: Unless<ApplyProblem<UnpooledShape<Name, Axes, Window, Stride, Padding>, S>, Tensor<S>>,
    indices: Tensor,
    size?: readonly number[],
  ): Tensor<Apply<UnpooledShape<Name, Axes, Window, Stride, Padding>, S>> {
    const node = expectTensor(this.operation, 'the values', values)
    expectAxes(this.operation, this.label, node, this.axes)
    const { window, stride, padding } = this.#windows
    const whole = node.shape.slice(1, -1).map((n, i) => (n - 1) * stride[i] + window[i] - 2 * padding)
    return wrap(ops.maxUnpool(node, expectTensor(this.operation, 'the indices', indices), size ?? whole))
  }

  protected override describe(): string {
    return formatShape(this.#windows.window)
  }
}

/** See {@link maxUnpool1d}. */
export class MaxUnpool1d<Window = ManySizes, Stride = Window, Padding extends number = number> extends MaxUnpool<
  'maxUnpool1d',
  Sequence,
  Window,
  Stride,
  Padding
> {
  constructor(window: Sizes1d, options: UnpoolOptions = {}) {
    super('maxUnpool1d', 'batch, length', window, options)
  }
}

/** See {@link maxUnpool2d}. */
export class MaxUnpool2d<Window = ManySizes, Stride = Window, Padding extends number = number> extends MaxUnpool<
  'maxUnpool2d',
  Picture,
  Window,
  Stride,
  Padding
> {
  constructor(window: Sizes2d, options: UnpoolOptions = {}) {
    super('maxUnpool2d', 'batch, height, width', window, options)
  }
}

/** See {@link maxUnpool3d}. */
export class MaxUnpool3d<Window = ManySizes, Stride = Window, Padding extends number = number> extends MaxUnpool<
  'maxUnpool3d',
  Volume,
  Window,
  Stride,
  Padding
> {
  constructor(window: Sizes3d, options: UnpoolOptions = {}) {
    super('maxUnpool3d', 'batch, depth, height, width', window, options)
  }
}

/**
 * The way back from {@link maxPool1d}: values return to the places that they came from, zeros stand elsewhere:
 * [batch, places, channels] → [batch, length, channels].
 * (Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example
 * const { values, indices } = maxPool1d(2).forwardWithIndices(sequences)
 * maxUnpool1d(2).forward(values, indices) // → [128, 100, 6]
 */
export function maxUnpool1d<
  const Window extends Sizes1d,
  const Stride extends Sizes1d = Window,
  Padding extends number = 0,
>(window: Window, options: UnpoolOptions<Stride, Padding> = {}): MaxUnpool1d<Window, Stride, Padding> {
  return new MaxUnpool1d(window, options as UnpoolOptions)
}

/**
 * The way back from {@link maxPool2d}: values return to the places that they came from, zeros stand elsewhere:
 * [batch, places, places, channels] → [batch, height, width, channels].
 * (Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example
 * const { values, indices } = maxPool2d(2).forwardWithIndices(pictures)
 * maxUnpool2d(2).forward(values, indices) // → [128, 28, 28, 6]
 */
export function maxUnpool2d<
  const Window extends Sizes2d,
  const Stride extends Sizes2d = Window,
  Padding extends number = 0,
>(window: Window, options: UnpoolOptions<Stride, Padding> = {}): MaxUnpool2d<Window, Stride, Padding> {
  return new MaxUnpool2d(window, options as UnpoolOptions)
}

/**
 * The way back from {@link maxPool3d}: values return to the places that they came from, zeros stand elsewhere:
 * [batch, places, places, places, channels] → [batch, depth, height, width, channels].
 * (Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example
 * const { values, indices } = maxPool3d(2).forwardWithIndices(volumes)
 * maxUnpool3d(2).forward(values, indices) // → [2, 16, 16, 16, 1]
 */
export function maxUnpool3d<
  const Window extends Sizes3d,
  const Stride extends Sizes3d = Window,
  Padding extends number = 0,
>(window: Window, options: UnpoolOptions<Stride, Padding> = {}): MaxUnpool3d<Window, Stride, Padding> {
  return new MaxUnpool3d(window, options as UnpoolOptions)
}
