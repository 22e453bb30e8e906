import * as random from '../../tensor/random.js'
import type { Tensor } from '../../tensor/tensor.js'

/** Random numbers for a batch, one for each example: of the global generator, or of a key, in an order that is always the same. */
export class Draws {
  #key: Tensor | undefined

  constructor(key: Tensor | undefined) {
    this.#key = key
  }

  /** The options of the next draw. */
  next(): { readonly key?: Tensor } {
    if (this.#key === undefined) return {}
    const keys = random.split(this.#key, 2)
    this.#key = keys.at(0)
    return { key: keys.at(1) }
  }

  /** A number from low to high for each example, `[batch]`; float32. */
  uniform(examples: Tensor, low: number, high: number): Tensor {
    return this.numbers([examples.shape[0]!], low, high)
  }

  /** Numbers from low to high. */
  numbers(shape: readonly number[], low: number, high: number): Tensor {
    return random.uniform(shape, { low, high, ...this.next() })
  }

  /** Numbers of mean 0 and variance 1. */
  normal(shape: readonly number[]): Tensor {
    return random.normal(shape, this.next())
  }

  /** Whole numbers low … high − 1, `[batch]`; int32. */
  integers(examples: Tensor, low: number, high: number): Tensor {
    return random.randint([examples.shape[0]!], low, high, this.next())
  }

  /** Whether each example is chosen, `[batch]`. */
  chosen(examples: Tensor, probability: number): Tensor {
    return random.bernoulli(probability, [examples.shape[0]!], this.next())
  }

  /** The numbers of the examples in random order, `[batch]`. */
  order(examples: Tensor): Tensor {
    return random.permutation(examples.shape[0]!, this.next())
  }
}
