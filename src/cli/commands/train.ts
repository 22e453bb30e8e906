import { resolve } from 'node:path'
import type { Command, Option } from 'commander'
import { type Automatic, automaticFor, automatics } from '../../automatic/index.js'
import { integer } from '../../recipes/option.js'
import { commandOptions, optionValues, parseArgument } from '../recipe-options.js'
import { runRecipe } from '../run.js'
import { type AddCommand, withJson } from './command.js'

/** `shapewise train`: data to a model without code. */
export const addTrain: AddCommand = (program, surroundings, exit) => {
  const wholeNumber = integer(0, '', { minimum: 0 })
  const command = withJson(
    program
      .command('train')
      .summary('train a model on your data, without code')
      .description(
        'Trains on a folder of pictures with one folder for each class, on a table (.csv, .tsv) or on a text (.txt, .md).\n' +
          'What is chosen is printed, and can be chosen otherwise by the options.',
      ),
  )
    .argument('<data>', 'a folder or file')
    .option('--seed <n>', 'start of all random numbers', (given) => parseArgument(wholeNumber, given), 0)
    .option('--backend <name>', 'what to compute on')
    .option('--out <dir>', 'folder to store the run in, replacing an earlier run there (default: below runs)')
  for (const option of sharedOptions()) command.addOption(option)
  command
    .addHelpText(
      'after',
      '\nExamples:\n  shapewise train ./photos\n  shapewise train houses.csv --target price --epochs 50\n  shapewise train poems.txt --out runs/poet',
    )
    .action(async (path: string, given: Record<string, unknown>) => {
      const { recipe } = await automaticFor(path)
      refuseOthers(recipe.name, recipe.options, command)
      const settings = {
        seed: given.seed as number,
        backend: given.backend as string | undefined,
        json: given.json === true,
        out: given.out as string | undefined,
        resume: false,
      }
      exit(
        await runRecipe(
          recipe,
          optionValues(recipe.options, { ...chosen(given, command), path: resolve(path) }),
          settings,
          surroundings,
        ),
      )
    })
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const subjectOf = ({ recipe }: Automatic): string => recipe.name.replace('train-', '')

/** The options of all trainings; each says for which it is, and with which default. */
function sharedOptions(): Option[] {
  const names = new Set(automatics.flatMap(({ recipe }) => Object.keys(recipe.options)))
  names.delete('path')
  return [...names].map((name) => {
    const those = automatics.filter(({ recipe }) => name in recipe.options)
    const [first] = those
    const [option] = commandOptions({ [name]: first.recipe.options[name] })
    const notes = those.map((automatic) => {
      const { default: value } = automatic.recipe.options[name]
      return value === '' ? subjectOf(automatic) : `${subjectOf(automatic)}: ${String(value)}`
    })
    option.description = `${option.description} (${notes.join(', ')})`
    option.default(undefined)
    return option
  })
}

/** What was said on the command line, and not by defaults. */
const chosen = (given: Readonly<Record<string, unknown>>, command: Command): Record<string, unknown> =>
  Object.fromEntries(Object.entries(given).filter(([name]) => command.getOptionValueSource(name) === 'cli'))

/** Throws if an option is given that this training does not have. */
function refuseOthers(name: string, options: Readonly<Record<string, unknown>>, command: Command): void {
  const own = new Set([...Object.keys(options), 'seed', 'backend', 'json', 'out', 'debug'])
  const other = command.options
    .map((option) => option.attributeName())
    .find((option) => command.getOptionValueSource(option) === 'cli' && !own.has(option))
  if (other === undefined) return
  command.error(`error: --${kebab(other)} is no option of ${name.replace('train-', 'trainings on ')}`)
}
