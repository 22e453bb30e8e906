import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { flag, kept, notNegative } from '../settings.js'
import { running } from './moments.js'

export interface RmsPropSettings {
  /** How slowly the mean of the squares forgets; 0.99. */
  readonly decay?: number
  /** Keeps the division by the root of the squares from exploding; 1e-8. */
  readonly epsilon?: number
  /** The part of the last step that the next one keeps; 0. */
  readonly momentum?: number
  /** Divides by the variance of the gradient instead of the mean of its square (Graves, 2013). */
  readonly centered?: boolean
}
export type RmsPropOptions = OptimizerOptions<RmsPropSettings>

/**
 * Gradient descent in which each number's gradient is divided by the root of the running mean of its squares.
 *
 * v ← decay · v + (1 − decay) · g²; p ← p − learningRate · g / (√v + ε); centered with v − m² for v, m the running mean of g.
 * Learning rate 0.01.
 *
 * (Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012.)
 *
 * @throws if an option is out of range
 * @example const optimizer = rmsProp(model, { momentum: 0.9 })
 */
export const rmsProp = defineOptimizer<RmsPropSettings>({
  name: 'rmsProp',
  learningRate: 0.01,
  settings: { decay: kept(0.99), epsilon: notNegative(1e-8), momentum: kept(0), centered: flag(false) },
  rule: ({ decay, epsilon, momentum, centered }) => ({
    slots: () => ['square', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])],
    update: (parameter, gradient, state, { learningRate }) => {
      const square = running(state[0], ops.mul(gradient, gradient), decay)
      const mean = centered ? [running(state[1], gradient, decay)] : []
      // Rounding takes the variance of a gradient that hardly changes below 0.
      const variance = mean.reduce((rest, m) => ops.maximum(ops.sub(rest, ops.mul(m, m)), 0), square)
      const scaled = ops.div(gradient, ops.add(ops.sqrt(variance), epsilon))
      const velocity = momentum > 0 ? [ops.add(ops.mul(state[state.length - 1], momentum), scaled)] : []
      const change = ops.mul(velocity[0] ?? scaled, learningRate)
      return { parameter: ops.sub(parameter, change), state: [square, ...mean, ...velocity] }
    },
  }),
})
