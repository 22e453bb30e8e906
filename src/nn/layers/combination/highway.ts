import { expectFunction } from '../../../core/arguments.js'
import type { DType } from '../../../core/dtype.js'
import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import { constant } from '../../initializers.js'
import { Layer } from '../../layer.js'
import type { KeptShape } from '../../types/sequences.js'
import { relu } from '../activation/activations.js'
import { type Linear, linear } from '../linear/linear.js'

export interface HighwayOptions {
  /** What is done with the transformed values; `nn.relu`. */
  readonly activation?: (x: Tensor) => Tensor
  /** The first bias of the gates: below 0 they let the input pass; −1. */
  readonly gateBias?: number
  /** float32 */
  readonly dtype?: DType
}

/** See {@link highway}. */
export class Highway<Width extends number = number> extends Layer<KeptShape<'highway', '...', Width>> {
  readonly transform: Linear<Width, Width>
  readonly gate: Linear<Width, Width>
  readonly #activation: (x: Tensor) => Tensor

  constructor(
    readonly width: Width,
    options: HighwayOptions = {},
  ) {
    super()
    checkOptions('highway', options, { activation: true, gateBias: true, dtype: true })
    const { activation = relu, gateBias = -1, dtype = 'float32' } = options
    expectFunction('highway', 'the activation', activation)
    this.transform = linear(width, width, { dtype })
    this.gate = linear(width, width, { dtype, biasInitializer: constant(gateBias) })
    this.#activation = activation
  }

  protected run(x: Node): Node {
    const input = new Tensor(x) as Tensor
    const changed = this.#activation(this.transform.forward(input)).node
    const gate = ops.sigmoid(this.gate.forward(input).node)
    return ops.add(x, ops.mul(gate, ops.sub(changed, x)))
  }

  protected override describe(): string {
    return String(this.width)
  }
}

/**
 * A layer with gates that choose between the input and what is made of it: y = t · activation(x · W + b) + (1 − t) · x with
 * t = sigmoid(x · V + c), from […, width] to the same. (Srivastava et al., "Highway networks", 2015.)
 *
 * @throws if the width is not a whole number of at least 1
 * @example highway(8).forward(zeros([2, 8])) // [2, 8] → [2, 8]
 */
export const highway = <Width extends number>(width: Width, options: HighwayOptions = {}): Highway<Width> =>
  new Highway(width, options)
