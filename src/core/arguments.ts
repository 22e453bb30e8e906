import { cureFor, describe } from './describe.js'
import { fail, failShape } from './errors.js'
import { didYouMean } from './suggestion.js'

// Checks of arguments by kind, for callers that no type checker has helped.

/** Throws if a list of numbers is none: `reshape(2, 3)` for `reshape([2, 3])`. */
export function expectList(operation: string, what: string, value: readonly number[]): readonly number[] {
  if (Array.isArray(value)) return value
  const example = typeof value === 'number' ? `${operation}([${value}, …])` : `${operation}([2, 3])`
  failShape(
    operation,
    `${what} is ${describe(value)}, not a list`,
    cureFor(value, `Numbers stand in one list: ${example}.`),
  )
}

/** A number alone or a list, as a list. */
export function oneOrMore(operation: string, what: string, value: number | readonly number[]): readonly number[] {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value)) return value
  failShape(operation, `${what} is ${describe(value)}`, cureFor(value, 'Give a number or a list of numbers.'))
}

/** Throws if a value is no whole number. */
export function expectInteger(operation: string, what: string, value: number): number {
  if (Number.isSafeInteger(value)) return value
  fail(`${operation}: ${what} is ${describe(value)}`, cureFor(value, 'Give a whole number.'))
}

/** Throws if a value is no number; NaN and the infinities are numbers. */
export function expectNumber(operation: string, what: string, value: number): number {
  if (typeof value === 'number') return value
  fail(`${operation}: ${what} is ${describe(value)}`, cureFor(value, 'Give a number.'))
}

/** Throws if a value is neither true nor false. */
export function expectBoolean(operation: string, what: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value
  fail(`${operation}: ${what} is ${describe(value)}`, cureFor(value, 'Give true or false.'))
}

/** Throws if a value is none of the words that are known. */
export function expectChoice<Choice extends string>(
  operation: string,
  what: string,
  value: Choice,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value)) return value
  const meant = typeof value === 'string' ? didYouMean(value, choices) : ''
  const given = typeof value === 'string' ? `'${value}'` : describe(value)
  fail(
    `${operation}: ${what} is ${given}`,
    `${meant} Use one of ${choices.map((choice) => `'${choice}'`).join(', ')}.`.trim(),
  )
}

/** Throws if a value is no function. */
export function expectFunction(operation: string, what: string, value: unknown): void {
  if (typeof value === 'function') return
  fail(`${operation}: ${what} is ${describe(value)}`, cureFor(value, 'Pass a function; it is called with tensors.'))
}
