import { checkOptions, type OptionNames } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import type { WindowPadding } from '../../../operations/index.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { PoolingShape } from '../../types/layers.js'
import type { Fronts } from '../../types/sizes.js'
import type { ManySizes, Windows } from '../../types/windows.js'
import { expectAxes, onAxes, sizesText } from '../axes.js'

export interface PoolOptions<Stride = ManySizes, Padding extends WindowPadding = WindowPadding> {
  /** Distance between windows, for all axes or each; the size of the window, so that they touch. */
  readonly stride?: Stride
  /** Margin around the picture: 'valid' for none, 'same' for ⌈size / stride⌉ places, or how much; 'valid'. */
  readonly padding?: Padding
}

export const poolOptions: OptionNames<PoolOptions> = { stride: true, padding: true }

/** What pooling of all kinds has: windows over spatial axes, channel by channel. */
export abstract class Pooling<Name extends string, Axes extends keyof Fronts, W extends Windows> extends Layer<
  PoolingShape<Name, Axes, W>
> {
  protected readonly options: { readonly stride: ManySizes; readonly padding: WindowPadding }

  constructor(
    protected readonly operation: Name,
    protected readonly axes: Axes,
    readonly window: ManySizes,
    options: PoolOptions,
    known: OptionNames<PoolOptions> = poolOptions,
  ) {
    super()
    checkOptions<PoolOptions>(operation, options, known)
    const { stride = window, padding = 'valid' } = options
    for (const size of onAxes(operation, 'the window', window, axes)) {
      expectCount(operation, 'elements of the window along an axis', size)
    }
    this.options = { stride, padding }
  }

  protected abstract pool(x: Node): Node

  protected run(x: Node): Node {
    expectAxes(this.operation, this.label, x, this.axes)
    return this.pool(x)
  }

  protected override describe(): string {
    const { stride, padding } = this.options
    const options = [
      sizesText(stride) !== sizesText(this.window) && `stride ${sizesText(stride)}`,
      padding !== 'valid' && `padding ${JSON.stringify(padding)}`,
    ]
    return [onAxes(this.operation, 'the window', this.window, this.axes).join('×'), ...options]
      .filter(Boolean)
      .join(', ')
  }
}
