import { cureFor, describe } from '../core/describe.js'
import { fail } from '../core/errors.js'
import { checkOptions, needOptions } from '../core/options.js'
import type { Definition } from './definition.js'
import { accumulateOf } from './gradients/accumulation.js'
import { Optimizer } from './optimizer.js'
import { commonOptions, type OptimizerOptions, type ParameterGroup, splitArguments } from './options.js'
import type { Trainable } from './parameters.js'
import { planOf } from './plan.js'

/** Makes an optimizer of the parameters of a module, of a list of them, or of those that `minimize` is given. */
export interface OptimizerFactory<Settings extends object> {
  /** @throws if an option is unknown or out of range */
  (options?: OptimizerOptions<Settings>): Optimizer
  (parameters: Trainable, options?: OptimizerOptions<Settings>): Optimizer
}

/**
 * An optimizer of one's own, with everything that all have: groups, decay, clipping, accumulation, schedules, stored state.
 *
 * @example
 * const signDescent = defineOptimizer({
 *   name: 'signDescent',
 *   learningRate: 1e-3,
 *   settings: {},
 *   rule: () => ({
 *     slots: () => [],
 *     update: (parameter, gradient, _, { learningRate }) => {
 *       const step = new Tensor(gradient).sign().mul(new Tensor(learningRate))
 *       return { parameter: new Tensor(parameter).sub(step).node }
 *     },
 *   }),
 * })
 */
export function defineOptimizer<Settings extends object>(definition: Definition<Settings>): OptimizerFactory<Settings> {
  const { name } = definition
  // Messages name the options of this optimizer early.
  const options = ['learningRate', ...Object.keys(definition.settings), ...Object.keys(commonOptions)]
  const names = Object.fromEntries(options.map((option) => [option, true as const]))
  return (first?: Trainable | OptimizerOptions<Settings>, second?: OptimizerOptions<Settings>): Optimizer => {
    const [trainable, given = {}] = splitArguments<Trainable, OptimizerOptions>(name, first, second)
    checkOptions<object>(name, given, { ...names, accumulate: true, groups: true })
    const { groups = [], accumulate = 1, ...shared } = given
    if (!Array.isArray(groups)) {
      fail(
        `${name}: groups is ${describe(groups)}`,
        cureFor(groups, 'Give a list: [{ match: /bias/, weightDecay: 0 }].'),
      )
    }
    const plans = groups.map((group: ParameterGroup) => {
      const where = `${name}, group ${group?.match}`
      needOptions<object>(where, group, { match: true, learningRateFactor: true, ...names })
      return planOf(definition, where, shared, group)
    })
    const { learningRate = definition.learningRate } = shared
    return new Optimizer(
      {
        name,
        plans: [...plans, planOf(definition, name, shared)],
        accumulate: accumulateOf(name, accumulate),
        learningRate,
      },
      trainable,
    )
  }
}
