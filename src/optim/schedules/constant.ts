import * as ops from '../../operations/index.js'
import { expectRate } from '../options.js'
import { type Schedule, schedule } from './schedule.js'

/** Always the same rate. */
export function constantRate(rate: number): Schedule {
  expectRate('constantRate', rate)
  return schedule((step) => ops.lift(rate, step))
}
