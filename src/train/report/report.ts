import { fail } from '../../core/errors.js'
import { formatMetric, metricLabel } from '../../core/metric.js'
import { checkOptions } from '../../core/options.js'
import { summary } from '../../nn/index.js'
import { chart, heatmap, type Series } from '../../plot/index.js'
import type { EpochEvent } from '../loop/events.js'
import { RunFolder } from '../store/run-folder.js'
import type { RunInfo } from '../store/run-info.js'
import type { RunLine } from '../store/run-lines.js'
import type { Storage } from '../store/storage.js'
import { chooseColumns } from '../task.js'
import { type Assessment, type AssessmentOptions, assess } from './assessment.js'
import { dataUrl, escapeHtml, page, section, table } from './page.js'

const EVALUATION = 'evaluation.json'
const SUMMARY = 'summary.txt'
const REPORT = 'report.html'

/**
 * Writes `report.html` into the folder of a run: results beside published figures, curves, what the model confuses, its worst examples, its
 * layers, pictures, options and surroundings, as one page that needs nothing else.
 *
 * With a model and data it is measured first, unless an `evaluation` is given, and what came out is stored (`evaluation.json`, `summary.txt`, `worst/`); without, the page is
 * made again from what lies in the folder.
 *
 * @throws if there is no run in the folder, or the data are none to measure on
 * @example
 * const inputs = floatColumn(Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)), [2])
 * const data = dataset({ inputs, labels: labelColumn(Uint8Array.from({ length: 20 }, (_, i) => i % 2)) })
 * const model = nn.linear(2, 2)
 * const folder = memoryStorage() // or the path of a folder: 'runs/first'
 * await fit(model, data, { loss: nn.crossEntropy, optimizer: adam(), folder })
 * await writeReport(folder, { model, data })
 */
export async function writeReport(where: string | Storage | RunFolder, measured?: AssessmentOptions): Promise<void> {
  const folder = await RunFolder.open(where)
  const info = await folder.info()
  if (info === undefined) fail(`${folder.name}: there is no run`, 'Give the folder that a training was stored in.')
  const { storage } = folder
  if (measured !== undefined) {
    checkOptions<AssessmentOptions>('writeReport', measured, {
      ...{ model: true, data: true, evaluation: true, classNames: true, loss: true, inputs: true, targets: true },
    })
    const { model, data } = measured
    const assessment = await assess(measured, (name, content) => storage.write(name, content))
    await storage.write(EVALUATION, `${JSON.stringify(assessment)}\n`)
    const { inputs } = chooseColumns('writeReport', data, measured)
    const { dtype, shape } = data.columns[inputs]
    await storage.write(SUMMARY, `${String(summary(model as never, { dtype, shape: [1, ...shape] }))}\n`)
  }
  await storage.write(REPORT, await reportPage(folder))
}

/** The page of a run as it stands in its folder, where nothing is changed. @throws if there is no run */
export async function reportPage(folder: RunFolder): Promise<string> {
  const info = await folder.existing()
  const { storage } = folder
  const lines = await folder.lines()
  const text = async (file: string): Promise<string | undefined> => {
    const bytes = await storage.read(file)
    return bytes && new TextDecoder().decode(bytes)
  }
  const stored = await text(EVALUATION)
  const assessment = stored === undefined ? undefined : (JSON.parse(stored) as Assessment)
  const layers = await text(SUMMARY)
  const title = info.title ?? info.name
  return page(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    about(info),
    section('Result', results(info, lines, assessment)),
    section('Curves', curves(lines)),
    section('What is taken for what', assessment === undefined ? '' : comparison(assessment)),
    section('Worst examples', assessment === undefined ? '' : await gallery(storage, assessment)),
    section('Pictures', await pictures(storage)),
    section('Model', layers === undefined ? '' : `<pre>${escapeHtml(layers)}</pre>`),
    section(
      'Options',
      table([], [...settings(info.options), ...(info.seed === undefined ? [] : [['seed', String(info.seed)]])]),
    ),
    section('Data', table([], settings(info.data ?? {}))),
    section('Surroundings', table([], settings(info.environment as unknown as Readonly<Record<string, unknown>>))),
    section('Notes', notes(lines)),
  ])
}

function about({ name, status, started, seconds, reason, resumed }: RunInfo): string {
  const parts = [
    name,
    status,
    `begun ${started.slice(0, 16).replace('T', ' ')} UTC`,
    seconds === undefined ? '' : `${formatMetric('seconds', seconds)} s`,
    resumed > 0 ? `went on after ${resumed} break${resumed > 1 ? 's' : ''}` : '',
    reason ?? '',
  ]
  return `<p class="about">${escapeHtml(parts.filter((part) => part !== '').join(' · '))}</p>`
}

const isEpoch = (line: RunLine): line is Extract<RunLine, { type: 'epoch' }> => line.type === 'epoch'

function results(info: RunInfo, lines: readonly RunLine[], assessment: Assessment | undefined): string {
  const number = (name: string, value: number | undefined) => ({
    number: value === undefined ? '' : formatMetric(name, value),
  })
  const rows = Object.entries(info.results ?? {}).map(([name, value]) => {
    const published = info.literature?.[name]
    return [metricLabel(name), number(name, value), number(name, published?.value), published?.source ?? '']
  })
  const last = lines.filter(isEpoch).at(-1)
  if (rows.length === 0 && last !== undefined) {
    const measured = { ...last.metrics, ...prefixed('validation', last.validation) }
    for (const [name, value] of Object.entries(measured))
      rows.push([metricLabel(name), number(name, value), number(name, undefined), ''])
  }
  if (assessment !== undefined) {
    const { examples, loss, accuracy } = assessment
    const of = `measured on ${examples.toLocaleString('en-US')} examples`
    if (accuracy !== undefined) rows.push(['accuracy', number('accuracy', accuracy), number('', undefined), of])
    rows.push(['loss', number('loss', loss), number('', undefined), of])
  }
  return table(['', 'reached', info.literature === undefined ? '' : 'literature', ''], rows)
}

