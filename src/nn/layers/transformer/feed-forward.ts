import { expectFunction } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import { Tensor } from '../../../tensor/tensor.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'
import { relu } from '../activation/activations.js'
import { type Linear, linear } from '../linear/linear.js'
import { Dropout } from '../regularization/dropout.js'

export interface FeedForwardOptions {
  /** How many values there are in between; 4 · width. */
  readonly hidden?: number
  /** What is done with them, such as `nn.gelu`; `nn.relu`. */
  readonly activation?: (x: Tensor) => Tensor
  /** Whether the activated values are multiplied with others, as in SwiGLU (Shazeer, 2020); false. */
  readonly gated?: boolean
  /** The part of the values in between that is set to 0 while training; 0. */
  readonly dropout?: number
  /** true */
  readonly bias?: boolean
  /** float32 */
  readonly dtype?: DType
}

/** See {@link feedForward}. */
export class FeedForward<Width extends number = number> extends Layer<KeptShape<'feedForward', '...', Width>> {
  readonly inner: Linear<Width, number>
  readonly outer: Linear<number, Width>
  readonly dropout: Dropout | undefined
  readonly gated: boolean
  readonly #activation: (x: Tensor) => Tensor

  constructor(
    readonly width: Width,
    options: FeedForwardOptions = {},
  ) {
    super()
    const known = { hidden: true, activation: true, gated: true, dropout: true, bias: true, dtype: true } as const
    checkOptions('feedForward', options, known)
    const {
      hidden = 4 * width,
      activation = relu,
      gated = false,
      dropout = 0,
      bias = true,
      dtype = 'float32',
    } = options
    expectFunction('feedForward', 'the activation', activation)
    this.inner = linear(width, gated ? 2 * hidden : hidden, { bias, dtype })
    this.outer = linear(hidden, width, { bias, dtype })
    this.dropout = dropout === 0 ? undefined : new Dropout(dropout)
    this.gated = gated
    this.#activation = activation
  }

  protected run(x: Node): Node {
    const inner: Tensor = this.inner.forward(new Tensor(x) as Tensor)
    const activated = this.gated ? this.#gate(inner) : this.#activation(inner)
    return this.outer.forward(this.dropout === undefined ? activated : this.dropout.forward(activated)).node
  }

  #gate(x: Tensor): Tensor {
    const [gates, values] = x.split(2, -1)
    return this.#activation(gates).mul(values)
  }

  protected override describe(): string {
    return `${this.width} → ${this.outer.inputs} → ${this.width}${this.gated ? ', gated' : ''}`
  }
}

/**
 * Two linear layers with an activation between them, for each element by itself: from […, width] to the same.
 * (Vaswani et al., "Attention is all you need", 2017.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example feedForward(16, { hidden: 64, activation: gelu }).forward(zeros([2, 7, 16])) // [2, 7, 16] → [2, 7, 16]
 */
export const feedForward = <Width extends number>(width: Width, options: FeedForwardOptions = {}): FeedForward<Width> =>
  new FeedForward(width, options)
