import { checkOptions } from '../../../core/options.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { Tensor } from '../../../tensor/tensor.js'
import { expectCount } from '../../counts.js'
import { Layer } from '../../layer.js'
import type { LinearShape } from '../../types/layers.js'
import { type Linear, type LinearOptions, linear } from '../linear/linear.js'

/** See {@link maxout}. */
export class Maxout<Inputs extends number = number, Outputs extends number = number> extends Layer<
  LinearShape<Inputs, Outputs>
> {
  /** To all pieces: those of the first output, of the second … */
  readonly linear: Linear<Inputs, number>

  constructor(
    readonly inputs: Inputs,
    readonly outputs: Outputs,
    readonly pieces: number,
    options: LinearOptions = {},
  ) {
    super()
    checkOptions('maxout', options, { bias: true, initializer: true, biasInitializer: true, dtype: true })
    expectCount('maxout', 'outputs', outputs)
    expectCount('maxout', 'pieces', pieces)
    this.linear = linear(inputs, outputs * pieces, options)
  }

  protected run(x: Node): Node {
    const all = this.linear.forward(new Tensor(x) as Tensor).node
    return ops.max(ops.reshape(all, [...x.shape.slice(0, -1), this.outputs, this.pieces]), -1)
  }

  protected override describe(): string {
    return `${this.inputs} → ${this.outputs}, ${this.pieces} pieces`
  }
}

/**
 * A layer whose outputs are each the largest of some linear functions of the inputs, a convex function that is learned:
 * y = max(x · W₁ + b₁, …, x · Wₖ + bₖ), from […, inputs] to […, outputs]. (Goodfellow et al., "Maxout networks", 2013.)
 *
 * @throws if a number is not a whole one of at least 1
 * @example maxout(8, 4, 2).forward(zeros([3, 8])) // [3, 8] → [3, 4]
 */
export const maxout = <Inputs extends number, Outputs extends number>(
  inputs: Inputs,
  outputs: Outputs,
  pieces: number,
  options: LinearOptions = {},
): Maxout<Inputs, Outputs> => new Maxout(inputs, outputs, pieces, options)
