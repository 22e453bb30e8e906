import { failShape } from '../../../core/errors.js'
import { checkOptions } from '../../../core/options.js'
import { formatShape } from '../../../core/shape.js'
import * as ops from '../../../operations/index.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import type { Tensor } from '../../../tensor/tensor.js'
import type { Shape, Unless } from '../../../tensor/types/index.js'
import { Parameter } from '../../../tensor/variable.js'
import { wrap } from '../../../tensor/wrap.js'
import { expectCount } from '../../counts.js'
import { fanInUniform } from '../../initializers.js'
import { Module } from '../../module.js'
import type { AllButLast, Takes } from '../../types/sizes.js'
import type { LinearOptions } from './linear.js'

/** See {@link bilinear}. */
export class Bilinear<
  First extends number = number,
  Second extends number = number,
  Outputs extends number = number,
> extends Module {
  /** [first inputs, second inputs, outputs] */
  readonly weight: Parameter<[First, Second, Outputs]>
  /** [outputs] */
  readonly bias: Parameter<[Outputs]> | undefined

  constructor(
    readonly first: First,
    readonly second: Second,
    readonly outputs: Outputs,
    options: LinearOptions = {},
  ) {
    super()
    checkOptions('bilinear', options, { bias: true, initializer: true, biasInitializer: true, dtype: true })
    expectCount('bilinear', 'first inputs', first)
    expectCount('bilinear', 'second inputs', second)
    expectCount('bilinear', 'outputs', outputs)
    const spread = fanInUniform(first)
    const { bias = true, initializer = spread, biasInitializer = spread, dtype = 'float32' } = options
    this.weight = new Parameter(initializer([first, second, outputs], dtype), 'weight')
    this.bias = bias ? new Parameter(biasInitializer([outputs], dtype), 'bias') : undefined
  }

  /** The outputs for two inputs with the same axes before the last. */
  forward<S extends Shape, T extends Shape>(
    x: Unless<Takes<'bilinear', '...', First, S>, Tensor<S>>,
    y: Unless<Takes<'bilinear', '...', Second, T>, Tensor<T>>,
  ): Tensor<[...AllButLast<S>, Outputs]> {
    const { first, second, outputs } = this
    const a = expectTensor('bilinear', 'the first input', x)
    const b = expectTensor('bilinear', 'the second input', y)
    const leading = a.shape.slice(0, -1)
    if (
      formatShape([...leading, first]) !== formatShape(a.shape) ||
      formatShape([...leading, second]) !== formatShape(b.shape)
    ) {
      failShape(
        'bilinear',
        `${this.label} takes […, ${first}] and […, ${second}], it is given ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
        'The axes before the last are the same.',
      )
    }
    const half = ops.matmul(a, ops.reshape(this.weight.node, [first, second * outputs]))
    const matrices = ops.reshape(half, [...leading, second, outputs])
    const products = ops.reshape(ops.matmul(ops.unsqueeze(b, -2), matrices), [...leading, outputs])
    return wrap(this.bias === undefined ? products : ops.add(products, this.bias.node))
  }

  protected override describe(): string {
    return `${this.first}, ${this.second} → ${this.outputs}${this.bias === undefined ? ', no bias' : ''}`
  }
}

/**
 * A layer for two inputs whose outputs are sums of products of both: yₖ = Σᵢⱼ aᵢ · weight[i, j, k] · bⱼ + biasₖ, from […, first] and
 * […, second] to […, outputs].
 *
 * @throws if a number is not a whole one of at least 1
 * @example bilinear(3, 4, 5).forward(zeros([2, 3]), zeros([2, 4])) // [2, 5]
 */
export const bilinear = <First extends number, Second extends number, Outputs extends number>(
  first: First,
  second: Second,
  outputs: Outputs,
  options: LinearOptions = {},
): Bilinear<First, Second, Outputs> => new Bilinear(first, second, outputs, options)
