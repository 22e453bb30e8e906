import { writeFile } from 'node:fs/promises'
import { formatMetric, metricLabel } from '../../core/metric.js'
import { findRecipe } from '../../recipes/index.js'
import { findRuns, outcomeOf, type StoredRun } from '../stored-runs.js'
import { type AddCommand, withJson } from './command.js'

/** What runs of one recipe with the same options came to. */
interface Result {
  readonly recipe: string
  readonly command: string
  readonly seeds: readonly number[]
  readonly metrics: readonly {
    readonly name: string
    readonly mean: number
    readonly least: number
    readonly most: number
    readonly literature?: { readonly value: number; readonly source: string }
  }[]
  readonly seconds: number
  readonly backend: string
  readonly machine: string
  readonly shortfall?: string
}

/** `shapewise results`: all recipes with what they reached beside what is published. */
export const addResults: AddCommand = (program, { stdout }) => {
  withJson(
    program
      .command('results')
      .summary('gather what recipes reached')
      .description(
        'Gathers the finished runs of recipes: each figure with its spread over seeds, beside the published one, as a page of Markdown.',
      ),
  )
    .argument('[folders...]', 'where runs are stored', ['runs'])
    .option('--out <file>', 'write the page into a file, such as docs/results.md')
    .addHelpText('after', '\nExample:\n  shapewise results runs --out docs/results.md')
    .action(async (roots: string[], { json, out }: { readonly json?: boolean; readonly out?: string }) => {
      const runs = (await Promise.all(roots.map(findRuns))).flat()
      const results = gathered(
        runs.filter(({ info }) => info.status === 'finished' && findRecipe(info.name) !== undefined),
      )
      const page = json === true ? `${JSON.stringify(results)}\n` : pageOf(results)
      if (out === undefined) stdout.write(page)
      else await writeFile(out, page)
      if (out !== undefined) stdout.write(`${results.length} results are in ${out}.\n`)
    })
}

/** The runs by recipe and options; of several with the same seed the latest. */
function gathered(runs: readonly StoredRun[]): Result[] {
  const groups = new Map<string, Map<number, StoredRun>>()
  for (const run of runs) {
    const key = JSON.stringify([run.info.name, run.info.options])
    const bySeed = groups.get(key) ?? new Map<number, StoredRun>()
    groups.set(key, bySeed.set(run.info.seed ?? 0, run))
  }
  return [...groups.values()]
    .map((bySeed) => resultOf([...bySeed.values()]))
    .sort((a, b) => a.recipe.localeCompare(b.recipe) || a.command.localeCompare(b.command))
}

function resultOf(runs: readonly StoredRun[]): Result {
  const [{ info }] = runs
  const { environment, literature = {} } = info
  const names = Object.keys(outcomeOf(runs[0]))
  const metrics = names.map((name) => {
    const values = runs.map((run) => outcomeOf(run)[name] ?? Number.NaN)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return { name, mean, least: Math.min(...values), most: Math.max(...values), literature: literature[name] }
  })
  // What else the machine does only adds to it.
  const seconds = Math.min(...runs.map((run) => run.info.seconds ?? Infinity))
  return {
    recipe: info.name,
    command: commandOf(info.name, info.options),
    seeds: runs.map((run) => run.info.seed ?? 0).sort((a, b) => a - b),
    metrics,
    seconds,
    backend: environment.backend,
    machine: [environment.processor, environment.threads && `${environment.threads} threads`]
      .filter(Boolean)
      .join(', '),
    shortfall: findRecipe(info.name)?.shortfall,
  }
}

/** How to run it: the options that are not the declared ones. */
function commandOf(name: string, options: Readonly<Record<string, unknown>>): string {
  const declared = findRecipe(name)?.options ?? {}
  const changed = Object.entries(options).filter(([option, value]) => declared[option]?.default !== value)
  const kebab = (option: string): string => option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  return ['shapewise run', name, ...changed.map(([option, value]) => `--${kebab(option)} ${String(value)}`)].join(' ')
}

function pageOf(results: readonly Result[]): string {
  const rows = results.flatMap(({ recipe, command, seeds, metrics, seconds, shortfall }) =>
    metrics.map(({ name, mean, least, most, literature }, i) => {
      const spread = least < most ? ` (${formatMetric(name, least)} … ${formatMetric(name, most)})` : ''
      const published = literature === undefined ? '' : `${formatMetric(name, literature.value)}: ${literature.source}`
      const first =
        i === 0
          ? [`\`${recipe}\``, `\`${command}\``, seeds.join(', '), `${formatMetric('seconds', seconds)} s`]
          : ['', '', '', '']
      return [
        ...first,
        metricLabel(name),
        formatMetric(name, mean) + spread,
        published,
        i === 0 ? (shortfall ?? '') : '',
      ]
    }),
  )
  const machines = [...new Set(results.map(({ backend, machine }) => `${backend} backend, ${machine}`))]
  const header = ['recipe', 'command', 'seeds', 'took', 'figure', 'reached', 'published', 'why less']
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [
    '# Results',
    '',
    'What the recipes reached, beside what is published. Made by `shapewise results`; means over the seeds, with the least and the most, and the time of the quickest run.',
    '',
    line(header),
    line(header.map(() => '---')),
    ...rows.map(line),
    '',
    `Measured on: ${machines.join('; ') || '–'}.`,
    '',
  ].join('\n')
}
