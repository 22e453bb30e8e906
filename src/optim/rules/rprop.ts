import { fail } from '../../core/errors.js'
import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { positive } from '../settings.js'

export interface RpropSettings {
  /** What a step is multiplied by when the gradient's sign has changed; 0.5. */
  readonly shrink?: number
  /** What it is multiplied by when the sign stayed; 1.2. */
  readonly grow?: number
  /** The smallest step; 1e-6. */
  readonly smallest?: number
  /** The largest step; 50. */
  readonly largest?: number
}
export type RpropOptions = OptimizerOptions<RpropSettings>

/**
 * Resilient backpropagation, for gradients of all examples: each number has a step of its own, longer while the sign of its gradient stays,
 * shorter when it changes, in which case the number waits for one step. The learning rate (0.01) is the size of the first step.
 *
 * (Riedmiller and Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993; the variant iRprop−
 * of Igel and Hüsken, 2000.)
 *
 * @throws if an option is out of range
 * @example const optimizer = rprop(model, { learningRate: 0.1 })
 */
export const rprop = defineOptimizer<RpropSettings>({
  name: 'rprop',
  learningRate: 0.01,
  settings: { shrink: positive(0.5), grow: positive(1.2), smallest: positive(1e-6), largest: positive(50) },
  check: ({ shrink, grow, smallest, largest }, optimizer) => {
    if (shrink >= 1 || grow <= 1) {
      fail(`${optimizer}: shrink is ${shrink} and grow ${grow}`, 'Give one below 1 and one above 1.')
    }
    if (smallest > largest) fail(`${optimizer}: smallest ${smallest} is above largest ${largest}`, 'Exchange them.')
  },
  rule: ({ shrink, grow, smallest, largest }) => ({
    slots: () => ['gradient', 'size'],
    update: (parameter, gradient, [before, size], { learningRate }) => {
      const agreement = ops.mul(ops.sign(gradient), ops.sign(before))
      const turned = ops.less(agreement, 0)
      const factor = ops.where(turned, shrink, ops.where(ops.greater(agreement, 0), ops.lift(grow, gradient), 1))
      // No size is 0 but one that there is none of yet.
      const start = ops.where(ops.equal(size, 0), learningRate, size)
      const next = ops.clip(ops.mul(start, factor), smallest, largest)
      const direction = ops.where(turned, 0, gradient)
      return { parameter: ops.sub(parameter, ops.mul(ops.sign(direction), next)), state: [direction, next] }
    },
  }),
})
