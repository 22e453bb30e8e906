import * as ops from '../../operations/index.js'
import { pullOf } from '../decay.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { flag, kept, positive } from '../settings.js'
import { normOf } from './moments.js'

export interface LarsSettings {
  /** The part of the last step that the next one keeps; 0.9. */
  readonly momentum?: number
  /** The part of a parameter's norm that a step is to have (η); 0.001. */
  readonly trust?: number
  /** Whether the step is made to fit the parameter's norm; biases and norms usually go without, in a group. */
  readonly adapt?: boolean
}
export type LarsOptions = OptimizerOptions<LarsSettings>

/**
 * Stochastic gradient descent for very large batches: each layer's step is in proportion to the norm of its weights.
 *
 * g ← gradient + weightDecay · p; λ = trust · ‖p‖ / (‖gradient‖ + weightDecay · ‖p‖), 1 if a norm is 0;
 * v ← momentum · v + learningRate · λ · g; p ← p − v. Learning rate 0.1.
 *
 * (You, Gitman and Ginsburg, "Large batch training of convolutional networks", 2017.)
 *
 * @throws if an option is out of range
 * @example const optimizer = lars(model, { weightDecay: 1e-4, groups: [{ match: /bias/, adapt: false, weightDecay: 0 }] })
 */
export const lars = defineOptimizer<LarsSettings>({
  name: 'lars',
  learningRate: 0.1,
  decay: 'own',
  settings: { momentum: kept(0.9), trust: positive(1e-3), adapt: flag(true) },
  rule: ({ momentum, trust, adapt, ...decay }) => ({
    slots: () => ['momentum'],
    update: (parameter, gradient, [velocity], { learningRate }) => {
      const pull = pullOf(parameter, decay)
      const full = pull === undefined ? gradient : ops.add(gradient, pull)
      const [size, slope] = [normOf(parameter), normOf(gradient)]
      const both = ops.logicalAnd(ops.greater(size, 0), ops.greater(slope, 0))
      const below = ops.add(slope, ops.mul(size, decay.weightDecay))
      const local = ops.where(both, ops.div(ops.mul(size, trust), ops.where(both, below, 1)), 1)
      const rate = adapt ? ops.mul(learningRate, local) : learningRate
      const next = ops.add(ops.mul(velocity, momentum), ops.mul(full, rate))
      return { parameter: ops.sub(parameter, next), state: [next] }
    },
  }),
})
