import { expectFunction } from '../../../core/arguments.js'
import type { Node } from '../../../graph/node.js'
import { expectTensor } from '../../../tensor/methods/operand.js'
import { Tensor } from '../../../tensor/tensor.js'
import type { SameShape } from '../../../tensor/types/index.js'
import { Layer } from '../../layer.js'
import type { FunctionOf } from '../../types/chain.js'

/** See {@link identity}. */
export class Identity extends Layer<SameShape> {
  protected run(x: Node): Node {
    return x
  }
}

/**
 * A layer that gives what it gets, to stand where another one may be.
 *
 * @example identity().forward(zeros([2, 3])) // [2, 3] → [2, 3]
 */
export const identity = (): Identity => new Identity()

/** See {@link lambda}. */
export class Lambda<F extends (x: Tensor) => Tensor = (x: Tensor) => Tensor> extends Layer<FunctionOf<F>> {
  readonly #function: F

  constructor(
    f: F,
    readonly title: string,
  ) {
    super()
    expectFunction('lambda', 'the first argument', f)
    this.#function = f
  }

  protected run(x: Node): Node {
    return expectTensor('lambda', `what ${this.title || 'the function'} gives`, this.#function(new Tensor(x)))
  }

  protected override describe(): string {
    return this.title
  }
}

/**
 * A function of a tensor as a layer, with a title for listings. Chains take functions as they are; parameters belong into modules.
 *
 * @example lambda((x) => x.mean(1), 'mean over time').forward(zeros([2, 7, 3])) // [2, 7, 3] → [2, 3]
 */
export const lambda = <F extends (x: Tensor) => Tensor>(f: F, title = ''): Lambda<F> => new Lambda(f, title)
