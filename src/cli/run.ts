import { setImmediate } from 'node:timers/promises'
import { backend, seed, setBackend } from 'shapewise'
import { version } from '../core/version.js'
import type { OptionDeclarations, OptionValues } from '../recipes/option.js'
import type { Recipe } from '../recipes/recipe.js'
import type { DataSource, Metrics } from '../recipes/report.js'
import { formatDuration } from './duration.js'
import { exitCodes, Interrupted } from './failure.js'
import { defaultRunFolder, LOG_FILE, METRICS_FILE, RunFolder } from './run-folder.js'
import { summaryTable } from './summary.js'
import type { Surroundings } from './surroundings.js'
import { TerminalReporter } from './terminal-reporter.js'

/** What can be said about every run, beside the recipe's own options. */
export interface RunSettings {
  readonly seed: number
  /** The active one if undefined. */
  readonly backend: string | undefined
  /** Whether to print nothing on stdout but the outcome as one line of JSON. */
  readonly json: boolean
  /** The folder to store the run in; one below `runs` if undefined. */
  readonly out: string | undefined
}

/** Runs a recipe, stores what came out, and returns the exit code. */
export async function runRecipe<D extends OptionDeclarations>(
  recipe: Recipe<D>,
  options: OptionValues<D>,
  settings: RunSettings,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr, now } = surroundings
  if (settings.backend !== undefined) setBackend(settings.backend)
  seed(settings.seed)

  const started = new Date()
  const folder = await RunFolder.open(settings.out ?? defaultRunFolder(recipe.name, started))
  let source: DataSource | undefined
  const report = new TerminalReporter(settings.json ? stderr : stdout, surroundings, {
    onEpoch: (summary) => folder.log(summary),
    onData: (given) => {
      source = given
    },
  })
  const start = now()
  const seconds = (): number => Math.round(now() - start) / 1000
  const outcome = (metrics: Metrics) => ({
    recipe: recipe.name,
    metrics,
    literature: recipe.literature,
    seconds: seconds(),
    backend: backend().name,
    seed: settings.seed,
  })
  const finish = (status: 'finished' | 'interrupted' | 'failed', metrics: Metrics) => {
    const more = { options, data: source?.description, started: started.toISOString(), version }
    return folder.finish({ ...outcome(metrics), status, ...more })
  }

  report.log(report.colors.bold(recipe.title))
  report.log(report.colors.dim(recipe.source))
  const interruption = interruptedBy(surroundings)
  let metrics: Metrics
  try {
    const context = { options, seed: settings.seed, report, output: folder }
    // A breath before, so that an interruption during start-up is noticed.
    await setImmediate()
    metrics = await Promise.race([recipe.run(context), interruption.happens])
  } catch (error) {
    report.clear()
    if (!folder.hasContent) await folder.discard()
    else await finish(error instanceof Interrupted ? 'interrupted' : 'failed', {})
    if (!(error instanceof Interrupted)) throw error
    const kept = folder.hasContent
      ? `What came out of ${countEpochs(folder.loggedEpochs)} is in ${folder.shown}.`
      : 'No epoch was done, so nothing is stored.'
    stderr.write(`Interrupted. ${kept}\n`)
    return exitCodes.interrupted
  } finally {
    interruption.stopListening()
  }
  await finish('finished', metrics)

  report.table(summaryTable(metrics, recipe.literature))
  if (source?.genuine === false && Object.keys(recipe.literature).length > 0) {
    report.log(
      report.colors.yellow(
        'The data are not the published ones, so the numbers do not compare with those of the literature.',
      ),
    )
  }
  const took = `${formatDuration(seconds())} on the ${backend().name} backend, seed ${settings.seed}`
  report.log(`\n${took}; stored in ${folder.shown} (${METRICS_FILE}, ${LOG_FILE})`)
  if (settings.json) {
    const literature = Object.fromEntries(Object.entries(recipe.literature).map(([name, { value }]) => [name, value]))
    stdout.write(`${JSON.stringify({ ...outcome(metrics), literature, data: source?.name })}\n`)
  }
  return exitCodes.success
}

const countEpochs = (count: number): string => (count === 1 ? 'the first epoch' : `the first ${count} epochs`)

/** A promise that is rejected when the user presses Ctrl-C. */
function interruptedBy(surroundings: Surroundings): { happens: Promise<never>; stopListening: () => void } {
  let stopListening = (): void => {}
  const happens = new Promise<never>((_, reject) => {
    stopListening = surroundings.onInterrupt(() => reject(new Interrupted('interrupted')))
  })
  // Nobody may be waiting any more when it happens.
  happens.catch(() => {})
  return { happens, stopListening }
}
