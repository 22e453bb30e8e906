import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { notNegative } from '../settings.js'

export interface AdagradSettings {
  /** The learning rate is divided by 1 + this times the steps so far; 0. */
  readonly learningRateDecay?: number
  /** Where the sums of squares start; 0. */
  readonly initialAccumulator?: number
  /** Keeps the division by the root of the sum from exploding; 1e-10. */
  readonly epsilon?: number
}
export type AdagradOptions = OptimizerOptions<AdagradSettings>

/**
 * Gradient descent in which each number's gradient is divided by the root of the sum of all its squares so far: rare features keep large
 * steps.
 *
 * s ← s + g²; p ← p − learningRate · g / (√s + ε). Learning rate 0.01.
 *
 * (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning", 2011.)
 *
 * @throws if an option is out of range
 * @example const optimizer = adagrad(model, { learningRate: 0.05 })
 */
export const adagrad = defineOptimizer<AdagradSettings>({
  name: 'adagrad',
  learningRate: 0.01,
  settings: { learningRateDecay: notNegative(0), initialAccumulator: notNegative(0), epsilon: notNegative(1e-10) },
  rule: ({ learningRateDecay, initialAccumulator, epsilon }) => ({
    slots: () => [{ name: 'sum', start: initialAccumulator }],
    update: (parameter, gradient, [sum], { learningRate, number }) => {
      const next = ops.add(sum, ops.mul(gradient, gradient))
      const rate = ops.div(learningRate, ops.add(ops.mul(ops.sub(number, 1), learningRateDecay), 1))
      const change = ops.mul(ops.div(gradient, ops.add(ops.sqrt(next), epsilon)), rate)
      return { parameter: ops.sub(parameter, change), state: [next] }
    },
  }),
})
