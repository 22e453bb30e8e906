import { ShapewiseError } from '../../src/core/errors.js'

// What JavaScript may hand over in the place of an argument.

/** An options object; a wrong name in it is refused. */
export const options = (given: object = {}) => ({ options: given })
export type Argument = unknown

const isOptions = (argument: Argument): argument is { readonly options: object } =>
  typeof argument === 'object' && argument !== null && 'options' in argument
/** The argument itself. */
export const plain = (argument: Argument): unknown => (isOptions(argument) ? argument.options : argument)

const junk: readonly (readonly [what: string, value: unknown])[] = [
  ['null', null],
  ['a text', 'nonsense'],
  ['a plain object', { nonsense: 1 }],
  ['a promise', Promise.resolve(1)],
  ['a date', new Date(0)],
  ['a list of texts', ['nonsense']],
  ['a function', () => 'nonsense'],
  ['nothing', undefined],
]

/** What goes wrong when each argument in turn is replaced by junk: it is taken, or the error is none of ours. */
export async function junkTaken(
  name: string,
  call: (args: readonly unknown[]) => unknown,
  args: readonly Argument[],
  accepted: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const wrong: string[] = []
  for (const [i, argument] of args.entries()) {
    for (const [what, value] of junk) {
      if (typeof argument === 'function' && typeof value === 'function') continue
      const given = args.map((each, k) => (k === i ? value : plain(each)))
      try {
        await call(given)
        if (value !== undefined && !accepted.has(`${name} ${i}: ${what}`)) wrong.push(`${name} ${i}: ${what} is taken`)
      } catch (error) {
        if (!(error instanceof ShapewiseError) && !accepted.has(`${name} ${i}: ${what}`))
          wrong.push(`${name} ${i}: ${what}: ${String(error)}`)
      }
    }
  }
  return wrong
}
