import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { kept, notNegative } from '../settings.js'
import { running, unforgotten } from './moments.js'

export interface RadamSettings {
  /** How slowly the mean of the gradients forgets; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of their squares forgets; 0.999. */
  readonly beta2?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
}
export type RadamOptions = OptimizerOptions<RadamSettings>

/**
 * {@link adam} that trusts its step sizes only as far as they are known, so that it needs no warm-up.
 *
 * ρ∞ = 2 / (1 − β₂) − 1; ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ); m̂ = m / (1 − β₁ᵗ);
 * p ← p − learningRate · m̂ · r · √(1 − β₂ᵗ) / (√v + ε) with r² = (ρ − 4) (ρ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρ) if ρ > 5, else
 * p ← p − learningRate · m̂. Learning rate 0.001.
 *
 * (Liu et al., "On the variance of the adaptive learning rate and beyond", 2020.)
 *
 * @throws if an option is out of range
 * @example const optimizer = radam(model)
 */
export const radam = defineOptimizer<RadamSettings>({
  name: 'radam',
  learningRate: 1e-3,
  settings: { beta1: kept(0.9), beta2: kept(0.999), epsilon: notNegative(1e-8) },
  rule: ({ beta1, beta2, epsilon }) => ({
    slots: () => ['mean', 'square'],
    update: (parameter, gradient, [mean, square], { learningRate, number }) => {
      const nextMean = running(mean, gradient, beta1)
      const nextSquare = running(square, ops.mul(gradient, gradient), beta2)
      const most = 2 / (1 - beta2) - 1
      const left = unforgotten(beta2, number)
      const length = ops.sub(most, ops.div(ops.mul(ops.mul(number, 2), ops.sub(1, left)), left))
      const isKnown = ops.greater(length, 5)
      // The root is taken of numbers from 5 on alone: what is not chosen must not be NaN either.
      const rho = ops.maximum(length, 5)
      const share = ops.div(ops.mul(ops.sub(rho, 4), ops.sub(rho, 2)), rho)
      const rectification = ops.sqrt(ops.mul(share, most / ((most - 4) * (most - 2))))
      const scale = ops.div(ops.mul(rectification, ops.sqrt(left)), ops.add(ops.sqrt(nextSquare), epsilon))
      const rate = ops.div(learningRate, unforgotten(beta1, number))
      const change = ops.mul(ops.mul(nextMean, rate), ops.where(isKnown, scale, 1))
      return { parameter: ops.sub(parameter, change), state: [nextMean, nextSquare] }
    },
  }),
})
