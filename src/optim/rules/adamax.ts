import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { kept, positive } from '../settings.js'
import { running, unforgotten } from './moments.js'

export interface AdamaxSettings {
  /** How slowly the mean of the gradients forgets; 0.9. */
  readonly beta1?: number
  /** How slowly the largest gradient is forgotten; 0.999. */
  readonly beta2?: number
  /** Is added to the gradient's size, so that it is not 0; 1e-8. */
  readonly epsilon?: number
}
export type AdamaxOptions = OptimizerOptions<AdamaxSettings>

/**
 * {@link adam} with the largest of the (slowly forgotten) gradients in place of the root of their mean square.
 *
 * m ← β₁ m + (1 − β₁) g; u ← max(β₂ u, |g| + ε); p ← p − learningRate / (1 − β₁ᵗ) · m / u. Learning rate 0.002.
 *
 * (Kingma and Ba, "Adam: a method for stochastic optimization", 2015, section 7.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adamax(model)
 */
export const adamax = defineOptimizer<AdamaxSettings>({
  name: 'adamax',
  learningRate: 2e-3,
  settings: { beta1: kept(0.9), beta2: kept(0.999), epsilon: positive(1e-8) },
  rule: ({ beta1, beta2, epsilon }) => ({
    slots: () => ['mean', 'largest'],
    update: (parameter, gradient, [mean, largest], { learningRate, number }) => {
      const nextMean = running(mean, gradient, beta1)
      const nextLargest = ops.maximum(ops.mul(largest, beta2), ops.add(ops.abs(gradient), epsilon))
      const rate = ops.div(learningRate, unforgotten(beta1, number))
      const change = ops.mul(ops.div(nextMean, nextLargest), rate)
      return { parameter: ops.sub(parameter, change), state: [nextMean, nextLargest] }
    },
  }),
})
