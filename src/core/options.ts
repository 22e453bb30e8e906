import { cureFor, describe } from './describe.js'
import { fail } from './errors.js'
import { didYouMean } from './suggestion.js'
import { isPlainObject } from './tree.js'

/** The names of all options, written so that one that is missing does not compile. */
export type OptionNames<Options> = { readonly [Name in keyof Required<Options>]: true }

/**
 * Throws if options are no object, or one has a name that there is not: a misspelt option would be ignored without a word.
 *
 * @param options may be left out
 */
export function checkOptions<Options extends object>(
  operation: string,
  options: Options | undefined,
  known: OptionNames<Options>,
): void {
  if (options === undefined) return
  if (!isPlainObject(options)) {
    const names = Object.keys(known)
    const example = typeof options === 'number' || typeof options === 'boolean' ? String(options) : '…'
    fail(
      `${operation}: ${describe(options)} stands where options are expected`,
      cureFor(options, `Options have names: { ${names[0]}: ${example} }.`),
    )
  }
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    const meant = didYouMean(name, names)
    const all = names.length === 1 ? `The only option is ${names[0]}.` : `Options are ${names.join(', ')}.`
    fail(`${operation}: there is no option '${name}'`, `${meant} ${all}`.trim())
  }
}

/** As {@link checkOptions}, for options that cannot be left out. */
export function needOptions<Options extends object>(
  operation: string,
  options: Options,
  known: OptionNames<Options>,
): void {
  if ((options as Options | undefined) === undefined) {
    fail(`${operation}: the options are missing`, `There are ${Object.keys(known).join(', ')}.`)
  }
  checkOptions(operation, options, known)
}
