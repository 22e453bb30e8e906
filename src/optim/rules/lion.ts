import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { kept } from '../settings.js'
import { running } from './moments.js'

export interface LionSettings {
  /** How much of the mean goes into the direction; 0.9. */
  readonly beta1?: number
  /** How slowly the mean of the gradients forgets; 0.99. */
  readonly beta2?: number
}
export type LionOptions = OptimizerOptions<LionSettings>

/**
 * Steps of the same size for all numbers, along the sign of a mean of gradients. Decay is decoupled.
 *
 * p ← p − learningRate · (sign(β₁ m + (1 − β₁) g) + weightDecay · p); m ← β₂ m + (1 − β₂) g. Learning rate 0.0001: a third to a tenth of
 * AdamW's, with three to ten times its decay.
 *
 * (Chen et al., "Symbolic discovery of optimization algorithms", 2023.)
 *
 * @throws if an option is out of range
 * @example const optimizer = lion(model, { weightDecay: 0.1 })
 */
export const lion = defineOptimizer<LionSettings>({
  name: 'lion',
  learningRate: 1e-4,
  decay: 'decoupled',
  settings: { beta1: kept(0.9), beta2: kept(0.99) },
  rule: ({ beta1, beta2 }) => ({
    slots: () => ['mean'],
    update: (parameter, gradient, [mean], { learningRate }) => {
      const change = ops.mul(ops.sign(running(mean, gradient, beta1)), learningRate)
      return { parameter: ops.sub(parameter, change), state: [running(mean, gradient, beta2)] }
    },
  }),
})
