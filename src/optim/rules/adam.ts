import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { Definition } from '../definition.js'
import type { OptimizerOptions } from '../options.js'
import type { Rule } from '../rule.js'
import { flag, kept, notNegative } from '../settings.js'
import { running, unforgotten } from './moments.js'

export interface AdamSettings {
  /** How slowly the mean of the gradients forgets; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of their squares forgets; 0.999. */
  readonly beta2?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
  /** Divides by the root of the largest mean of squares so far, so that steps do not grow again (Reddi et al., 2018). */
  readonly amsgrad?: boolean
}
/** Weight decay: adam adds it to the gradient (0), adamW to the step (0.01). */
export type AdamOptions = OptimizerOptions<AdamSettings>

export const adamRule = ({ beta1, beta2, epsilon, amsgrad }: Required<AdamSettings>): Rule => ({
  slots: () => (amsgrad ? ['mean', 'square', 'largest'] : ['mean', 'square']),
  update: (parameter, gradient, [mean, square, largest], { learningRate, number }) => {
    const nextMean = running(mean, gradient, beta1)
    const nextSquare = running(square, ops.mul(gradient, gradient), beta2)
    const nextLargest = largest === undefined ? [] : [ops.maximum(largest, nextSquare)]
    const rate = ops.div(learningRate, unforgotten(beta1, number))
    const root = ops.div(ops.sqrt(nextLargest[0] ?? nextSquare), ops.sqrt(unforgotten(beta2, number)))
    const change = ops.div(ops.mul(nextMean, rate), ops.add(root, epsilon))
    return { parameter: ops.sub(parameter, change), state: [nextMean, nextSquare, ...nextLargest] }
  },
})

const definition: Omit<Definition<AdamSettings>, 'name'> = {
  learningRate: 1e-3,
  settings: { beta1: kept(0.9), beta2: kept(0.999), epsilon: notNegative(1e-8), amsgrad: flag(false) },
  rule: adamRule,
}

/**
 * Gradient descent with a step size of its own for each number: the mean of its gradients by the root of the mean of their squares.
 *
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; p ← p − learningRate · m̂ / (√v̂ + ε), m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ).
 * Learning rate 0.001.
 *
 * (Kingma and Ba, "Adam: a method for stochastic optimization", 2015.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adam(model, { learningRate: 1e-3 })
 */
export const adam = defineOptimizer<AdamSettings>({ ...definition, name: 'adam' })

/**
 * {@link adam} with weight decay (0.01) that is not rescaled along with the gradient: p ← p − learningRate · weightDecay · p before the
 * step.
 *
 * (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adamW(model, { groups: [{ match: /bias/, weightDecay: 0 }] })
 */
export const adamW = defineOptimizer<AdamSettings>({
  ...definition,
  name: 'adamW',
  weightDecay: 0.01,
  decay: 'decoupled',
})
