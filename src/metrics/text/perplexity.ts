import { fail } from '../../core/errors.js'
import { expectSome, type Metric, measured, numbersOf, type Values } from '../metric.js'

/** What losses say of a language model. */
export interface PerplexityResult {
  /** exp of the mean loss: among how many equally probable tokens it chooses, so to speak. */
  readonly perplexity: number
  /** The mean loss in bits: bits per character where tokens are characters. */
  readonly bits: number
}

/** See {@link perplexity}. */
export class Perplexity implements Metric<[losses: Values], PerplexityResult> {
  #total = 0
  #count = 0

  /** The losses of single tokens, in nats, as `crossEntropy` with reduction 'none' gives them. */
  update(losses: Values): void {
    const { data } = numbersOf('Perplexity', 'the losses', losses)
    for (let i = 0; i < data.length; i++) {
      if (Number.isNaN(data[i])) fail(`Perplexity: loss ${i} is NaN`, 'Find out where it comes from.')
      this.#total += data[i]
    }
    this.#count += data.length
  }

  result(): PerplexityResult {
    expectSome('Perplexity', this.#count)
    const mean = this.#total / this.#count
    return { perplexity: Math.exp(mean), bits: mean / Math.LN2 }
  }

  reset(): void {
    this.#total = 0
    this.#count = 0
  }
}

/**
 * exp of the mean of the losses of tokens, in nats, and their mean in bits.
 *
 * @example perplexity([Math.log(8), Math.log(2)]).bits // 2
 */
export const perplexity = (losses: Values): PerplexityResult => measured(new Perplexity(), losses)
