import { cureFor, describe } from '../core/describe.js'
import { fail } from '../core/errors.js'

/** Throws if a learning rate is negative or no number. */
export function expectRate(optimizer: string, rate: number): void {
  if (!(typeof rate === 'number' && rate >= 0 && rate < Infinity)) {
    fail(`${optimizer}: the learning rate is ${shown(rate)}`, 'Give a number of at least 0, such as 0.001.')
  }
}

/** Throws if an option is not above 0. */
export function expectPositive(optimizer: string, option: string, value: number): void {
  if (!(typeof value === 'number' && value > 0 && value < Infinity))
    fail(`${optimizer}: ${option} is ${shown(value)}`, 'Give a number above 0.')
}

/** Throws if an option is not a number of at least 0. */
export function expectNotNegative(optimizer: string, option: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value < Infinity))
    fail(`${optimizer}: ${option} is ${shown(value)}`, 'Give a number of at least 0.')
}

/** Throws if a factor by which something decays is not in 0 … 1, 1 excluded. */
export function expectDecay(optimizer: string, option: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value < 1)) {
    fail(
      `${optimizer}: ${option} is ${shown(value)}`,
      'Give a number from 0 up to, not including, 1: with 1 or more nothing is ever forgotten.',
    )
  }
}

const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : describe(value))

/** The names of the options that all optimizers have. */
export const commonOptions = { learningRate: true, clipNorm: true, clipValue: true } as const

/** Tells `optimizer(options)` from `optimizer(parameters, options)`. */
export function splitArguments<Trainable extends object, Options extends object>(
  optimizer: string,
  first: Trainable | Options | undefined,
  second: Options | undefined,
): [Trainable | undefined, Options | undefined] {
  if (first === undefined || Array.isArray(first)) return [first as Trainable | undefined, second]
  if (typeof first !== 'object' || first === null) {
    const example = typeof first === 'number' ? first : 1e-3
    fail(
      `${optimizer}: the first argument is ${describe(first)}`,
      cureFor(first, `Pass a module or a list of parameters: ${optimizer}(model, { learningRate: ${example} }).`),
    )
  }
  if ('parameters' in first) return [first as Trainable, second]
  if (second === undefined && Object.getPrototypeOf(first) === Object.prototype) return [undefined, first as Options]
  fail(
    `${optimizer}: the first argument is ${describe(first)}, which has no parameters`,
    cureFor(first, `Pass a module or a list of parameters: ${optimizer}(model, options).`),
  )
}
