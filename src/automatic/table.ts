import { fail } from '../core/errors.js'
import { type CsvTable, inspectTable, readCsv } from '../data/index.js'
import { encodeSafetensors } from '../formats/index.js'
import { choice, integer, number, text } from '../recipes/option.js'
import { recipe } from '../recipes/recipe.js'
import type { Metrics, Reporter } from '../recipes/report.js'
import { type RunFolder, writeReport } from '../train/index.js'
import { type Automatic, loadWeights, type Prediction, readNotes, type Trained, writeNotes } from './automatic.js'
import { loadTabularModel, type TabularModel, type TabularScore } from './tabular/model.js'
import { trainTabular } from './tabular/train.js'

const options = {
  path: text('', 'table: a file of comma-separated values with a first row of names'),
  target: text('', 'column to predict; the last one if it is not said'),
  task: choice('find out', ['find out', 'classes', 'values'], 'whether the column holds classes or numbers'),
  drop: text('', 'columns to leave out, between commas'),
  epochs: integer(100, 'passes through the rows, at most'),
  validation: number(0.2, 'part of the rows that is kept for measuring'),
  patience: integer(12, 'epochs without a better validation loss after which the training ends'),
}

/** Rows to learn from, at least. */
const FEWEST = 10

const metricsOf = (score: TabularScore): Metrics =>
  score.task === 'classes'
    ? { accuracy: score.accuracy }
    : { r2: score.r2, rootMeanSquaredError: score.rootMeanSquaredError }

const training = recipe({
  name: 'train-table',
  title: 'Networks that predict a column of a table',
  source: 'Gorishniy et al., On embeddings for numerical features in tabular deep learning, 2022',
  literature: {},
  options,
  async run({ options, report, seed, folder, resume, signal }) {
    const table = await readTable(options.path, report)
    const target = options.target === '' ? (table.names.at(-1) as string) : options.target
    if (options.target === '') report.log(`The column to predict is '${target}', the last one. (Change with --target.)`)
    const dropped = options.drop === '' ? [] : options.drop.split(',').map((name) => name.trim())
    for (const name of [target, ...dropped]) table.column(name)
    for (const name of table.names) {
      if (
        !hasThousands(table.column(name)) ||
        !table.column(name).some((field) => table.number(field ?? '') === undefined)
      )
        continue
      const example = table.column(name).find((field) => field?.includes(','))
      const text = `${table.name}: the numbers of '${name}' are written like ${example}`
      if (name === target) fail(text, 'Write them without commas.')
      report.log(`${text}: it is no number for the network. (Write them without commas.)`)
    }
    if (!(options.validation < 1))
      fail(`train: validation is ${options.validation}`, 'Give a part below 1, such as 0.2.')
    const known = withTarget(table, target, FEWEST)
    report.log(`${String(inspectTable(known))}\n`)
    const [learned, held] = known.split(1 - options.validation, { seed })
    const model = await trainTabular(learned, {
      ...{ target, seed, folder, resume, signal, onNote: (text) => report.log(text) },
      epochs: options.epochs,
      patience: options.patience,
      ...(options.task !== 'find out' && { task: options.task }),
      table: { columns: Object.fromEntries(dropped.map((name) => [name, 'drop' as const])) },
      onEpoch({ epoch, epochs, loss, validation }, network) {
        const metrics = { loss, ...(validation && { validationLoss: validation.loss }) }
        report.progress({
          stage: `network ${network + 1}`,
          epoch,
          epochs,
          batch: 1,
          batches: 1,
          examples: learned.rows.length,
          metrics,
        })
      },
    })
    await writeNotes(folder, { model })
    await folder.storage.write('model.safetensors', encodeSafetensors(await model.state()))
    const metrics = metricsOf(await model.evaluate(held))
    await folder.update({ results: metrics })
    await writeReport(folder)
    report.log(
      `${known.rows.length.toLocaleString('en-US')} rows, of which ${held.rows.length.toLocaleString('en-US')} were kept for measuring; ` +
        `${model.networks.length} network${model.networks.length > 1 ? 's' : ''} for ${model.tabular.classes === undefined ? `the numbers '${target}'` : `the ${model.tabular.classes.length} classes of '${target}'`}.`,
    )
    return { ...metrics, rows: known.rows.length, parameters: model.parameterCount() }
  },
})

