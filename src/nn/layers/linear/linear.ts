import type { DType } from '../../../core/dtype.js'
import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { expectCount } from '../../counts.js'
import { fanInUniform, type Initializer } from '../../initializers.js'
import { Layer } from '../../layer.js'
import type { LinearShape } from '../../types/layers.js'

export interface LinearOptions {
  /** Whether something is added to the products; true. */
  readonly bias?: boolean
  /** The first weights; uniform in ±1/√inputs. */
  readonly initializer?: Initializer
  /** The first bias; uniform in ±1/√inputs. */
  readonly biasInitializer?: Initializer
  /** float32 */
  readonly dtype?: DType
}

/** See {@link linear}. */
export class Linear<Inputs extends number = number, Outputs extends number = number> extends Layer<
  LinearShape<Inputs, Outputs>
> {
  /** [inputs, outputs] */
  readonly weight: Parameter<[Inputs, Outputs]>
  /** [outputs] */
  readonly bias: Parameter<[Outputs]> | undefined

  constructor(
    readonly inputs: Inputs,
    readonly outputs: Outputs,
    options: LinearOptions = {},
  ) {
    super()
    checkOptions('linear', options, { bias: true, initializer: true, biasInitializer: true, dtype: true })
    expectCount('linear', 'inputs', inputs)
    expectCount('linear', 'outputs', outputs)
    const { bias = true, initializer = fanInUniform(), biasInitializer = fanInUniform(inputs) } = options
    const { dtype = 'float32' } = options
    this.weight = new Parameter(initializer([inputs, outputs], dtype), 'weight')
    this.bias = bias ? new Parameter(biasInitializer([outputs], dtype), 'bias') : undefined
  }

  protected run(x: Node): Node {
    if (x.shape[x.rank - 1] !== this.inputs) {
      failShape(
        'linear',
        `${this.label} takes […, ${this.inputs}], it is given ${formatShape(x.shape)}`,
        'The last axis must have as many elements as the layer has inputs; flatten pictures first.',
      )
    }
    const products = ops.matmul(x, this.weight.node)
    return this.bias === undefined ? products : ops.add(products, this.bias.node)
  }

  protected override describe(): string {
    return `${this.inputs} → ${this.outputs}${this.bias === undefined ? ', no bias' : ''}`
  }
}

/**
 * A layer in which every output sees every input: y = x · weight + bias, from […, inputs] to […, outputs].
 *
 * @throws if a number is not a whole one of at least 1
 * @example
 * const layer = linear(784, 10)
 * layer.forward(pictures) // [128, 784] → [128, 10]
 */
export function linear<Inputs extends number, Outputs extends number>(
  inputs: Inputs,
  outputs: Outputs,
  options: LinearOptions = {},
): Linear<Inputs, Outputs> {
  return new Linear(inputs, outputs, options)
}
