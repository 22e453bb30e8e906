import type { Node } from '../graph/node.js'
import * as ops from '../operations/index.js'
import { Optimizer, type OptimizerOptions, type Step, type Trainable, type Update } from './optimizer.js'
import { expectDecay, expectNotNegative, splitArguments } from './options.js'

export interface AdamOptions extends OptimizerOptions {
  /** How slowly the mean of the gradients forgets; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of their squares forgets; 0.999. */
  readonly beta2?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
  /** How much parameters are drawn towards 0: adam adds it to the gradient (0), adamW to the step (0.01). */
  readonly weightDecay?: number
  /** Divides by the root of the largest mean of squares so far, so that steps do not grow again (Reddi et al., 2018). */
  readonly amsgrad?: boolean
}

/** See {@link adam} and {@link adamW}. */
export class Adam extends Optimizer {
  protected readonly slots: readonly string[]
  readonly #beta1: number
  readonly #beta2: number
  readonly #epsilon: number
  readonly #weightDecay: number
  readonly #decoupled: boolean

  constructor(decay: 'coupled' | 'decoupled', trainable?: Trainable, options: AdamOptions = {}) {
    const name = decay === 'decoupled' ? 'adamW' : 'adam'
    super(name, trainable, options, { beta1: true, beta2: true, epsilon: true, weightDecay: true, amsgrad: true }, 1e-3)
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = decay === 'decoupled' ? 0.01 : 0 } = options
    this.slots = options.amsgrad ? ['mean', 'square', 'largest'] : ['mean', 'square']
    expectDecay(name, 'beta1', beta1)
    expectDecay(name, 'beta2', beta2)
    expectNotNegative(name, 'epsilon', epsilon)
    expectNotNegative(name, 'weightDecay', weightDecay)
    this.#beta1 = beta1
    this.#beta2 = beta2
    this.#epsilon = epsilon
    this.#weightDecay = weightDecay
    this.#decoupled = decay === 'decoupled'
  }

  protected update(parameter: Node, gradient: Node, [mean, square, largest]: readonly Node[], step: Step): Update {
    const decay = this.#weightDecay
    const adds = decay > 0 && !this.#decoupled
    const shrinks = decay > 0 && this.#decoupled
    const full = adds ? ops.add(gradient, ops.mul(parameter, decay)) : gradient
    const start = shrinks ? ops.mul(parameter, ops.sub(1, ops.mul(step.learningRate, decay))) : parameter
    const nextMean = ops.add(ops.mul(mean, this.#beta1), ops.mul(full, 1 - this.#beta1))
    const nextSquare = ops.add(ops.mul(square, this.#beta2), ops.mul(ops.mul(full, full), 1 - this.#beta2))
    const nextLargest = largest === undefined ? [] : [ops.maximum(largest, nextSquare)]
    const rate = ops.div(step.learningRate, unforgotten(this.#beta1, step.number))
    const root = ops.div(ops.sqrt(nextLargest[0] ?? nextSquare), ops.sqrt(unforgotten(this.#beta2, step.number)))
    const change = ops.div(ops.mul(nextMean, rate), ops.add(root, this.#epsilon))
    return { parameter: ops.sub(start, change), state: [nextMean, nextSquare, ...nextLargest] }
  }
}

/** 1 − betaᵗ, the total weight of t values in a running mean; written so that it is exact for beta near 1. */
function unforgotten(beta: number, t: Node): Node {
  return beta === 0 ? ops.lift(1, t) : ops.neg(ops.expm1(ops.mul(t, Math.log(beta))))
}

/**
 * Gradient descent with a step size of its own for each number: the mean of its gradients by the root of the mean of their squares.
 *
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; p ← p − learningRate · m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 *
 * (Kingma and Ba, "Adam: a method for stochastic optimization", 2015.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adam(model, { learningRate: 1e-3 })
 */
export function adam(options?: AdamOptions): Adam
export function adam(parameters: Trainable, options?: AdamOptions): Adam
export function adam(first?: Trainable | AdamOptions, second?: AdamOptions): Adam {
  return new Adam('coupled', ...splitArguments<Trainable, AdamOptions>('adam', first, second))
}

/**
 * {@link adam} with weight decay that is not rescaled along with the gradient: p ← p − learningRate · weightDecay · p before the step.
 *
 * (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.)
 *
 * @throws if an option is out of range
 */
export function adamW(options?: AdamOptions): Adam
export function adamW(parameters: Trainable, options?: AdamOptions): Adam
export function adamW(first?: Trainable | AdamOptions, second?: AdamOptions): Adam {
  return new Adam('decoupled', ...splitArguments<Trainable, AdamOptions>('adamW', first, second))
}
