import { cureFor, describe } from './describe.js'
import { fail } from './errors.js'
import { didYouMean } from './suggestion.js'

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
  const names = Object.keys(known)
  if (typeof options !== 'object' || options === null || Array.isArray(options) || 'node' in options) {
    const example = typeof options === 'object' ? '…' : JSON.stringify(options)
    fail(
      `${operation}: ${describe(options)} stands where options are expected`,
      cureFor(options, `Options have names: { ${names[0]}: ${example} }.`),
    )
  }
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue
    const meant = didYouMean(name, names)
    const all = names.length === 1 ? `The only option is ${names[0]}.` : `Options are ${names.join(', ')}.`
    fail(`${operation}: there is no option '${name}'`, `${meant} ${all}`.trim())
  }
}
