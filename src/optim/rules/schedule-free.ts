import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { pullOf } from '../decay.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { kept, notNegative } from '../settings.js'
import { running, unforgotten } from './moments.js'

export interface ScheduleFreeSettings {
  /** Where gradients are taken: the part of the average in the mixture of average and base; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of the squares forgets; 0.999. */
  readonly beta2?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
  /** Steps in which the learning rate rises in equal parts from 0; 0. */
  readonly warmUp?: number
}
export type ScheduleFreeOptions = OptimizerOptions<ScheduleFreeSettings>

/**
 * {@link adamW} without a schedule: what it walks with is averaged, and the average is what is used. Call `optimizer.eval()` before the model is
 * used or saved, and `optimizer.train()` before training goes on.
 *
 * p = (1 − β₁) z + β₁ x; v ← β₂ v + (1 − β₂) g²; γ = learningRate · √(1 − β₂ᵗ) · min(1, t / warmUp);
 * z ← z − γ · (g / (√v + ε) + weightDecay · p); x ← (1 − c) x + c z with c = γ² / Σ γ². Learning rate 0.0025.
 *
 * (Defazio et al., "The road less scheduled", 2024, algorithm 1.)
 *
 * @throws if an option is out of range
 * @example
 * const optimizer = scheduleFreeAdamW(model, { warmUp: 100 })
 * optimizer.eval()
 */
export const scheduleFreeAdamW = defineOptimizer<ScheduleFreeSettings>({
  name: 'scheduleFreeAdamW',
  learningRate: 0.0025,
  decay: 'own',
  settings: { beta1: kept(0.9), beta2: kept(0.999), epsilon: notNegative(1e-8), warmUp: notNegative(0) },
  rule: ({ beta1, beta2, epsilon, warmUp, ...decay }) => {
    const mixed = (base: Node, average: Node): Node => ops.add(ops.mul(base, 1 - beta1), ops.mul(average, beta1))
    return {
      slots: () => [
        { name: 'base', start: 'parameter' },
        { name: 'average', start: 'parameter' },
        'square',
        { name: 'weight', shape: [] },
      ],
      update: (parameter, gradient, [base, average, square, weight], { learningRate, number }) => {
        const rise = warmUp === 0 ? learningRate : ops.mul(learningRate, ops.minimum(ops.div(number, warmUp), 1))
        const rate = ops.mul(rise, ops.sqrt(unforgotten(beta2, number)))
        const nextSquare = running(square, ops.mul(gradient, gradient), beta2)
        const step = ops.div(gradient, ops.add(ops.sqrt(nextSquare), epsilon))
        const pull = pullOf(parameter, decay)
        const nextBase = ops.sub(base, ops.mul(pull === undefined ? step : ops.add(step, pull), rate))
        const nextWeight = ops.add(weight, ops.mul(rate, rate))
        // With rates of 0 so far nothing has a weight.
        const share = ops.where(
          ops.equal(nextWeight, 0),
          0,
          ops.div(ops.mul(rate, rate), ops.where(ops.equal(nextWeight, 0), 1, nextWeight)),
        )
        const nextAverage = ops.add(average, ops.mul(ops.sub(nextBase, average), share))
        return { parameter: mixed(nextBase, nextAverage), state: [nextBase, nextAverage, nextSquare, nextWeight] }
      },
      modes: { eval: ([, average]) => average, train: ([base, average]) => mixed(base, average) },
    }
  },
})
