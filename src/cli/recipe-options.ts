import { InvalidArgumentError, Option } from 'commander'
import { ShapewiseError } from '../core/errors.js'
import { type OptionDeclaration, type OptionDeclarations, type OptionValues, parseOption } from '../recipes/option.js'

/** `batchSize` → `batch-size`. */
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The declared options of a recipe as the argument parser wants them. */
export function commandOptions(declarations: OptionDeclarations): Option[] {
  return Object.entries(declarations).map(([name, declaration]) => {
    const { kind, description } = declaration
    if (kind === 'flag') {
      // A flag that is on can only be switched off.
      return declaration.default
        ? new Option(`--no-${kebab(name)}`, `without: ${description}`)
        : new Option(`--${kebab(name)}`, description)
    }
    const option = new Option(`--${kebab(name)} <${placeholder(declaration)}>`, description)
    option.default(declaration.default)
    if (kind === 'choice') option.choices(declaration.choices)
    else option.argParser((given) => parseArgument(declaration, given))
    return option
  })
}

function placeholder(declaration: OptionDeclaration): string {
  return { integer: 'n', number: 'x', choice: 'word', text: 'text', flag: '' }[declaration.kind]
}

/** What a text means for an option; complaints are the argument parser's, which adds which option it is about. */
export function parseArgument(declaration: OptionDeclaration, given: string): string | number | boolean {
  try {
    return parseOption(declaration, given)
  } catch (error) {
    if (error instanceof ShapewiseError) throw new InvalidArgumentError(error.message)
    throw error
  }
}

/** What was given, defaults filled in, under the names of the declarations. */
export function optionValues<D extends OptionDeclarations>(
  declarations: D,
  given: Readonly<Record<string, unknown>>,
): OptionValues<D> {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, given[name] ?? declaration.default]),
  ) as OptionValues<D>
}
