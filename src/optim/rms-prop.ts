import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { Optimizer, type OptimizerOptions, type Step, type Trainable, type Update } from './optimizer.js'
import { expectDecay, expectNotNegative, splitArguments } from './options.js'

export interface RmsPropOptions extends OptimizerOptions {
  /** How slowly the mean of the squares forgets; 0.99. */
  readonly decay?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
  /** The part of the last step that the next one keeps; 0. */
  readonly momentum?: number
  /** Divides by the variance of the gradient instead of the mean of its square (Graves, 2013). */
  readonly centered?: boolean
  /** Adds this times the parameter to the gradient; 0. */
  readonly weightDecay?: number
}

/** See {@link rmsProp}. */
export class RmsProp extends Optimizer {
  protected readonly slots: readonly string[]
  readonly #options: Required<Omit<RmsPropOptions, keyof OptimizerOptions>>

  constructor(trainable?: Trainable, options: RmsPropOptions = {}) {
    super(
      'rmsProp',
      trainable,
      options,
      { decay: true, epsilon: true, momentum: true, centered: true, weightDecay: true },
      0.01,
    )
    const { decay = 0.99, epsilon = 1e-8, momentum = 0, centered = false, weightDecay = 0 } = options
    expectDecay('rmsProp', 'decay', decay)
    expectDecay('rmsProp', 'momentum', momentum)
    expectNotNegative('rmsProp', 'epsilon', epsilon)
    expectNotNegative('rmsProp', 'weightDecay', weightDecay)
    this.slots = ['square', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])]
    this.#options = { decay, epsilon, momentum, centered, weightDecay }
  }

  protected update(parameter: Node, gradient: Node, state: readonly Node[], step: Step): Update {
    const { decay, epsilon, momentum, centered, weightDecay } = this.#options
    const full = weightDecay === 0 ? gradient : ops.add(gradient, ops.mul(parameter, weightDecay))
    const running = (old: Node, value: Node): Node => ops.add(ops.mul(old, decay), ops.mul(value, 1 - decay))
    const square = running(state[0], ops.mul(full, full))
    const mean = centered ? [running(state[1], full)] : []
    const variance = mean.reduce((rest, m) => ops.sub(rest, ops.mul(m, m)), square)
    const scaled = ops.div(full, ops.add(ops.sqrt(variance), epsilon))
    const velocity = momentum > 0 ? [ops.add(ops.mul(state[state.length - 1], momentum), scaled)] : []
    const change = ops.mul(velocity[0] ?? scaled, step.learningRate)
    return { parameter: ops.sub(parameter, change), state: [square, ...mean, ...velocity] }
  }
}

/**
 * Gradient descent in which each number's gradient is divided by the root of the running mean of its squares.
 *
 * v ← decay · v + (1 − decay) · g²; p ← p − learningRate · g / (√v + ε)
 *
 * (Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012.)
 *
 * @throws if an option is out of range
 */
export function rmsProp(options?: RmsPropOptions): RmsProp
export function rmsProp(parameters: Trainable, options?: RmsPropOptions): RmsProp
export function rmsProp(first?: Trainable | RmsPropOptions, second?: RmsPropOptions): RmsProp {
  return new RmsProp(...splitArguments<Trainable, RmsPropOptions>('rmsProp', first, second))
}
