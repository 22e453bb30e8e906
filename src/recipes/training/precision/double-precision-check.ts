import { seed } from 'shapewise'
import { cifar10, type Dataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { evaluate, fit } from 'shapewise/train'
import { digits } from '../../digits.js'
import { figure } from '../../figure.js'
import { choice, integer, trainingOptions } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { network } from './networks.js'
import { copyWeights, parting } from './parting.js'

/** The same network in float64 and float32, and with activations of 16 bits. */
const precisions = ['float64', 'float32', 'bfloat16', 'float16'] as const
type Precision = (typeof precisions)[number]
/** So many steps are drawn as one point. */
const TOGETHER = 10

const options = {
  ...trainingOptions({ epochs: 2, batchSize: 128, learningRate: 2e-3, limit: 20_000 }),
  data: choice('digits', ['digits', 'cifar'], 'LeNet-5 on digits, or a small residual network on photographs'),
  repeats: integer(3, 'trainings from other first weights, to tell chance from loss; float64 once'),
  partingSteps: integer(400, 'steps over which equal trainings are seen to part'),
}
type Context = RecipeContext<typeof options>

export const doublePrecisionCheck = recipe({
  name: 'double-precision-check',
  title: 'Float32 is enough: one training in float64, float32 and 16 bits',
  source:
    'Micikevicius et al., Mixed precision training, 2018; Kalamkar et al., A study of bfloat16 for deep learning training, 2019',
  literature: {
    bfloat16Gain: {
      value: 0,
      source: 'Kalamkar et al. 2019: bfloat16 reaches the accuracy of float32, in large networks',
    },
  },
  shortfall: 'Other first weights change the accuracy as much.',
  options,
  async run(context) {
    const { options, report } = context
    const data = await pictures(context)
    const trainings: Training[] = []
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      const chosen = repeat === 0 ? precisions : precisions.slice(1)
      for (const precision of chosen) trainings.push(await trained(context, data, precision, repeat))
    }
    const of = (precision: Precision) => trainings.filter((one) => one.precision === precision)
    const accuracies = (precision: Precision) => of(precision).map(({ accuracy }) => accuracy)
    const first = (precision: Precision): Training => of(precision)[0]!
    const apart = (precision: Precision) =>
      first(precision).losses.map((loss, i) => Math.abs(loss - first('float32').losses[i]!))
    report.table({
      title: `${options.repeats} trainings each; the difference of the loss to float32 in the first of them`,
      columns: ['', 'accuracy', 'deviation', 'largest difference', 'of the last 50 steps, mean', 'ms per step'],
      rows: precisions.map((precision) => {
        const all = accuracies(precision)
        const differences = apart(precision)
        return [
          ...[precision, percent(mean(all)), all.length > 1 ? percent(deviation(all)) : ''],
          ...[Math.max(...differences), mean(differences.slice(-50))].map((value) => value.toPrecision(2)),
          mean(of(precision).map(({ stepSeconds }) => 1000 * stepSeconds)).toFixed(1),
        ]
      }),
    })
    const gain = (precision: Precision) => mean(accuracies(precision)) - mean(accuracies('float32'))
    const float64Gain = first('float64').accuracy - first('float32').accuracy
    // Of the precisions that have trained several times.
    const chance = Math.sqrt(mean(precisions.slice(1).map((precision) => deviation(accuracies(precision)) ** 2)))
    report.log(
      `Twice the digits change the accuracy by ${percent(float64Gain)}, 16 bits by ${percent(gain('bfloat16'))} (bfloat16) and ` +
        `${percent(gain('float16'))} (float16); other first weights by ± ${percent(chance)}.`,
    )
    const drawn = precisions.filter((precision) => precision !== 'float32')
    await figure(context, '1-losses', {
      title: 'Four precisions, one curve',
      x: { label: 'steps' },
      y: { label: `loss, mean of ${TOGETHER} steps`, scale: 'log' },
      series: precisions.map((name) => ({ name, ...together(first(name).losses) })),
    })
    await figure(context, '2-differences', {
      title: 'How far the losses lie from those of float32',
      x: { label: 'steps' },
      y: { label: 'difference of the loss', scale: 'log' },
      series: drawn.map((name) => ({ name, ...together(apart(name)) })),
    })
    seed(context.seed)
    const make = (dtype: 'float32' | 'float64') => network(options.data, dtype)
    return {
      ...Object.fromEntries(precisions.map((name) => [`${name}Accuracy`, mean(accuracies(name))])),
      ...{ float64Gain, bfloat16Gain: gain('bfloat16'), float16Gain: gain('float16'), chance },
      largestLossDifference: Math.max(...apart('float64')),
      ...(await parting(context, make, data.train, {
        steps: options.partingSteps,
        learningRate: options.learningRate,
      })),
    }
  },
})

interface Training {
  readonly precision: Precision
  /** Of each step. */
  readonly losses: readonly number[]
  readonly accuracy: number
  readonly stepSeconds: number
}
interface Data {
  readonly train: Dataset
  readonly test: Dataset
}

async function pictures({ options: { data, limit }, report }: Context): Promise<Data> {
  if (data === 'digits') return digits(report, limit)
  const { train, test, source } = await cifar10({ version: 'jpeg' })
  report.data({ name: 'CIFAR-10 as JPEG', description: source.description, genuine: false })
  return { train: limit > 0 && limit < train.length ? train.take(limit) : train, test }
}

async function trained(
  context: Context,
  { train, test }: Data,
  precision: Precision,
  repeat: number,
): Promise<Training> {
  const { options, report, signal } = context
  const { epochs, batchSize, learningRate } = options
  const started = context.seed + 1000 * repeat
  seed(started)
  let model = network(options.data, 'float32')
  if (precision === 'float64') {
    const single = model
    model = network(options.data, 'float64')
    copyWeights(single, model)
  }
  const losses: number[] = []
  const begin = performance.now()
  await fit(model, train, {
    loss: nn.crossEntropy,
    optimizer: adam({ learningRate }),
    ...{ epochs, batchSize, signal, seed: started, precision: precision === 'float64' ? 'float32' : precision },
    onBatch(event) {
      losses.push(event.batchLoss)
      const stage = `${precision}, ${repeat + 1} of ${options.repeats}`
      report.progress({ ...event, stage, metrics: { loss: event.loss } })
    },
  })
  const stepSeconds = (performance.now() - begin) / 1000 / losses.length
  const { accuracy = Number.NaN } = await evaluate(model, test)
  return { precision, losses, accuracy, stepSeconds }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / Math.max(1, values.length - 1))
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

/** Means of a few steps each, over the last of them. */
function together(values: readonly number[]) {
  const y = Array.from({ length: Math.floor(values.length / TOGETHER) }, (_, i) =>
    mean(values.slice(TOGETHER * i, TOGETHER * (i + 1))),
  )
  return { x: y.map((_, i) => TOGETHER * (i + 1)), y }
}