const prefixed = (prefix: string, metrics: EpochEvent['validation']): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics ?? {}).map(([name, value]) => [`${prefix} ${name}`, value]))

/** Numbers that span so much are drawn on a logarithmic axis. */
const WIDE = 30

/** A chart for each metric, with what was measured while learning and on the validation data; the learning rates behind. */
function curves(lines: readonly RunLine[]): string {
  const epochs = lines.filter(isEpoch)
  const steps = lines.filter((line) => line.type === 'step')
  const names = new Set(
    epochs.flatMap(({ metrics, validation }) => [...Object.keys(metrics), ...Object.keys(validation ?? {})]),
  )
  const values = (pick: (epoch: EpochEvent) => number | undefined): number[] =>
    epochs.map((epoch) => pick(epoch) ?? Number.NaN)
  const x = epochs.map(({ epoch }) => epoch)
  const drawn = [...names].map((name) => {
    const training = values(({ metrics }) => metrics[name])
    const validation = values((epoch) => epoch.validation?.[name])
    const series: Series[] = []
    if (training.some((value) => !Number.isNaN(value))) series.push({ name: 'training', x, y: training })
    if (validation.some((value) => !Number.isNaN(value))) series.push({ name: 'validation', x, y: validation })
    return curve(metricLabel(name), 'epoch', series)
  })
  const rates = new Set(epochs.flatMap(({ learningRates }) => Object.keys(learningRates ?? {})))
  const rateSeries = [...rates].map((name) => ({ name, x, y: values(({ learningRates }) => learningRates[name]) }))
  if (rateSeries.length > 0 && epochs.length > 1) drawn.push(curve('learning rate', 'epoch', rateSeries))
  const stepNames = new Set(steps.flatMap((line) => Object.keys(line.values)))
  for (const name of steps.length > 1 ? stepNames : []) {
    const y = steps.map((line) => line.values[name] ?? Number.NaN)
    drawn.push(curve(`${metricLabel(name)} of single batches`, 'step', [{ x: steps.map(({ step }) => step), y }]))
  }
  const all = drawn.filter((svg) => svg !== '')
  return all.length === 0 ? '' : `<div class="charts">${all.join('')}</div>`
}

function curve(title: string, label: string, series: readonly Series[]): string {
  if (series.length === 0) return ''
  const numbers = series.flatMap(({ y }) => Array.from(y)).filter(Number.isFinite)
  const [low, high] = numbers.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity])
  const scale = low > 0 && high > WIDE * low ? 'log' : 'linear'
  return chart({ title, x: { label }, y: { scale }, series, width: 480, height: 300 })
}

function comparison({ confusion, classNames, values }: Assessment): string {
  if (confusion !== undefined) {
    return heatmap({ values: confusion, rows: classNames, columns: classNames, rowLabel: 'is', columnLabel: 'named' })
  }
  if (values === undefined) return ''
  const both = [...values.targets, ...values.outputs].filter(Number.isFinite)
  const ends = both.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity])
  return chart({
    x: { label: 'target' },
    y: { label: 'output' },
    series: [
      { kind: 'points', x: values.targets, y: values.outputs },
      { x: ends, y: ends, kind: 'dashes' },
    ],
    width: 480,
    height: 480,
  })
}

async function gallery(storage: Storage, { worst }: Assessment): Promise<string> {
  const figures = worst.map(async ({ text, picture }) => {
    const bytes = picture === undefined ? undefined : await storage.read(picture)
    if (picture === undefined || bytes === undefined) return `<li>${escapeHtml(text)}</li>`
    return `<figure><img src="${dataUrl(picture, bytes)}" alt=""><figcaption>${escapeHtml(text)}</figcaption></figure>`
  })
  const drawn = await Promise.all(figures)
  if (drawn.length === 0) return ''
  return drawn[0].startsWith('<li>') ? `<ul>${drawn.join('')}</ul>` : `<div class="gallery">${drawn.join('')}</div>`
}

/** Everything in `pictures/`, in the order of the names. */
async function pictures(storage: Storage): Promise<string> {
  const names = (await storage.list('pictures')).filter((name) => /\.(png|svg|jpg)$/.test(name))
  const figures = names.map(async (name) => {
    const bytes = (await storage.read(`pictures/${name}`)) ?? new Uint8Array()
    const caption = escapeHtml(name.replace(/\.\w+$/, '').replaceAll('-', ' '))
    return `<figure><img src="${dataUrl(name, bytes)}" alt="${caption}"><figcaption>${caption}</figcaption></figure>`
  })
  return names.length === 0 ? '' : `<div class="pictures">${(await Promise.all(figures)).join('')}</div>`
}

const settings = (values: Readonly<Record<string, unknown>>): string[][] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [metricLabel(name), typeof value === 'string' ? value : JSON.stringify(value)])

function notes(lines: readonly RunLine[]): string {
  const texts = lines.flatMap((line) =>
    line.type === 'note' ? [`<li>step ${line.step}: ${escapeHtml(line.text)}</li>`] : [],
  )
  return texts.length === 0 ? '' : `<ul>${texts.join('')}</ul>`
}
