import { findAutomatic } from '../../automatic/index.js'
import { fail } from '../../core/errors.js'
import { formatMetric, metricLabel } from '../../core/metric.js'
import { summary } from '../../nn/index.js'
import { findRecipe } from '../../recipes/index.js'
import { integer, number } from '../../recipes/option.js'
import { optionValues, parseArgument } from '../recipe-options.js'
import { runRecipe } from '../run.js'
import { openStoredRun } from '../stored-runs.js'
import { openTrained } from '../trained.js'
import { type AddCommand, withJson } from './command.js'

/** `shapewise predict`: what a model says of files. */
export const addPredict: AddCommand = (program, { stdout }) => {
  const [least, positive] = [integer(1, ''), number(1, '')]
  withJson(
    program
      .command('predict')
      .summary('use a trained model')
      .description(
        'Says what a model of shapewise train makes of files: the classes of pictures, a column for a table, how a text goes on.',
      ),
  )
    .argument('<run>', 'folder of a run')
    .argument('<files...>', 'files to look at')
    .option('--length <n>', 'characters to write', (given) => parseArgument(least, given), 400)
    .option('--temperature <x>', 'how freely to write', (given) => parseArgument(positive, given), 0.7)
    .option(
      '--seed <n>',
      'start of all random numbers',
      (given) => parseArgument(integer(0, '', { minimum: 0 }), given),
      0,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  shapewise predict runs/photos new.png\n  shapewise predict runs/houses houses-of-today.csv --json',
    )
    .action(
      async (
        path: string,
        files: string[],
        given: {
          readonly json?: boolean
          readonly length: number
          readonly temperature: number
          readonly seed: number
        },
      ) => {
        const trained = await openTrained(path)
        for (const file of files) {
          for await (const prediction of trained.predict(file, given)) {
            if (given.json === true) {
              stdout.write(`${JSON.stringify(prediction)}\n`)
              continue
            }
            const { of, answer, probabilities } = prediction
            const others = Object.entries(probabilities ?? {})
              .filter(([, probability]) => probability >= 0.005)
              .map(([name, probability]) => `${name} ${(100 * probability).toFixed(0)} %`)
            stdout.write(`${of}: ${answer}${others.length > 0 ? `  (${others.join(', ')})` : ''}\n`)
          }
        }
      },
    )
}

/** `shapewise evaluate`: how good a model is on other data. */
export const addEvaluate: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('evaluate')
      .summary('measure a trained model')
      .description('Measures a model of shapewise train on other data of the same kind.'),
  )
    .argument('<run>', 'folder of a run')
    .argument('<data>', 'a folder or file, as for train')
    .addHelpText('after', '\nExample:\n  shapewise evaluate runs/photos ./photos-of-today')
    .action(async (path: string, data: string, { json }: { readonly json?: boolean }) => {
      const metrics = await (await openTrained(path)).evaluate(data)
      if (json === true) stdout.write(`${JSON.stringify(metrics)}\n`)
      else
        for (const [name, value] of Object.entries(metrics))
          stdout.write(`${metricLabel(name)}  ${formatMetric(name, value)}\n`)
    })
}

/** `shapewise summary`: the layers of a model. */
export const addSummary: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('summary')
      .summary('show the layers of a trained model')
      .description('Shows the layers of a model of shapewise train: what they give, hold and cost.'),
  )
    .argument('<run>', 'folder of a run')
    .action(async (path: string, { json }: { readonly json?: boolean }) => {
      const { network, input } = await openTrained(path)
      const layers = summary(network as never, { shape: [1, ...input.shape], dtype: input.dtype ?? 'float32' })
      stdout.write(json === true ? `${JSON.stringify(layers)}\n` : `${String(layers)}\n`)
    })
}

/** `shapewise resume`: goes on where a run was interrupted. */
export const addResume: AddCommand = (program, surroundings, exit) => {
  withJson(
    program
      .command('resume')
      .summary('go on with an interrupted run')
      .description('Goes on with a run where it was interrupted; the result is the same as without the break.'),
  )
    .argument('<run>', 'folder of a run')
    .option('--backend <name>', 'what to compute on')
    .addHelpText('after', '\nExample:\n  shapewise resume runs/lenet-mnist-20260131-120000')
    .action(async (path: string, given: { readonly json?: boolean; readonly backend?: string }) => {
      const { info } = await openStoredRun(path)
      const recipe = findRecipe(info.name) ?? findAutomatic(info.name)?.recipe
      if (recipe === undefined)
        fail(
          `${path}: this is no run of a recipe or of shapewise train`,
          'Go on in code: fit(…, { folder, resume: true }).',
        )
      if (info.status === 'finished') fail(`${path}: the run is finished`, 'shapewise report shows what came out.')
      const settings = {
        seed: info.seed ?? 0,
        backend: given.backend,
        json: given.json === true,
        out: path,
        resume: true,
      }
      exit(await runRecipe(recipe, optionValues(recipe.options, info.options), settings, surroundings))
    })
}
