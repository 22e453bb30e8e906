import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { Tensor } from '../../tensor/tensor.js'
import { expectSteps, type Schedule, scheduleOf } from './schedule.js'

export interface WarmUpOptions {
  /** After so many steps the schedule begins. */
  readonly steps: number
  /** The part of its first rate that the rise starts above; 0. */
  readonly start?: number
}

/**
 * A rise in equal parts to the first rate of any schedule, reached in the last of `steps` steps, and then the schedule.
 * (Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.)
 *
 * @example const rate = warmUp(cosineDecay(0.1, { steps: 900 }), { steps: 100 })
 */
export function warmUp(rate: number | Schedule, options: WarmUpOptions): Schedule {
  needOptions<WarmUpOptions>('warmUp', options, { steps: true, start: true })
  const { steps, start = 0 } = options
  expectSteps('warmUp', 'steps', steps)
  if (!(start >= 0 && start <= 1)) fail(`warmUp: start is ${start}`, 'Give a part from 0 to 1.')
  const then = scheduleOf('warmUp', rate)
  return (step) => {
    // As if its first step were repeated.
    const base = then(new Tensor(ops.maximum(ops.sub(step.node, steps), 0))).node
    const part = ops.minimum(ops.div(ops.add(step.node, 1), steps), 1)
    return new Tensor(ops.mul(base, ops.add(ops.mul(part, 1 - start), start)))
  }
}
