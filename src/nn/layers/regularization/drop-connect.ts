import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { bernoulli } from '../../../tensor/random.js'
import { Reparametrized, type Weighted } from '../reparametrized.js'
import { expectRate } from './rate.js'

/** See {@link dropConnect}. */
export class DropConnect<L extends Weighted = Weighted> extends Reparametrized<L> {
  /** @throws if the rate is not in 0 … 1, 1 excluded, or the layer has no weight */
  constructor(
    layer: L,
    readonly rate = 0.5,
  ) {
    super('dropConnect', layer)
    expectRate('dropConnect', rate)
  }

  protected weightOf(weight: Node): Node {
    if (!this.training || this.rate === 0) return weight
    const kept = bernoulli(1 - this.rate, weight.shape).node
    return ops.where(kept, ops.div(weight, 1 - this.rate), 0)
  }

  protected override describe(): string {
    return String(this.rate)
  }
}

/**
 * The layer that, while training, sets a part of its weights to 0 at random, the same for all examples of a batch, and divides the others
 * by 1 − rate; otherwise it is as it is. (Wan et al., "Regularization of neural networks using DropConnect", 2013.)
 *
 * @throws if the rate is not in 0 … 1, 1 excluded, or the layer has no weight
 * @example sequential(dropConnect(linear(784, 512), 0.5), relu(), linear(512, 10))
 */
export const dropConnect = <L extends Weighted>(layer: L, rate = 0.5): DropConnect<L> => new DropConnect(layer, rate)
