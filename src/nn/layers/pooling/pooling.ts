import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import * as ops from '../../../operations/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { PoolingShape } from '../../types/layers.js'
import type { Picture, Sizes2d, Windows } from '../../types/windows.js'

export interface Pool2dOptions<Stride extends Sizes2d = Sizes2d, Padding extends WindowPadding = WindowPadding> {
  /** Distance between windows, for both axes or each; the size of the window, so that they touch. */
  readonly stride?: Stride
  /** Margin around the picture: 'valid' for none, 'same' for ⌈size / stride⌉ places, or how much; 'valid'. */
  readonly padding?: Padding
}

abstract class Pool2d<Name extends string, W extends Windows> extends Layer<PoolingShape<Name, Picture, W>> {
  protected readonly options: ops.PoolOptions

  constructor(
    protected readonly operation: Name,
    readonly window: Sizes2d,
    options: Pool2dOptions = {},
  ) {
    super()
    checkOptions(operation, options, { stride: true, padding: true })
    const { stride = window, padding = 'valid' } = options
    for (const size of [window].flat()) expectCount(operation, 'rows or columns of the window', size)
    this.options = { stride, padding }
  }

  protected abstract pool(x: Node): Node

  protected run(x: Node): Node {
    if (x.rank !== 4) {
      failShape(
        this.operation,
        `${this.label} takes [batch, height, width, channels], it is given ${formatShape(x.shape)}`,
        'Add missing axes of size 1 with unsqueeze.',
      )
    }
    return this.pool(x)
  }

  protected override describe(): string {
    const { stride, padding } = this.options
    const [height, width] = typeof this.window === 'number' ? [this.window, this.window] : this.window
    const options = [
      stride !== this.window && `stride ${stride}`,
      padding !== 'valid' && `padding ${JSON.stringify(padding)}`,
    ]
    return [`${height}×${width}`, ...options].filter(Boolean).join(', ')
  }
}

/** See {@link maxPool2d}. */
export class MaxPool2d<W extends Windows = Windows> extends Pool2d<'maxPool2d', W> {
  constructor(window: Sizes2d, options: Pool2dOptions = {}) {
    super('maxPool2d', window, options)
  }

  protected pool(x: Node): Node {
    return ops.maxPool(x, this.window, this.options)
  }
}

/** See {@link avgPool2d}. */
export class AvgPool2d<W extends Windows = Windows> extends Pool2d<'avgPool2d', W> {
  constructor(window: Sizes2d, options: Pool2dOptions = {}) {
    super('avgPool2d', window, options)
  }

  protected pool(x: Node): Node {
    return ops.avgPool(x, this.window, this.options)
  }
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
  options: Pool2dOptions<Stride, Padding> = {},
): MaxPool2d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new MaxPool2d(window, options)
}

/**
 * A layer that takes the mean of each window, channel by channel: [batch, height, width, channels] →
 * [batch, places, places, channels]. Padding counts as zeros.
 *
 * @example avgPool2d(2).forward(pictures) // [128, 28, 28, 6] → [128, 14, 14, 6]
 */
export function avgPool2d<
  const Window extends Sizes2d,
  const Stride extends Sizes2d = Window,
  const Padding extends WindowPadding = 'valid',
>(
  window: Window,
  options: Pool2dOptions<Stride, Padding> = {},
): AvgPool2d<{ window: Window; stride: Stride; padding: Padding; dilation: 1 }> {
  return new AvgPool2d(window, options)
}
