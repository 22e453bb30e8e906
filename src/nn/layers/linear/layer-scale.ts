import type { DType } from '../../../core/dtype.js'
import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { constant } from '../../initializers.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'

export interface LayerScaleOptions {
  /** The first factor of all channels; 10⁻⁶. */
  readonly initial?: number
  /** float32 */
  readonly dtype?: DType
}

/** See {@link layerScale}. */
export class LayerScale<Width extends number = number> extends Layer<KeptShape<'layerScale', '...', Width>> {
  /** [width] */
  readonly weight: Parameter<[Width]>

  constructor(
    readonly width: Width,
    options: LayerScaleOptions = {},
  ) {
    super()
    checkOptions('layerScale', options, { initial: true, dtype: true })
    expectCount('layerScale', 'channels', width)
    const { initial = 1e-6, dtype = 'float32' } = options
    this.weight = new Parameter(constant(initial)([width], dtype), 'weight')
  }

  protected run(x: Node): Node {
    if (x.rank === 0 || x.shape[x.rank - 1] !== this.width) {
      failShape(
        'layerScale',
        `${this.label} takes […, ${this.width}], it is given ${formatShape(x.shape)}`,
        'Channels are the last axis.',
      )
    }
    return ops.mul(x, this.weight.node)
  }

  protected override describe(): string {
    return String(this.width)
  }
}

/**
 * A layer that multiplies each channel by a trained factor, which begins close to 0: at the end of a residual branch the network is
 * the identity at first, however deep. From […, width] to the same.
 * (Touvron et al., "Going deeper with image transformers", 2021.)
 *
 * @throws if the width is not a whole number of at least 1
 * @example sequential(linear(8, 32), gelu(), linear(32, 8), layerScale(8))
 */
export const layerScale = <Width extends number>(width: Width, options: LayerScaleOptions = {}): LayerScale<Width> =>
  new LayerScale(width, options)
