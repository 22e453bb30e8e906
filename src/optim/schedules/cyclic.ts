import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { expectPositive, expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule } from './schedule.js'

export interface CyclicOptions {
  readonly low: number
  readonly high: number
  /** Steps on the way up. */
  readonly rise: number
  /** Steps on the way down; as many as on the way up. */
  readonly fall?: number
  /** How high the cycles go: all the same, each half as high as the last one, or less by `factor` with each step; same. */
  readonly height?: 'same' | 'halved' | 'exponential'
  /** For exponential heights; 0.9999. */
  readonly factor?: number
}

/**
 * Up and down between two rates in equal parts, again and again.
 * (Smith, "Cyclical learning rates for training neural networks", 2017.)
 */
export function cyclicRate(options: CyclicOptions): Schedule {
  needOptions<CyclicOptions>('cyclicRate', options, {
    ...{ low: true, high: true, rise: true, fall: true, height: true, factor: true },
  })
  const { low, high, rise, fall = rise, height = 'same', factor = 0.9999 } = options
  expectRate('cyclicRate', low)
  expectRate('cyclicRate', high)
  if (low > high) fail(`cyclicRate: low ${low} is above high ${high}`, 'Exchange them.')
  expectSteps('cyclicRate', 'rise', rise)
  expectSteps('cyclicRate', 'fall', fall)
  expectPositive('cyclicRate', 'factor', factor)
  expectChoice('cyclicRate', 'height', height, ['same', 'halved', 'exponential'])
  const length = rise + fall
  const scales: { readonly [H in typeof height]: (step: Node) => Node } = {
    same: (step) => ops.lift(1, step),
    halved: (step) => ops.pow(0.5, ops.floor(ops.div(step, length))),
    exponential: (step) => ops.exp(ops.mul(step, Math.log(factor))),
  }
  return schedule((step) => {
    const at = ops.mod(step, length)
    const part = ops.minimum(ops.div(at, rise), ops.div(ops.sub(length, at), fall))
    return ops.add(ops.mul(ops.mul(part, high - low), scales[height](step)), low)
  })
}
