import { fail } from '../../core/errors.js'
import * as ops from '../../operations/index.js'
import { defineOptimizer } from '../define.js'
import type { OptimizerOptions } from '../options.js'
import { flag, kept } from '../settings.js'

export interface SgdSettings {
  /** The part of the last step that the next one keeps; 0. */
  readonly momentum?: number
  /** Takes the gradient, as it were, after the momentum has been followed (Nesterov, 1983; Sutskever et al., 2013). */
  readonly nesterov?: boolean
  /** The part of the gradient that is left out of the momentum; 0. */
  readonly dampening?: number
}
export type SgdOptions = OptimizerOptions<SgdSettings>

/**
 * Stochastic gradient descent, with momentum as an option.
 *
 * g ← gradient + weightDecay · p; v ← momentum · v + (1 − dampening) · g, g at first; p ← p − learningRate · v,
 * with Nesterov p ← p − learningRate · (g + momentum · v). Learning rate 0.01.
 *
 * (Robbins and Monro, 1951; Polyak, 1964; Sutskever et al., "On the importance of initialization and momentum", 2013.)
 *
 * @throws if an option is out of range
 * @example const optimizer = sgd(model, { learningRate: 0.1, momentum: 0.9 })
 */
export const sgd = defineOptimizer<SgdSettings>({
  name: 'sgd',
  learningRate: 0.01,
  settings: { momentum: kept(0), nesterov: flag(false), dampening: kept(0) },
  check: ({ momentum, nesterov, dampening }, optimizer) => {
    if (!nesterov || (momentum > 0 && dampening === 0)) return
    fail(
      `${optimizer}: nesterov with momentum ${momentum} and dampening ${dampening}`,
      'It needs a momentum above 0, such as 0.9, and no dampening.',
    )
  },
  rule: ({ momentum, nesterov, dampening }) => ({
    slots: () => (momentum === 0 ? [] : ['momentum']),
    update: (parameter, gradient, [velocity], { learningRate, number }) => {
      if (velocity === undefined) return { parameter: ops.sub(parameter, ops.mul(gradient, learningRate)) }
      // The first step has no past that the gradient would have to make room for.
      const share = dampening === 0 ? 1 : ops.where(ops.equal(number, 1), ops.lift(1, number), 1 - dampening)
      const next = ops.add(ops.mul(velocity, momentum), share === 1 ? gradient : ops.mul(gradient, share))
      const direction = nesterov ? ops.add(gradient, ops.mul(next, momentum)) : next
      return { parameter: ops.sub(parameter, ops.mul(direction, learningRate)), state: [next] }
    },
  }),
})
