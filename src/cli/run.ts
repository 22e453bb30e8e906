import { setImmediate } from 'node:timers/promises'
import { backend, seed, setBackend } from 'shapewise'
import { formatDuration } from '../core/duration.js'
import { fail } from '../core/errors.js'
import type { OptionDeclarations, OptionValues } from '../recipes/option.js'
import type { Recipe } from '../recipes/recipe.js'
import type { DataSource, EpochSummary, Metrics } from '../recipes/report.js'
import { writeReport } from '../train/report/report.js'
import type { EpochLine } from '../train/store/run-lines.js'
import { exitCodes, Interrupted } from './failure.js'
import { defaultRunFolder, discard, openPlace, type RunPlace, shownPath } from './run-place.js'
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
  /** Whether to go on with the run that lies there. */
  readonly resume: boolean
}

/** Runs a recipe, stores what came out, and returns the exit code. */
export async function runRecipe<D extends OptionDeclarations>(
  recipe: Recipe<D>,
  options: OptionValues<D>,
  settings: RunSettings,
  surroundings: Surroundings,
): Promise<number> {
  if (settings.backend !== undefined) setBackend(settings.backend)
  seed(settings.seed)
  const opened = await openPlace(settings.out ?? defaultRunFolder(recipe.name, new Date()))
  try {
    return await runIn(opened, recipe, options, settings, surroundings)
  } finally {
    await opened.folder.release()
  }
}

async function runIn<D extends OptionDeclarations>(
  { place, folder }: RunPlace,
  recipe: Recipe<D>,
  options: OptionValues<D>,
  settings: RunSettings,
  surroundings: Surroundings,
): Promise<number> {
  const { stdout, stderr, now } = surroundings
  const before = settings.resume ? await folder.info() : undefined
  if (before !== undefined && before.name !== recipe.name) {
    fail(
      `${shownPath(place)}: the run that lies here is one of ${before.name}`,
      `Go on with it: run ${before.name} --resume.`,
    )
  }
  const { name, title, literature } = recipe
  if (before === undefined) await folder.begin({ name, title, options, seed: settings.seed, literature })
  else await folder.continue()
  let epochs = 0
  let source: DataSource | undefined
  let pending: Promise<void> = Promise.resolve()
  const report = new TerminalReporter(settings.json ? stderr : stdout, surroundings, {
    onEpoch(summary) {
      epochs++
      // A training writes its lines itself.
      if (!folder.isTrained) pending = pending.then(() => folder.append(epochLine(summary, epochs)))
    },
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
  const finish = async (status: 'finished' | 'interrupted' | 'failed', metrics: Metrics, reason?: string) => {
    try {
      await pending
      const data = { ...(await folder.info())?.data, source: source?.description }
      await folder.update({ status, results: metrics, seconds: (before?.seconds ?? 0) + seconds(), data, reason })
    } catch (error) {
      fail(`${shownPath(place)}: the run cannot be stored. ${error instanceof Error ? error.message : error}`)
    }
  }

  report.log(report.colors.bold(recipe.title))
  report.log(report.colors.dim(recipe.source))
  const interruption = interruptedBy(surroundings, () => folder.isInUse)
  let metrics: Metrics
  try {
    const context = {
      options,
      seed: settings.seed,
      report,
      folder,
      resume: settings.resume,
      signal: interruption.signal,
    }
    // A breath before, so that an interruption during start-up is noticed.
    await setImmediate()
    metrics = await Promise.race([recipe.run(context), interruption.happens])
  } catch (error) {
    report.clear()
    await pending
    const isKept = epochs > 0 || before !== undefined || (await folder.holdsCheckpoint())
    if (!isKept) await folder.release().then(() => discard(place))
    else if (error instanceof Interrupted) await finish('interrupted', {})
    else await finish('failed', {}, error instanceof Error ? error.message : String(error))
    if (!(error instanceof Interrupted)) throw error
    const kept = isKept
      ? `What came out of ${countEpochs(epochs)} is in ${shownPath(place)}${folder.canGoOn ? '; --resume --out with this folder goes on' : ''}.`
      : 'No epoch was done, so nothing is stored.'
    stderr.write(`Interrupted. ${kept}\n`)
    return exitCodes.interrupted
  } finally {
    interruption.stopListening()
  }
  await finish('finished', metrics)
  await writeReport(folder)

  report.table(summaryTable(metrics, recipe.literature))
  if (source?.genuine === false && Object.keys(recipe.literature).length > 0) {
    report.log(
      report.colors.yellow(
        'The data are not the published ones, so the numbers do not compare with those of the literature.',
      ),
    )
  }
  const took = `${formatDuration(seconds())} on the ${backend().name} backend, seed ${settings.seed}`
  report.log(`\n${took}; stored in ${shownPath(place)} (see report.html)`)
  if (settings.json) {
    const literature = Object.fromEntries(Object.entries(recipe.literature).map(([name, { value }]) => [name, value]))
    stdout.write(`${JSON.stringify({ ...outcome(metrics), literature, data: source?.name })}\n`)
  }
  return exitCodes.success
}

const countEpochs = (count: number): string => (count === 1 ? 'the first epoch' : `the first ${count} epochs`)

/** What an epoch of a recipe without a training of ours came to, as a line. */
const epochLine = ({ epoch, epochs, metrics, seconds, stage }: TimedSummary, step: number): EpochLine => ({
  ...{ type: 'epoch', step, epoch, epochs, metrics, seconds, ...(stage !== undefined && { stage }) },
  ...{ validation: undefined, learningRates: {}, examplesPerSecond: Number.NaN, time: Date.now() },
})

type TimedSummary = EpochSummary & { readonly seconds: number }

/** For so long a training may store where it stands before the process ends. */
const GRACE_MILLISECONDS = 10_000

/** A promise that is rejected when the user presses Ctrl-C, and a signal for those who have something to store before. */
function interruptedBy(
  surroundings: Surroundings,
  isTraining: () => boolean,
): { happens: Promise<never>; signal: AbortSignal; stopListening: () => void } {
  let stopListening = (): void => {}
  const controller = new AbortController()
  const happens = new Promise<never>((_, reject) => {
    stopListening = surroundings.onInterrupt(() => {
      const reason = new Interrupted('interrupted')
      // Whoever presses it twice does not want to wait.
      if (!isTraining() || controller.signal.aborted) reject(reason)
      else setTimeout(() => reject(reason), GRACE_MILLISECONDS).unref()
      controller.abort(reason)
    })
  })
  // Nobody may be waiting any more when it happens.
  happens.catch(() => {})
  return { happens, signal: controller.signal, stopListening }
}
