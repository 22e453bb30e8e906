import { writeFile } from 'node:fs/promises'
import picocolors from 'picocolors'
import { fail } from '../../core/errors.js'
import { formatMetric, metricLabel } from '../../core/metric.js'
import { chart } from '../../plot/index.js'
import { openStoredRun, outcomeOf, type StoredRun } from '../stored-runs.js'
import { wantsColor } from '../surroundings.js'
import { drawTable } from '../table.js'
import { type AddCommand, withJson } from './command.js'

/** `shapewise compare`: runs beside each other. */
export const addCompare: AddCommand = (program, { stdout, environment }) => {
  withJson(
    program
      .command('compare')
      .summary('show runs beside each other')
      .description('Shows what came out of runs, and which options differ.'),
  )
    .argument('<runs...>', 'folders of runs')
    .option('--metric <name>', 'what the chart shows', 'loss')
    .option('--chart <file>', 'draw the curves of the metric into an SVG file')
    .addHelpText('after', '\nExample:\n  shapewise compare runs/first runs/second --chart loss.svg')
    .action(
      async (paths: string[], given: { readonly json?: boolean; readonly metric: string; readonly chart?: string }) => {
        const runs = await Promise.all(paths.map(openStoredRun))
        if (given.chart !== undefined) await writeFile(given.chart, curvesOf(runs, given.metric))
        const settings = differing(runs)
        if (given.json === true) {
          const listed = runs.map((run) => ({
            path: run.path,
            results: outcomeOf(run),
            options: run.info.options,
            seed: run.info.seed,
          }))
          stdout.write(`${JSON.stringify(listed)}\n`)
          return
        }
        const metrics = [...new Set(runs.flatMap((run) => Object.keys(outcomeOf(run))))]
        const rows = [
          ...metrics.map((name) => [metricLabel(name), ...runs.map((run) => numberText(name, outcomeOf(run)[name]))]),
          ...settings.map(([name, texts]) => [name, ...texts]),
          [
            'took',
            ...runs.map(({ info }) => (info.seconds === undefined ? '' : `${formatMetric('seconds', info.seconds)} s`)),
          ],
        ]
        const colors = picocolors.createColors(wantsColor(stdout, environment))
        stdout.write(`${drawTable({ title: 'Runs', columns: ['', ...paths], rows }, colors).join('\n')}\n`)
        if (given.chart !== undefined) stdout.write(`\nThe curves of ${given.metric} are in ${given.chart}.\n`)
      },
    )
}

const numberText = (name: string, value: number | undefined): string =>
  value === undefined ? '' : formatMetric(name, value)

/** Options whose values are not the same in all runs, with the values as text. */
function differing(runs: readonly StoredRun[]): (readonly [string, readonly string[]])[] {
  const names = [...new Set(runs.flatMap(({ info }) => Object.keys(info.options)))]
  const all = [
    ...names.map((name) => [metricLabel(name), runs.map(({ info }) => textOf(info.options[name]))] as const),
    ['seed', runs.map(({ info }) => textOf(info.seed))] as const,
    ['backend', runs.map(({ info }) => info.environment.backend)] as const,
  ]
  return all.filter(([, texts]) => new Set(texts).size > 1)
}

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** The metric over the epochs: that of the validation dashed. */
function curvesOf(runs: readonly StoredRun[], metric: string): string {
  const series = runs.flatMap(({ path, epochs }) => {
    const x = epochs.map(({ epoch }) => epoch)
    const learned = epochs.map(({ metrics }) => metrics[metric] ?? Number.NaN)
    const checked = epochs.map(({ validation }) => validation?.[metric] ?? Number.NaN)
    return [
      ...(learned.some(Number.isFinite) ? [{ name: path, x, y: learned }] : []),
      ...(checked.some(Number.isFinite)
        ? [{ name: `${path}, validation`, kind: 'dashes' as const, x, y: checked }]
        : []),
    ]
  })
  if (series.length === 0) {
    const known = new Set(runs.flatMap(({ epochs }) => epochs.flatMap(({ metrics }) => Object.keys(metrics))))
    fail(
      `compare: no epoch of the runs has measured '${metric}'`,
      `Choose with --metric from: ${[...known].join(', ')}.`,
    )
  }
  return chart({ title: metricLabel(metric), x: { label: 'epoch' }, series, width: 900, height: 480 })
}
