import { expectChoice } from '../core/arguments.js'
import { expectBoolean, expectCount, expectDecay, expectNotNegative, expectPositive } from './options.js'

/** An option of one optimizer: what it is by default, and what it may be. */
export interface Setting<Value> {
  readonly value: Value
  /** Throws if it may not. */
  check(optimizer: string, option: string, value: Value): void
}

/** One row for each option. */
export type SettingTable<Settings extends object> = {
  readonly [Name in keyof Settings]-?: Setting<Exclude<Settings[Name], undefined>>
}

/** How much of the old is kept: from 0 up to, not including, 1. */
export const kept = (value: number): Setting<number> => ({ value, check: expectDecay })
/** A number of at least 0. */
export const notNegative = (value: number): Setting<number> => ({ value, check: expectNotNegative })
/** A number above 0. */
export const positive = (value: number): Setting<number> => ({ value, check: expectPositive })
/** A whole number of at least 1. */
export const count = (value: number): Setting<number> => ({ value, check: expectCount })
/** True or false. */
export const flag = (value: boolean): Setting<boolean> => ({ value, check: expectBoolean })
/** One of a few words. */
export const choice = <Choice extends string>(value: Choice, choices: readonly Choice[]): Setting<Choice> => ({
  value,
  check: (optimizer, option, chosen) => expectChoice(optimizer, option, chosen, choices),
})