/**
 * A table; where the first row holds numbers, it is none of names, and columns are called 'column 1' and so on. Decimal commas are found out.
 *
 * @throws if there is nothing in it
 */
async function readTable(path: string, report?: Reporter): Promise<CsvTable> {
  const table = await readCsv(path, { trim: true })
  if (table.names.length === 0)
    fail(`${path}: the file is empty`, 'Give a table with a row of names and rows of values.')
  const isRow = table.names.some((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  const comma = table.names.find((name) => hasDecimalCommas(table.column(name)))
  if (comma !== undefined) report?.log(`Numbers are read with decimal commas, as '${comma}' has them.`)
  if (!isRow && comma === undefined) return table
  return readCsv(path, {
    trim: true,
    ...(isRow && { header: false }),
    ...(comma !== undefined && { decimal: ',' as const }),
  })
}

/** Whether all values of a column are numbers, of which some cannot be meant without a decimal comma: 1,000 may be a thousand. */
function hasDecimalCommas(fields: readonly (string | undefined)[]): boolean {
  const given = fields.filter((field) => field !== undefined)
  const isThousands = (field: string): boolean => /^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(field)
  return (
    given.every((field) => /^[+-]?\d+(,\d+)?$/.test(field) || isThousands(field)) &&
    given.some((field) => field.includes(',') && !isThousands(field))
  )
}

/** Whether the values of a column are numbers whose thousands stand apart. */
const hasThousands = (fields: readonly (string | undefined)[]): boolean =>
  fields.some((field) => field?.includes(',')) &&
  fields.every((field) => field === undefined || /^[+-]?\d{1,3}(,\d{3})*(\.\d+)?$/.test(field))

/** The rows that say what is to be learned. */
function withTarget(table: CsvTable, target: string, fewest: number): CsvTable {
  const known = table.withValues(target)
  if (known.rows.length < fewest) fail(`${table.name}: ${known.rows.length} rows have a ${target}`, 'Give more rows.')
  return known
}

async function open(folder: RunFolder): Promise<Trained> {
  const notes = (await readNotes(folder)) as { readonly model: object } | undefined
  if (notes === undefined) fail(`${folder.name}: the training did not come to a model`, 'Train again.')
  const model: TabularModel = loadTabularModel(notes.model)
  await loadWeights(model, folder)
  model.eval()
  const [network] = model.networks
  return {
    model,
    network,
    input: { shape: [model.tabular.features.length] },
    async *predict(file): AsyncGenerator<Prediction> {
      const predicted = await model.predict(await readTable(file))
      if (predicted.task === 'values') {
        for (const [row, answer] of predicted.values.entries()) yield { of: `row ${row + 1}`, answer }
        return
      }
      const names = model.tabular.classes as readonly string[]
      for (const [row, answer] of predicted.classes.entries()) {
        const own = names.map((name, i) => [name, predicted.probabilities[row * names.length + i] as number] as const)
        const likeliest = own.sort((a, b) => b[1] - a[1]).slice(0, 5)
        yield { of: `row ${row + 1}`, answer, probabilities: Object.fromEntries(likeliest) }
      }
    },
    async evaluate(path) {
      return metricsOf(await model.evaluate(withTarget(await readTable(path), model.tabular.target, 1)))
    },
  }
}

/** A table, of which one column is learned from the others. */
export const table: Automatic<typeof options> = {
  suits: async (path) => /\.(csv|tsv|data)(\.gz)?$/i.test(path),
  recipe: training,
  open,
}
