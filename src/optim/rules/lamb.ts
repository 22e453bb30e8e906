import * as ops from '../../operations/index.js'
import { pullOf } from '../decay.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { flag, kept, notNegative } from '../settings.js'
import { normOf, running, unforgotten } from './moments.js'

export interface LambSettings {
  /** How slowly the mean of the gradients forgets; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of their squares forgets; 0.999. */
  readonly beta2?: number
  /** Keeps the division by the root of the squares from exploding; 1e-6. */
  readonly epsilon?: number
  /** Whether the step is made to fit the parameter's norm; biases and norms usually go without, in a group. */
  readonly adapt?: boolean
}
export type LambOptions = OptimizerOptions<LambSettings>

/**
 * {@link adamW} for very large batches: each layer's step is as long as its weights.
 *
 * r = m̂ / (√v̂ + ε) + weightDecay · p; p ← p − learningRate · ‖p‖ / ‖r‖ · r, with 1 for the ratio if a norm is 0. Learning rate 0.001,
 * weight decay 0.01.
 *
 * (You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020.)
 *
 * @throws if an option is out of range
 * @example const optimizer = lamb(model, { groups: [{ match: /bias/, adapt: false, weightDecay: 0 }] })
 */
export const lamb = defineOptimizer<LambSettings>({
  name: 'lamb',
  learningRate: 1e-3,
  weightDecay: 0.01,
  decay: 'own',
  settings: { beta1: kept(0.9), beta2: kept(0.999), epsilon: notNegative(1e-6), adapt: flag(true) },
  rule: ({ beta1, beta2, epsilon, adapt, ...decay }) => ({
    slots: () => ['mean', 'square'],
    update: (parameter, gradient, [mean, square], { learningRate, number }) => {
      const nextMean = running(mean, gradient, beta1)
      const nextSquare = running(square, ops.mul(gradient, gradient), beta2)
      const root = ops.sqrt(ops.div(nextSquare, unforgotten(beta2, number)))
      const step = ops.div(ops.div(nextMean, unforgotten(beta1, number)), ops.add(root, epsilon))
      const pull = pullOf(parameter, decay)
      const full = pull === undefined ? step : ops.add(step, pull)
      const [size, length] = [normOf(parameter), normOf(full)]
      const both = ops.logicalAnd(ops.greater(size, 0), ops.greater(length, 0))
      const ratio = ops.where(both, ops.div(size, ops.where(both, length, 1)), 1)
      const rate = adapt ? ops.mul(learningRate, ratio) : learningRate
      return { parameter: ops.sub(parameter, ops.mul(full, rate)), state: [nextMean, nextSquare] }
    },
  }),
})
