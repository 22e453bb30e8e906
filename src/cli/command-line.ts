import { Command, CommanderError } from 'commander'
import { formatMetric, metricLabel } from '../core/metric.js'
import { didYouMean } from '../core/suggestion.js'
import { version } from '../core/version.js'
import { findRecipe, recipes } from '../recipes/index.js'
import { integer } from '../recipes/option.js'
import type { Recipe } from '../recipes/recipe.js'
import { complete } from './commands/command.js'
import { commands } from './commands/index.js'
import { examine } from './doctor.js'
import { exitCodes, reportFailure, UsageError } from './failure.js'
import { listRecipes } from './list.js'
import { commandOptions, optionValues, parseArgument } from './recipe-options.js'
import { runRecipe } from './run.js'
import { type Surroundings, widthOf } from './surroundings.js'

/** What `shapewise` does with its arguments; returns the exit code. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = exitCodes.success
  const program = buildProgram(surroundings, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success
    const failure = error instanceof CommanderError ? usageError(error) : error
    return reportFailure(failure, args.includes('--debug'), surroundings)
  }
}

function buildProgram(surroundings: Surroundings, exit: (code: number) => void): Command {
  const { stdout } = surroundings
  const program = new Command('shapewise')
    .description('Deep learning in TypeScript: runs complete experiments, from data to result.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // Errors are thrown, and reported in one place.
      writeErr: () => {},
      getOutHelpWidth: () => widthOf(stdout),
    })
    .helpCommand(false)
    .argument('[command]')
    .configureHelp({ visibleArguments: () => [] })
    .usage('<command> [options]')
    .allowExcessArguments()
  program.action((given: string | undefined) => {
    if (given === undefined) program.outputHelp()
    else unknownCommand(given, program)
  })

  complete(program.command('list').description('show the recipes')).action(() => listRecipes(recipes, surroundings))
  complete(program.command('doctor').description('show what a run would use here')).action(() => examine(surroundings))

  const run = program
    .command('run')
    .description('run a recipe')
    .usage('<recipe> [options]')
    .argument('[recipe]')
    .allowUnknownOption()
    .allowExcessArguments()
    .helpCommand(false)
    .configureHelp({ visibleArguments: () => [] })
    .action((given: string | undefined, _options: unknown, command: Command) => unknownRecipe(given, command.args))
    .addHelpText('after', '\nThe options of a recipe: shapewise run <recipe> --help')
  run.commandsGroup('Recipes:')
  for (const recipe of recipes) addRecipe(run, recipe, surroundings, exit)
  for (const add of commands) add(program, surroundings, exit)
  return program
}

function addRecipe(run: Command, recipe: Recipe, surroundings: Surroundings, exit: (code: number) => void): void {
  const wholeNumber = integer(0, '', { minimum: 0 })
  const command = run.command(recipe.name).summary(recipe.title).description(`${recipe.title}\n${recipe.source}`)
  for (const option of commandOptions(recipe.options)) command.addOption(option)
  command
    .option('--seed <n>', 'start of all random numbers', (given) => parseArgument(wholeNumber, given), 0)
    .option('--backend <name>', 'what to compute on')
    .option('--json', 'print nothing on stdout but the outcome, as one line of JSON')
    .option('--out <dir>', 'folder to store the run in, replacing an earlier run there (default: below runs)')
    .option('--resume', 'go on with the run in the folder that --out names')
  const figures = Object.entries(recipe.literature).map(
    ([name, { value, source }]) => `  ${metricLabel(name)} ${formatMetric(name, value)}: ${source}`,
  )
  if (figures.length > 0) command.addHelpText('after', `\nPublished:\n${figures.join('\n')}`)
  complete(command).action(async (given: Record<string, unknown>) => {
    const settings = {
      seed: given.seed as number,
      backend: given.backend as string | undefined,
      json: given.json === true,
      out: given.out as string | undefined,
      resume: given.resume === true,
    }
    if (settings.resume && settings.out === undefined) {
      throw new UsageError('run: --resume needs the folder of the run: --resume --out <dir>.')
    }
    exit(await runRecipe(recipe, optionValues(recipe.options, given), settings, surroundings))
  })
}

function unknownCommand(given: string, program: Command): never {
  const known = program.commands.map((command) => command.name())
  // `shapewise lenet-mnist` is a likely slip.
  const recipe = findRecipe(given)
  const hint = recipe === undefined ? didYouMean(given, known) : `Did you mean 'run ${given}'?`
  throw new UsageError(
    `There is no command '${given}'. ${hint} The commands are: ${known.join(', ')}.`.replace('  ', ' '),
  )
}

function unknownRecipe(given: string | undefined, args: readonly string[]): never {
  const known = recipes.map(({ name }) => name)
  const list = `The recipes are: ${known.join(', ')}.`
  if (given === undefined) throw new UsageError(`run: a recipe is missing. ${list}`)
  if (given.startsWith('-')) {
    const named = args.find((arg) => known.includes(arg))
    throw new UsageError(
      `run: the recipe comes first, then its options: shapewise run ${named ?? '<recipe>'} ${given} …`,
    )
  }
  const hint = didYouMean(given, known)
  throw new UsageError(`run: there is no recipe '${given}'. ${hint === '' ? '' : `${hint} `}${list}`)
}

/** The argument parser's complaint as one paragraph. */
function usageError({ message }: CommanderError): UsageError {
  const sentence = message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ')
  return new UsageError(`${sentence}${/[.?)]$/.test(sentence) ? '' : '.'} See --help.`)
}
