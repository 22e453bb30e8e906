import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { expectPositive, expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule } from './schedule.js'

/** rate · factor^(step / every): {@link stepDecay} without steps. */
export function exponentialDecay(
  rate: number,
  options: { readonly every: number; readonly factor?: number },
): Schedule {
  needOptions('exponentialDecay', options, { every: true, factor: true })
  const { every, factor = 0.1 } = options
  expectRate('exponentialDecay', rate)
  expectSteps('exponentialDecay', 'every', every)
  expectPositive('exponentialDecay', 'factor', factor)
  return schedule((step) => ops.mul(ops.exp(ops.mul(step, Math.log(factor) / every)), rate))
}
