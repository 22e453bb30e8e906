import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { expectPositive, expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule } from './schedule.js'

/** rate · min(t / warmUp, √(warmUp / t)), t = step + 1: a linear rise, then a fall with the root of the number of steps. */
export function inverseSquareRoot(rate: number, options: { readonly warmUp: number }): Schedule {
  needOptions('inverseSquareRoot', options, { warmUp: true })
  expectRate('inverseSquareRoot', rate)
  expectSteps('inverseSquareRoot', 'warmUp', options.warmUp)
  return schedule((step) => {
    const part = ops.div(ops.add(step, 1), options.warmUp)
    return ops.mul(ops.minimum(part, ops.reciprocal(ops.sqrt(part))), rate)
  })
}

/**
 * factor · size^−½ · min(t^−½, t · warmUp^−3⁄2), t = step + 1: {@link inverseSquareRoot} for a transformer whose tokens are vectors of `size`.
 * (Vaswani et al., "Attention is all you need", 2017.)
 */
export function noam(size: number, options: { readonly warmUp: number; readonly factor?: number }): Schedule {
  needOptions('noam', options, { warmUp: true, factor: true })
  const { warmUp, factor = 1 } = options
  expectPositive('noam', 'size', size)
  expectPositive('noam', 'factor', factor)
  expectSteps('noam', 'warmUp', warmUp)
  return inverseSquareRoot(factor / Math.sqrt(size * warmUp), { warmUp })
}
