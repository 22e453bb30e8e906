import { fail } from '../core/errors.js'

/** A whole number, at least `minimum`. */
export interface IntegerOption {
  readonly kind: 'integer'
  readonly default: number
  readonly description: string
  readonly minimum: number
}

/** A real number greater than `above`. */
export interface NumberOption {
  readonly kind: 'number'
  readonly default: number
  readonly description: string
  readonly above: number
}

/** One of a few words. */
export interface ChoiceOption<Choice extends string = string> {
  readonly kind: 'choice'
  readonly default: Choice
  readonly description: string
  readonly choices: readonly Choice[]
}

/** Any text; the recipe checks it. */
export interface TextOption {
  readonly kind: 'text'
  readonly default: string
  readonly description: string
}

/** Yes or no. */
export interface FlagOption {
  readonly kind: 'flag'
  readonly default: boolean
  readonly description: string
}

/** What a recipe lets its user choose: data, so that a command line and a form can both be made of it. */
export type OptionDeclaration = IntegerOption | NumberOption | ChoiceOption | TextOption | FlagOption

/** Options by name, in camelCase. */
export type OptionDeclarations = Readonly<Record<string, OptionDeclaration>>

type OptionValue<D extends OptionDeclaration> =
  D extends ChoiceOption<infer Choice>
    ? Choice
    : D extends IntegerOption | NumberOption
      ? number
      : D extends FlagOption
        ? boolean
        : string

/** The values that belong to declarations. */
export type OptionValues<D extends OptionDeclarations> = { readonly [Name in keyof D]: OptionValue<D[Name]> }

/** Declares a whole number; at least 1 unless `minimum` says otherwise. */
export const integer = (value: number, description: string, { minimum = 1 } = {}): IntegerOption => ({
  kind: 'integer',
  default: value,
  description,
  minimum,
})

/** Declares a real number; greater than 0 unless `above` says otherwise. */
export const number = (value: number, description: string, { above = 0 } = {}): NumberOption => ({
  kind: 'number',
  default: value,
  description,
  above,
})

/** Declares one of a few words. */
export const choice = <const Choice extends string>(
  value: NoInfer<Choice>,
  choices: readonly Choice[],
  description: string,
): ChoiceOption<Choice> => ({ kind: 'choice', default: value, description, choices })

/** Declares a text. */
export const text = (value: string, description: string): TextOption => ({ kind: 'text', default: value, description })

/** Declares yes or no. */
export const flag = (value: boolean, description: string): FlagOption => ({ kind: 'flag', default: value, description })

/** The four options that nearly every training has, with the recipe's own defaults. */
export const trainingOptions = (defaults: {
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  readonly limit: number
}) => ({
  epochs: integer(defaults.epochs, 'passes through the training examples'),
  batchSize: integer(defaults.batchSize, 'examples per step'),
  learningRate: number(defaults.learningRate, 'step size of the optimizer'),
  limit: integer(defaults.limit, 'learn from the first so many examples; 0 for all', { minimum: 0 }),
})

/** The defaults of all options. */
export function defaultValues<D extends OptionDeclarations>(declarations: D): OptionValues<D> {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]) => [name, declaration.default]),
  ) as OptionValues<D>
}

/**
 * The value that a text means for an option.
 *
 * @throws if it is not one that the option takes; the message says what it takes.
 */
export function parseOption(declaration: OptionDeclaration, given: string): string | number | boolean {
  const { kind } = declaration
  if (kind === 'text') return given
  if (kind === 'flag') {
    if (given !== 'true' && given !== 'false') fail(`'${given}' is neither true nor false.`)
    return given === 'true'
  }
  if (kind === 'choice') {
    if (!declaration.choices.includes(given)) {
      fail(`There is no '${given}'.`, `Use one of: ${declaration.choices.join(', ')}.`)
    }
    return given
  }
  const value = given.trim() === '' ? Number.NaN : Number(given)
  if (kind === 'integer') {
    if (!Number.isSafeInteger(value) || value < declaration.minimum) {
      fail(`'${given}' is not a whole number of at least ${declaration.minimum}.`)
    }
  } else if (!(value > declaration.above && Number.isFinite(value))) {
    fail(`'${given}' is not a number greater than ${declaration.above}.`)
  }
  return value
}
