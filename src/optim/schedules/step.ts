import { expectList } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { expectPositive, expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule } from './schedule.js'

/** rate · factor^⌊step / every⌋, such as a tenth of the rate every 30 epochs. */
export function stepDecay(rate: number, options: { readonly every: number; readonly factor?: number }): Schedule {
  needOptions('stepDecay', options, { every: true, factor: true })
  const { every, factor = 0.1 } = options
  expectRate('stepDecay', rate)
  expectSteps('stepDecay', 'every', every)
  expectPositive('stepDecay', 'factor', factor)
  return schedule((step) => ops.mul(ops.pow(factor, ops.floor(ops.div(step, every))), rate))
}

/** rate · factor^(the number of milestones in `at` that are reached): {@link stepDecay} at chosen steps. */
export function multiStepDecay(
  rate: number,
  options: { readonly at: readonly number[]; readonly factor?: number },
): Schedule {
  needOptions('multiStepDecay', options, { at: true, factor: true })
  const { at, factor = 0.1 } = options
  expectRate('multiStepDecay', rate)
  expectPositive('multiStepDecay', 'factor', factor)
  for (const [i, milestone] of expectList('multiStepDecay', 'at', at).entries()) {
    expectSteps('multiStepDecay', `at[${i}]`, milestone)
    if (i > 0 && milestone <= at[i - 1]) {
      fail(`multiStepDecay: at is [${at.join(', ')}]`, 'Give the steps in rising order.')
    }
  }
  return schedule((step) =>
    at.reduce(
      (value, milestone, i) => ops.where(ops.less(step, milestone), value, rate * factor ** (i + 1)),
      ops.lift(rate, step),
    ),
  )
}
