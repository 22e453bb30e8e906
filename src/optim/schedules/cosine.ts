import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import type { Node } from '../../graph/node.js'
import * as ops from '../../operations/index.js'
import { expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule, wave } from './schedule.js'

export interface CosineOptions {
  /** After so many steps, warm-up included, the rate stays at `final`. */
  readonly steps: number
  /** Steps in which the rate rises in equal parts from 0; 0. */
  readonly warmUp?: number
  /** The last rate; 0. */
  readonly final?: number
}

/**
 * A linear rise in `warmUp` steps, then half a wave of the cosine down to `final`.
 * (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017; Goyal et al., 2017, for the warm-up.)
 */
export function cosineDecay(rate: number, options: CosineOptions): Schedule {
  needOptions('cosineDecay', options, { steps: true, warmUp: true, final: true })
  const { steps, warmUp = 0, final = 0 } = options
  expectRate('cosineDecay', rate)
  expectRate('cosineDecay', final)
  expectSteps('cosineDecay', 'steps', steps)
  if (!(warmUp >= 0 && warmUp < steps)) {
    fail(`cosineDecay: a warm-up of ${warmUp} steps of ${steps}`, 'It must be shorter than the whole.')
  }
  return schedule((step) => {
    const down = wave(rate, final, ops.div(ops.sub(step, warmUp), steps - warmUp))
    return warmUp === 0 ? down : ops.where(ops.less(step, warmUp), ops.mul(ops.add(step, 1), rate / warmUp), down)
  })
}

export interface RestartOptions {
  /** The steps of the first wave. */
  readonly period: number
  /** How many times as long each wave is as the one before; 1. */
  readonly grow?: number
  /** The rate that each wave goes down to; 0. */
  readonly final?: number
}

/**
 * Half a wave of the cosine down from `rate` to `final`, again and again, each wave `grow` times as long as the one before.
 * (Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017.)
 */
export function cosineRestarts(rate: number, options: RestartOptions): Schedule {
  needOptions<RestartOptions>('cosineRestarts', options, { period: true, grow: true, final: true })
  const { period, grow = 1, final = 0 } = options
  expectRate('cosineRestarts', rate)
  expectRate('cosineRestarts', final)
  expectSteps('cosineRestarts', 'period', period)
  if (!(grow >= 1 && grow < Infinity)) fail(`cosineRestarts: grow is ${grow}`, 'Give a number of at least 1.')
  return schedule((step) => {
    if (grow === 1) return wave(rate, final, ops.div(ops.mod(step, period), period))
    // Wave n begins at period · (growⁿ − 1) / (grow − 1); a logarithm that is rounded may name the one beside it.
    const begin = (n: Node): Node => ops.mul(ops.sub(ops.pow(grow, n), 1), period / (grow - 1))
    const about = ops.floor(ops.div(ops.log1p(ops.mul(step, (grow - 1) / period)), Math.log(grow)))
    const later = ops.add(about, 1)
    const n = ops.where(
      ops.less(step, begin(about)),
      ops.sub(about, 1),
      ops.where(ops.less(step, begin(later)), about, later),
    )
    return wave(rate, final, ops.div(ops.sub(step, begin(n)), ops.mul(ops.pow(grow, n), period)))
  })
}
