import { expectNumber } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { fail, failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { uniform } from '../../../tensor/random.js'
import type { SameShape } from '../../../tensor/types/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { constant } from '../../initializers.js'
import { Layer } from '../../layer.js'

export interface PReluOptions {
  /** How many slopes there are, one for each channel of the last axis, or one for all; 1. */
  readonly channels?: number
  /** The first slope; ¼. */
  readonly slope?: number
  /** float32 */
  readonly dtype?: DType
}

/** See {@link pRelu}. */
export class PRelu extends Layer<SameShape> {
  /** [channels] */
  readonly weight: Parameter

  constructor(options: PReluOptions = {}) {
    super()
    checkOptions('pRelu', options, { channels: true, slope: true, dtype: true })
    const { channels = 1, slope = 0.25, dtype = 'float32' } = options
    expectCount('pRelu', 'channels', channels)
    this.weight = new Parameter(constant(slope)([channels], dtype), 'weight')
  }

  protected run(x: Node): Node {
    const [channels] = this.weight.shape
    if (channels !== 1 && x.shape[x.rank - 1] !== channels) {
      failShape(
        'pRelu',
        `${this.label} takes […, ${channels}], it is given ${formatShape(x.shape)}`,
        'There is a slope for each channel, the last axis.',
      )
    }
    return ops.leakyRelu(x, channels === 1 ? ops.reshape(this.weight.node, []) : this.weight.node)
  }

  protected override describe(): string {
    return this.weight.shape[0] === 1 ? '' : String(this.weight.shape[0])
  }
}

/**
 * A layer that gives x where it is positive and slope · x elsewhere, with trained slopes: one, or one for each channel.
 * (He et al., "Delving deep into rectifiers", 2015.)
 *
 * @throws if the number of channels is not a whole one of at least 1
 * @example pRelu({ channels: 6 }).forward(zeros([2, 28, 28, 6])) // [2, 28, 28, 6] → [2, 28, 28, 6]
 */
export const pRelu = (options: PReluOptions = {}): PRelu => new PRelu(options)

/** See {@link rRelu}. */
export class RRelu extends Layer<SameShape> {
  constructor(
    readonly low: number,
    readonly high: number,
  ) {
    super()
    for (const end of [low, high]) expectNumber('rRelu', 'an end of the slopes', end)
    if (!(low <= high)) fail(`rRelu: there are no slopes from ${low} to ${high}`, 'Give the smaller one first.')
  }

  protected run(x: Node): Node {
    const { low, high } = this
    if (!this.training) return ops.leakyRelu(x, (low + high) / 2)
    const slopes = ops.cast(uniform(x.shape, { low, high }).node, x.dtype)
    return ops.leakyRelu(x, slopes)
  }

  protected override describe(): string {
    return `${this.low} … ${this.high}`
  }
}

/**
 * A layer that gives x where it is positive and slope · x elsewhere. While training slopes are drawn anew for each element, uniform in
 * low … high; else it is their mean. (Xu et al., "Empirical evaluation of rectified activations in convolutional network", 2015.)
 *
 * @throws if low is above high
 * @example rRelu().forward(zeros([2, 3])) // [2, 3] → [2, 3]
 */
export const rRelu = (low = 1 / 8, high = 1 / 3): RRelu => new RRelu(low, high)
