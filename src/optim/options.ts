import { fail } from '../core/errors.js'

/** Throws if a learning rate is negative or no number. */
export function expectRate(optimizer: string, rate: number): void {
  if (!(rate >= 0 && rate < Infinity)) {
    fail(`${optimizer}: the learning rate is ${rate}`, 'Give a number of at least 0, such as 0.001.')
  }
}

/** Throws if an option is not above 0. */
export function expectPositive(optimizer: string, option: string, value: number): void {
  if (!(value > 0 && value < Infinity)) fail(`${optimizer}: ${option} is ${value}`, 'Give a number above 0.')
}

/** Throws if an option is not a number of at least 0. */
export function expectNotNegative(optimizer: string, option: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) fail(`${optimizer}: ${option} is ${value}`, 'Give a number of at least 0.')
}

/** Throws if a factor by which something decays is not in 0 … 1, 1 excluded. */
export function expectDecay(optimizer: string, option: string, value: number): void {
  if (!(value >= 0 && value < 1)) {
    fail(
      `${optimizer}: ${option} is ${value}`,
      'Give a number from 0 up to, not including, 1: with 1 or more nothing is ever forgotten.',
    )
  }
}

/** Tells `optimizer(options)` from `optimizer(parameters, options)`. */
export function splitArguments<Trainable extends object, Options extends object>(
  first: Trainable | Options | undefined,
  second: Options | undefined,
): [Trainable | undefined, Options | undefined] {
  if (second === undefined && first !== undefined && !Array.isArray(first) && !('parameters' in first)) {
    return [undefined, first as Options]
  }
  return [first as Trainable | undefined, second]
}
