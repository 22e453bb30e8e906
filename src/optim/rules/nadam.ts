import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { kept, notNegative } from '../settings.js'
import { running, unforgotten } from './moments.js'

export interface NadamSettings {
  /** How slowly the mean of the gradients forgets, in the end; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of their squares forgets; 0.999. */
  readonly beta2?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
  /** How fast the momentum grows from half of beta1 to beta1 (ψ); 0.004. */
  readonly momentumDecay?: number
}
export type NadamOptions = OptimizerOptions<NadamSettings>

/**
 * {@link adam} with Nesterov's momentum.
 *
 * μₜ = β₁ (1 − ½ · 0.96^(t ψ)); m and v as in Adam;
 * p ← p − learningRate · ((1 − μₜ) / (1 − μ₁ … μₜ) · g + μₜ₊₁ / (1 − μ₁ … μₜ₊₁) · m) / (√v̂ + ε). Learning rate 0.002.
 *
 * (Dozat, "Incorporating Nesterov momentum into Adam", 2016.)
 *
 * @throws if an option is out of range
 * @example const optimizer = nadam(model)
 */
export const nadam = defineOptimizer<NadamSettings>({
  name: 'nadam',
  learningRate: 2e-3,
  settings: { beta1: kept(0.9), beta2: kept(0.999), epsilon: notNegative(1e-8), momentumDecay: notNegative(0.004) },
  rule: ({ beta1, beta2, epsilon, momentumDecay }) => ({
    slots: () => ['mean', 'square', { name: 'momentumProduct', shape: [], start: 1 }],
    update: (parameter, gradient, [mean, square, product], { learningRate, number }) => {
      const momentum = (t: Node): Node =>
        ops.mul(ops.sub(1, ops.mul(ops.exp(ops.mul(t, momentumDecay * Math.log(0.96))), 0.5)), beta1)
      const now = momentum(number)
      const then = momentum(ops.add(number, 1))
      const nextProduct = ops.mul(product, now)
      const nextMean = running(mean, gradient, beta1)
      const nextSquare = running(square, ops.mul(gradient, gradient), beta2)
      const root = ops.sqrt(ops.div(nextSquare, unforgotten(beta2, number)))
      const ofGradient = ops.div(ops.sub(1, now), ops.sub(1, nextProduct))
      const ofMean = ops.div(then, ops.sub(1, ops.mul(nextProduct, then)))
      const direction = ops.add(ops.mul(gradient, ofGradient), ops.mul(nextMean, ofMean))
      const change = ops.mul(ops.div(direction, ops.add(root, epsilon)), learningRate)
      return { parameter: ops.sub(parameter, change), state: [nextMean, nextSquare, nextProduct] }
    },
  }),
})
