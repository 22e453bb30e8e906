import type { Tensor } from 'shapewise'
import { heatmap } from 'shapewise/plot'
import { figure } from '../../figure.js'
import { type Context, type Data, percent, short, standardised } from './short-training.js'

const gridBatches = [16, 64, 256]
const gridRates = [0.001, 0.004, 0.016, 0.064, 0.256]

const preparations: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  'raw, 0 to 255': (x) => x.mul(255),
  '0 to 1': (x) => x,
  'mean 0, deviation 1': standardised,
}
const preparationRates = [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1]
/** So that one epoch of a part has steps enough. */
const SMALL_BATCH = 32

/** Two epochs with a constant rate, for each batch size and rate. */
export async function batchAndRate(context: Context, data: Data) {
  const tried = gridRates.slice(-context.options.rates)
  const rows: number[][] = []
  for (const batchSize of gridBatches) {
    const row: number[] = []
    for (const rate of tried) {
      const stage = `batches of ${batchSize}, rate ${rate}`
      row.push((await short(context, data, { stage, rate, batchSize, epochs: 2 })).accuracy)
    }
    rows.push(row)
  }
  const svg = heatmap({
    title: 'Equal rate / batch, about equal results: diagonals',
    values: rows.map((row) => row.map((accuracy) => 100 * accuracy)),
    ...{ rows: gridBatches.map(String), columns: tried.map(String), rowLabel: 'batch', columnLabel: 'rate' },
    format: (value) => value.toFixed(1),
    cell: 72,
  })
  await context.folder.storage.write('pictures/3-batch-size-and-rate.svg', svg)
  const bestRates = rows.map((row) => tried[row.indexOf(Math.max(...row))]!)
  return { bestRateBatch16: bestRates[0]!, bestRateBatch256: bestRates[2]! }
}

/** What an order at random and pixels of mean 0 are worth, each with the best of several rates. */
export async function orderAndScale(context: Context, data: Data) {
  const tried = preparationRates.slice(-context.options.rates)
  const errors: Record<string, number[]> = {}
  for (const [name, prepare] of Object.entries(preparations)) {
    errors[name] = []
    for (const rate of tried) {
      const how = { stage: `${name}, rate ${rate}`, rate, batchSize: SMALL_BATCH, prepare }
      const { accuracy } = await short(context, data, how)
      errors[name].push(1 - accuracy)
    }
  }
  await figure(context, '4-scale-of-the-inputs', {
    title: 'The scale of the inputs decides which rates work',
    x: { label: 'rate', scale: 'log' },
    y: { label: 'error after one epoch', scale: 'log' },
    series: Object.entries(errors).map(([name, y]) => ({ name, x: tried, y })),
  })
  const labels = data.part.values('labels')
  const sorted = data.part.subset(Array.from(labels.keys()).sort((a, b) => labels[a]! - labels[b]!))
  const how = { rate: 0.01, batchSize: SMALL_BATCH }
  const shuffled = await short(context, { ...data, part: sorted }, { stage: 'shuffled', ...how })
  const inOrder = await short(context, { ...data, part: sorted }, { stage: 'sorted', ...how, shuffle: false })
  context.report.table({
    title: 'One epoch: what order and scale are worth',
    columns: ['digits', 'right'],
    rows: [
      ['shuffled', percent(shuffled.accuracy)],
      ['sorted: all 0, then all 1 …', percent(inOrder.accuracy)],
      ...Object.entries(errors).map(([name, row]) => [`${name}, best rate`, percent(1 - Math.min(...row))]),
    ],
  })
  return { sortedAccuracy: inOrder.accuracy, shuffledAccuracy: shuffled.accuracy }
}
