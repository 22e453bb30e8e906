import { expectBoolean } from '../../../core/arguments.js'
import { checkOptions, type OptionNames } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { PoolingShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Windows } from '../../types/windows.js'
import { expectAxes, onAxes, sizesText } from '../axes.js'

export interface PoolOptions<Stride = ManySizes, Padding extends WindowPadding = WindowPadding, Ceil = boolean> {
  /** Distance between windows, for all axes or each; the size of the window, so that they touch. */
  readonly stride?: Stride
  /** Margin around the picture: 'valid' for none, 'same' for ⌈size / stride⌉ places, or how much; 'valid'. */
  readonly padding?: Padding
  /** Whether there is a place for what remains behind the last whole window, as long as it begins in the picture or the margin before it; false. */
  readonly ceilMode?: Ceil
}

export const poolOptions: OptionNames<PoolOptions> = { stride: true, padding: true, ceilMode: true }

/** The windows of a pooling layer. */
export interface Pooled<Window extends ManySizes, Stride extends ManySizes, Padding extends WindowPadding, Ceil> {
  readonly window: Window
  readonly stride: Stride
  readonly padding: Padding
  readonly dilation: 1
  readonly ceil: Ceil
}

/** What pooling of all kinds has: windows over spatial axes, channel by channel. */
export abstract class Pooling<Name extends string, Axes extends keyof Fronts, W extends Windows> extends Layer<
  PoolingShape<Name, Axes, W>
> {
  protected readonly options: Required<PoolOptions>

  constructor(
    protected readonly operation: Name,
    protected readonly axes: Axes,
    readonly window: ManySizes,
    options: PoolOptions,
    known: OptionNames<PoolOptions> = poolOptions,
  ) {
    super()
    checkOptions<PoolOptions>(operation, options, known)
    const { stride = window, padding = 'valid', ceilMode = false } = options
    for (const size of onAxes(operation, 'the window', window, axes)) {
      expectCount(operation, 'elements of the window along an axis', size)
    }
    this.options = { stride, padding, ceilMode: expectBoolean(operation, 'ceilMode', ceilMode) }
  }

  protected abstract pool(x: Node): Node

  protected run(x: Node): Node {
    expectAxes(this.operation, this.label, x, this.axes)
    return this.pool(x)
  }

  protected override describe(): string {
    const { stride, padding, ceilMode } = this.options
    const options = [
      sizesText(stride) !== sizesText(this.window) && `stride ${sizesText(stride)}`,
      padding !== 'valid' && `padding ${JSON.stringify(padding)}`,
      ceilMode && 'ceil mode',
    ]
    return [onAxes(this.operation, 'the window', this.window, this.axes).join('×'), ...options]
      .filter(Boolean)
      .join(', ')
  }
}
