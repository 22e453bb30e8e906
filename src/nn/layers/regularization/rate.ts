import { expectNumber } from '../../../core/arguments.js'
import { fail } from '../../../core/errors.js'

/** The part of all values that is dropped. @throws if it is not in 0 … 1, 1 excluded */
export function expectRate(layer: string, rate: number): number {
  if (expectNumber(layer, 'the rate', rate) >= 0 && rate < 1) return rate
  fail(`${layer}: the rate ${rate} is not a part of all values`, 'Give a number from 0 up to, not including, 1.')
}
