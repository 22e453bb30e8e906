import { expectFunction } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape, range } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'
import { relu, sigmoid } from '../activation/activations.js'
import { type Linear, linear } from '../linear/linear.js'

export interface SqueezeExcitationOptions {
  /** How many times fewer values there are in between; 16. */
  readonly reduction?: number
  /** How many there are in between, instead of a reduction. */
  readonly hidden?: number
  /** What is done with the values in between; `nn.relu`. */
  readonly activation?: (x: Tensor) => Tensor
  /** What makes factors of the values at the end; `nn.sigmoid`. */
  readonly gate?: (x: Tensor) => Tensor
  /** float32 */
  readonly dtype?: DType
}

/** See {@link squeezeExcitation}. */
export class SqueezeExcitation<Channels extends number = number> extends Layer<
  KeptShape<'squeezeExcitation', '...', Channels>
> {
  readonly squeeze: Linear<Channels, number>
  readonly excite: Linear<number, Channels>
  readonly #activation: (x: Tensor) => Tensor
  readonly #gate: (x: Tensor) => Tensor

  constructor(
    readonly channels: Channels,
    options: SqueezeExcitationOptions = {},
  ) {
    super()
    checkOptions('squeezeExcitation', options, {
      ...{ reduction: true, hidden: true, activation: true, gate: true, dtype: true },
    })
    const { reduction = 16, activation = relu, gate = sigmoid, dtype = 'float32' } = options
    expectCount('squeezeExcitation', 'channels', channels)
    expectCount('squeezeExcitation', 'channels for each value in between', reduction)
    expectFunction('squeezeExcitation', 'the activation', activation)
    expectFunction('squeezeExcitation', 'the gate', gate)
    const { hidden = Math.max(1, Math.floor(channels / reduction)) } = options
    expectCount('squeezeExcitation', 'values in between', hidden)
    this.#activation = activation
    this.#gate = gate
    this.squeeze = linear(channels, hidden, { dtype })
    this.excite = linear(hidden, channels, { dtype })
  }

  protected run(x: Node): Node {
    if (x.rank < 3 || x.shape[x.rank - 1] !== this.channels) {
      failShape(
        'squeezeExcitation',
        `${this.label} takes [batch, …places, ${this.channels}], it is given ${formatShape(x.shape)}`,
        'Channels are the last axis.',
      )
    }
    const places = range(x.rank).slice(1, -1)
    const summary = new Tensor(ops.mean(x, places, { keepDims: true })) as Tensor
    const hidden = this.#activation(this.squeeze.forward(summary))
    return ops.mul(x, this.#gate(this.excite.forward(hidden)).node)
  }

  protected override describe(): string {
    return `${this.channels} → ${this.squeeze.outputs} → ${this.channels}`
  }
}

/**
 * A layer that makes channels stronger or weaker, by what there is of all of them in the whole picture:
 * y = x · gate(activation(mean(x) · W + b) · V + c), with relu and sigmoid, for [batch, …places, channels]. The shape stays.
 * (Hu et al., "Squeeze-and-excitation networks", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example squeezeExcitation(32).forward(zeros([2, 8, 8, 32])) // [2, 8, 8, 32] → [2, 8, 8, 32]
 */
export const squeezeExcitation = <Channels extends number>(
  channels: Channels,
  options: SqueezeExcitationOptions = {},
): SqueezeExcitation<Channels> => new SqueezeExcitation(channels, options)
