import { expectNumber } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'
import type { Node } from '../../../graph/node.js'
import * as ops from '../../../operations/index.js'
import { bernoulli } from '../../../tensor/random.js'
import type { SameShape } from '../../../tensor/types/index.js'
import { Layer } from '../../layer.js'

/** See {@link dropout}. */
export class Dropout extends Layer<SameShape> {
  /** @throws if the rate is not in 0 … 1, 1 excluded */
  constructor(readonly rate = 0.5) {
    super()
    if (!(expectNumber('dropout', 'the rate', rate) >= 0 && rate < 1)) {
      fail(`dropout: the rate ${rate} is not a part of all values`, 'Give a number from 0 up to, not including, 1.')
    }
  }

  protected run(x: Node): Node {
    if (!this.training || this.rate === 0) return x
    const kept = bernoulli(1 - this.rate, x.shape).node
    return ops.where(kept, ops.div(x, 1 - this.rate), 0)
  }

  protected override describe(): string {
    return String(this.rate)
  }
}

/**
 * A layer that, while training, sets a part of the values to 0 at random and divides the others by 1 − rate, so that the
 * mean stays; otherwise it does nothing. Networks with it cannot rely on single units.
 * (Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.)
 *
 * @example sequential(linear(784, 512), relu(), dropout(0.5), linear(512, 10))
 */
export const dropout = (rate = 0.5): Dropout => new Dropout(rate)
