import type { RunFolder } from 'shapewise/train'
import type { OptionDeclarations, OptionValues } from './option.js'
import type { Metrics, Reporter } from './report.js'

/** A published figure for one of the metrics. */
export interface PublishedFigure {
  readonly value: number
  /** Who says so, and under which conditions. */
  readonly source: string
}

/** What a recipe is given. */
export interface RecipeContext<D extends OptionDeclarations = OptionDeclarations> {
  readonly options: OptionValues<D>
  /** For shuffling and splitting; the global generator has been started with it. */
  readonly seed: number
  readonly report: Reporter
  /** Where the run is stored: to be given to `fit` or `trainLoop`, with `resume`. */
  readonly folder: RunFolder
  /** Whether to go on with what lies in the folder. */
  readonly resume: boolean
  /** Aborted when the user interrupts the run. */
  readonly signal: AbortSignal
}

/** A complete experiment: data, model, training and report. */
export interface Recipe<D extends OptionDeclarations = OptionDeclarations> {
  /** What to call it on the command line, in kebab-case. */
  readonly name: string
  /** One line for lists. */
  readonly title: string
  /** Who came up with it: authors, title, year. */
  readonly source: string
  /** Published figures by the name of the metric that they are about. */
  readonly literature: Readonly<Record<string, PublishedFigure>>
  readonly options: D
  /** Why it reaches less than its literature, in one sentence, if it does. */
  readonly shortfall?: string
  /** Does the experiment and returns what came out, by name. */
  run(context: RecipeContext<D>): Promise<Metrics>
}

/**
 * Declares a recipe; the types of `context.options` follow from `options`.
 *
 * @example
 * export const xor = recipe({
 *   name: 'xor',
 *   title: 'Two layers learn what one cannot',
 *   source: 'Minsky and Papert, Perceptrons, 1969',
 *   literature: { accuracy: { value: 1, source: 'four examples, all of them' } },
 *   options: { epochs: integer(1000, 'passes through the four examples') },
 *   async run({ options }) {
 *     return { accuracy: await trainXor(options.epochs) }
 *   },
 * })
 */
export const recipe = <const D extends OptionDeclarations>(declaration: Recipe<D>): Recipe<D> => declaration
