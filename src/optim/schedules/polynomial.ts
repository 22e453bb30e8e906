import { needOptions } from '../../core/options.js'
import * as ops from '../../operations/index.js'
import { expectPositive, expectRate } from '../options.js'
import { expectSteps, type Schedule, schedule } from './schedule.js'

export interface LinearOptions {
  /** After so many steps the rate stays at `final`. */
  readonly steps: number
  /** The last rate; 0. */
  readonly final?: number
}

export interface PolynomialOptions extends LinearOptions {
  /** The exponent; 1. */
  readonly power?: number
}

/** (rate − final) · (1 − step / steps)^power + final. */
export function polynomialDecay(rate: number, options: PolynomialOptions): Schedule {
  needOptions<PolynomialOptions>('polynomialDecay', options, { steps: true, final: true, power: true })
  return polynomial('polynomialDecay', rate, options)
}

/** Down (or up) to `final` in equal parts. */
export function linearDecay(rate: number, options: LinearOptions): Schedule {
  needOptions<LinearOptions>('linearDecay', options, { steps: true, final: true })
  return polynomial('linearDecay', rate, options)
}

function polynomial(name: string, rate: number, { steps, final = 0, power = 1 }: PolynomialOptions): Schedule {
  expectRate(name, rate)
  expectRate(name, final)
  expectSteps(name, 'steps', steps)
  expectPositive(name, 'power', power)
  return schedule((step) => {
    const left = ops.sub(1, ops.minimum(ops.div(step, steps), 1))
    return ops.add(ops.mul(power === 1 ? left : ops.pow(left, power), rate - final), final)
  })
}
