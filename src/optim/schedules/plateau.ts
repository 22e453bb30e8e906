import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Optimizer } from '../optimizer.js'
import { expectDecay, expectNotNegative } from '../options.js'

export interface PlateauOptions {
  /** Whether the measured value is to fall or to rise; 'fall'. */
  readonly better?: 'fall' | 'rise'
  /** What the rate is multiplied by; 0.1. */
  readonly factor?: number
  /** So many measurements that are not better are borne with; 10. */
  readonly patience?: number
  /** The part of the best value by which the next one has to be better; 1e-4. */
  readonly threshold?: number
  /** Measurements after a change that do not count; 0. */
  readonly pause?: number
  /** The rate does not go below; 0. */
  readonly minimum?: number
}

/** What a {@link Plateau} has seen, as plain data. */
export interface PlateauState {
  readonly best: number | null
  readonly waited: number
  readonly pause: number
}

/** See {@link onPlateau}. */
export class Plateau {
  readonly #optimizer: Optimizer
  readonly #options: Required<PlateauOptions>
  #best: number | null = null
  #waited = 0
  #pause = 0

  constructor(optimizer: Optimizer, options: PlateauOptions = {}) {
    checkOptions<PlateauOptions>('onPlateau', options, {
      ...{ better: true, factor: true, patience: true, threshold: true, pause: true, minimum: true },
    })
    const { better = 'fall', factor = 0.1, patience = 10, threshold = 1e-4, pause = 0, minimum = 0 } = options
    expectChoice('onPlateau', 'better', better, ['fall', 'rise'])
    expectDecay('onPlateau', 'factor', factor)
    for (const [name, value] of Object.entries({ patience, threshold, pause, minimum })) {
      expectNotNegative('onPlateau', name, value)
    }
    this.#optimizer = optimizer
    this.#options = { better, factor, patience, threshold, pause, minimum }
  }

  /**
   * Takes note of a measurement, such as the loss on held-out examples after an epoch.
   *
   * @returns whether the learning rate is now smaller
   * @throws if the optimizer's rate is a schedule
   */
  observe(value: number): boolean {
    const { patience, pause, factor, minimum } = this.#options
    if (this.#isBetter(value)) {
      this.#best = value
      this.#waited = 0
    } else this.#waited++
    if (this.#pause > 0) {
      this.#pause--
      this.#waited = 0
    }
    if (this.#waited <= patience) return false
    this.#pause = pause
    this.#waited = 0
    const rate = this.#optimizer.learningRate
    if (typeof rate !== 'number') {
      fail('onPlateau: the learning rate is a schedule', 'Start the optimizer with a number.')
    }
    const next = Math.max(rate * factor, minimum)
    if (next >= rate) return false
    this.#optimizer.learningRate = next
    return true
  }

  /** What has been seen; the rate itself is part of the optimizer's state. */
  state(): PlateauState {
    return { best: this.#best, waited: this.#waited, pause: this.#pause }
  }

  /** Takes over what {@link Plateau.state} gave. */
  loadState({ best, waited, pause }: PlateauState): void {
    this.#best = best
    this.#waited = waited
    this.#pause = pause
  }

  /** NaN is never better. */
  #isBetter(value: number): boolean {
    if (this.#best === null) return !Number.isNaN(value)
    const { better, threshold } = this.#options
    const margin = Math.abs(this.#best) * threshold
    return better === 'fall' ? value < this.#best - margin : value > this.#best + margin
  }
}

/**
 * Makes the learning rate of an optimizer smaller when a measured value no longer gets better. It looks from outside: nothing is traced
 * again. Groups follow with their factor; those with a rate of their own keep it.
 *
 * @throws if an option is out of range
 * @example
 * const plateau = onPlateau(optimizer, { patience: 3 })
 * plateau.observe(0.5) // → false
 */
export const onPlateau = (optimizer: Optimizer, options?: PlateauOptions): Plateau => new Plateau(optimizer, options)
