import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { Optimizer, type OptimizerOptions, type Step, type Trainable, type Update } from './optimizer.js'
import { expectNotNegative, splitArguments } from './options.js'

export interface AdagradOptions extends OptimizerOptions {
  /** The learning rate is divided by 1 + this times the steps so far; 0. */
  readonly learningRateDecay?: number
  /** Where the sums of squares start; 0. */
  readonly initialAccumulator?: number
  /** Keeps the division by the root of the sum from exploding; 1e-10. */
  readonly epsilon?: number
  /** Adds this times the parameter to the gradient; 0. */
  readonly weightDecay?: number
}

/** See {@link adagrad}. */
export class Adagrad extends Optimizer {
  protected readonly slots = ['sum']
  readonly #options: Required<Omit<AdagradOptions, keyof OptimizerOptions>>

  constructor(trainable?: Trainable, options: AdagradOptions = {}) {
    super(
      'adagrad',
      trainable,
      options,
      { learningRateDecay: true, initialAccumulator: true, epsilon: true, weightDecay: true },
      0.01,
    )
    const { learningRateDecay = 0, initialAccumulator = 0, epsilon = 1e-10, weightDecay = 0 } = options
    this.#options = { learningRateDecay, initialAccumulator, epsilon, weightDecay }
    for (const [option, value] of Object.entries(this.#options)) expectNotNegative('adagrad', option, value)
  }

  protected override initialState(): number {
    return this.#options.initialAccumulator
  }

  protected update(parameter: Node, gradient: Node, [sum]: readonly Node[], step: Step): Update {
    const { learningRateDecay, epsilon, weightDecay } = this.#options
    const full = weightDecay === 0 ? gradient : ops.add(gradient, ops.mul(parameter, weightDecay))
    const next = ops.add(sum, ops.mul(full, full))
    const slowdown = ops.add(ops.mul(ops.sub(step.number, 1), learningRateDecay), 1)
    const rate = ops.div(step.learningRate, slowdown)
    const change = ops.mul(ops.div(full, ops.add(ops.sqrt(next), epsilon)), rate)
    return { parameter: ops.sub(parameter, change), state: [next] }
  }
}

/**
 * Gradient descent in which each number's gradient is divided by the root of the sum of all its squares so far: rare features keep large
 * steps.
 *
 * s ← s + g²; p ← p − learningRate · g / (√s + ε)
 *
 * (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning", 2011.)
 *
 * @throws if an option is out of range
 */
export function adagrad(options?: AdagradOptions): Adagrad
export function adagrad(parameters: Trainable, options?: AdagradOptions): Adagrad
export function adagrad(first?: Trainable | AdagradOptions, second?: AdagradOptions): Adagrad {
  return new Adagrad(...splitArguments<Trainable, AdagradOptions>('adagrad', first, second))
}
