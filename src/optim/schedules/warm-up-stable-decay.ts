import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule, wave } from './schedule.js'

export interface WarmUpStableDecayOptions {
  /** All steps; afterwards the rate stays at `final`. */
  readonly steps: number
  /** Steps in which the rate rises in equal parts from 0; 0. */
  readonly warmUp?: number
  /** Steps in which it goes down at the end. */
  readonly decay: number
  /** The last rate; 0. */
  readonly final?: number
  /** How it goes down: in equal parts, along half a wave of the cosine, or as 1 − √part; linear. */
  readonly shape?: 'linear' | 'cosine' | 'root'
}

/**
 * A linear rise, a long time at the same rate, and a short way down: how long the middle is may be decided late.
 * (Hu et al., "MiniCPM", 2024; Hägele et al., "Scaling laws and compute-optimal training beyond fixed training durations", 2024, for 'root'.)
 */
export function warmUpStableDecay(rate: number, options: WarmUpStableDecayOptions): Schedule {
  const name = 'warmUpStableDecay'
  needOptions<WarmUpStableDecayOptions>(name, options, {
    ...{ steps: true, warmUp: true, decay: true, final: true, shape: true },
  })
  const { steps, warmUp = 0, decay, final = 0, shape = 'linear' } = options
  expectRate(name, rate)
  expectRate(name, final)
  expectSteps(name, 'steps', steps)
  expectSteps(name, 'decay', decay)
  expectChoice(name, 'shape', shape, ['linear', 'cosine', 'root'])
  if (!(warmUp >= 0 && warmUp + decay <= steps)) {
    fail(`${name}: ${warmUp} steps of warm-up and ${decay} of decay in ${steps}`, 'Together they must not be longer.')
  }
  return schedule((step) => {
    const part = ops.clip(ops.div(ops.sub(step, steps - decay), decay), 0, 1)
    const straight = shape === 'root' ? ops.sqrt(part) : part
    const down = shape === 'cosine' ? wave(rate, final, part) : ops.add(ops.mul(straight, final - rate), rate)
    return warmUp === 0 ? down : ops.where(ops.less(step, warmUp), ops.mul(ops.add(step, 1), rate / warmUp), down)
  })
}
