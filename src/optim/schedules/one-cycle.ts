import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { expectPositive, expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule, wave } from './schedule.js'

export interface OneCycleOptions {
  /** After so many steps the rate stays at its smallest. */
  readonly steps: number
  /** The part of the steps in which the rate rises; 0.3. */
  readonly rise?: number
  /** The first rate is the highest divided by this; 25. */
  readonly startFactor?: number
  /** The last rate is the first divided by this; 10,000. */
  readonly endFactor?: number
}

/**
 * Up from a small rate to the highest and down to almost nothing, both along half a wave of the cosine.
 * (Smith and Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018.)
 */
export function oneCycle(highest: number, options: OneCycleOptions): Schedule {
  needOptions('oneCycle', options, { steps: true, rise: true, startFactor: true, endFactor: true })
  const { steps, rise = 0.3, startFactor = 25, endFactor = 1e4 } = options
  expectRate('oneCycle', highest)
  expectSteps('oneCycle', 'steps', steps)
  expectPositive('oneCycle', 'startFactor', startFactor)
  expectPositive('oneCycle', 'endFactor', endFactor)
  if (!(rise > 0 && rise < 1)) fail(`oneCycle: the rise takes ${rise} of the steps`, 'Give a part between 0 and 1.')
  const start = highest / startFactor
  // The step of the top, and the last one; steps count from 0.
  const top = rise * steps - 1
  const last = steps - 1
  if (top <= 0) fail(`oneCycle: ${rise} of ${steps} steps leaves none to rise in`, 'Give more steps or a larger part.')
  return schedule((step) =>
    ops.where(
      ops.less(step, top),
      wave(start, highest, ops.div(step, top)),
      wave(highest, start / endFactor, ops.div(ops.sub(step, top), last - top)),
    ),
  )
}
