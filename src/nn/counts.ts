import { fail } from '../core/errors.js'

/** Throws if a number of inputs, channels and so on is not a whole number of at least 1. */
export function expectCount(layer: string, what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    fail(`${layer}: the number of ${what} is ${String(value)}`, 'Give a whole number of at least 1.')
  }
}
