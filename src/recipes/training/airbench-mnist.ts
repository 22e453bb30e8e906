import type { DigitDataset } from 'shapewise/data'
import { lenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay, muon, oneCycle, sgd } from 'shapewise/optim'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { Glancing, movedByOne } from '../glancing.js'
import { flag, integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { type Curve, type Racer, race, secondsTo } from '../timed-training.js'
import { distortion } from './distortion.js'
import { type SwiftNetOptions, swiftNet } from './swift-net.js'

/** What the swift network trains with; without one of the tricks, the rest stays. */
interface Setting extends SwiftNetOptions {
  readonly epochs?: number
  readonly batchSize?: number
  readonly optimizer?: 'muon' | 'adam' | 'sgd'
  readonly constantRate?: boolean
  readonly labelSmoothing?: number
  readonly glancing?: boolean
  readonly distorted?: boolean
}

/** For 99.4 %: a wider network, and four instead of two passes, of distorted digits. */
const distance: Setting = { maps: [24, 48, 96], epochs: 4, distorted: true }

/** What is left out. */
const tricks: readonly (readonly [name: string, without: Setting])[] = [
  ['all tricks', {}],
  ['no batch norm', { norm: false }],
  ['Adam instead of Muon', { optimizer: 'adam' }],
  ['SGD with Nesterov momentum instead', { optimizer: 'sgd' }],
  ['constant rate instead of one cycle', { constantRate: true }],
  ['no label smoothing', { labelSmoothing: 0 }],
  ['one look at each test digit', { glancing: false }],
  ['pooling instead of a stride', { strided: false }],
  ['batches of 512', { batchSize: 512 }],
]

export const airbenchMnist = recipe({
  name: 'airbench-mnist',
  title: 'As fast as two cores allow to 99 % and to 99.4 % of handwritten digits',
  source: 'Jordan, 94% on CIFAR-10 in 3.29 seconds on a single GPU, 2024',
  literature: {
    lenetAccuracy: { value: 0.9905, source: 'LeCun et al. 1998, LeNet-5 without distortions: 0.95 % errors' },
  },
  options: {
    limit: integer(0, 'learn from the first so many examples; 0 for all', { minimum: 0 }),
    ablation: flag(false, 'measure what each trick brings, on the last 10,000 training digits'),
  },
  async run(context) {
    const data = await digits(context.report, context.options.limit)
    if (context.options.ablation) await ablation(context, data.train)
    const steps = 6 * Math.ceil(data.train.length / 64)
    const classic: Racer = {
      ...{ name: 'lenet-5', model: lenet(), loss: nn.crossEntropy, epochs: 6, batchSize: 64, points: 12 },
      optimizer: adam({ learningRate: cosineDecay(3e-3, { steps }) }),
    }
    const racers = [racer('sprint', {}, data.train.length), racer('distance', distance, data.train.length), classic]
    const curves: Curve[] = []
    for (const each of racers) curves.push(await race(context, data, each))
    await show(context, racers, curves)
    const [quick, long, lenets] = curves as [Curve, Curve, Curve]
    const quickest = secondsTo(0.99, quick)
    const least = Math.min(secondsTo(0.994, quick), secondsTo(0.994, long))
    const lenetSecondsTo99 = secondsTo(0.99, lenets)
    return {
      ...finite({ secondsTo99: quickest, secondsTo994: least, lenetSecondsTo99, speedup: lenetSecondsTo99 / quickest }),
      ...{ accuracy: last(long), sprintAccuracy: last(quick), lenetAccuracy: last(lenets) },
    }
  },
})

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
const last = ({ accuracies }: Curve): number => accuracies.at(-1)!
/** What was never reached is no number to store. */
const finite = (metrics: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)))

/** The swift network with its tricks, ready to train on so many digits. */
function racer(name: string, setting: Setting, examples: number): Racer {
  const { epochs = 2, batchSize = 128, labelSmoothing = 0.1, glancing = true, distorted = false } = setting
  const steps = epochs * Math.ceil(examples / batchSize)
  const rate = (highest: number) => (setting.constantRate ? highest / 4 : oneCycle(highest, { steps }))
  const optimizers = {
    muon: () => muon({ learningRate: rate(0.08), adamFactor: 0.12 }),
    adam: () => adam({ learningRate: rate(0.02) }),
    sgd: () => sgd({ learningRate: rate(0.2), momentum: 0.9, nesterov: true }),
  }
  const model = swiftNet(setting)
  return {
    ...{ name, model, epochs, batchSize, points: distorted ? epochs : 4 * epochs },
    ...(glancing && { measured: new Glancing(model, movedByOne) }),
    loss: (outputs, targets) => nn.crossEntropy(outputs, targets, { labelSmoothing }),
    optimizer: optimizers[setting.optimizer ?? 'muon'](),
    ...(distorted && { augment: distortion() }),
  }
}

async function ablation(context: RecipeContext, all: DigitDataset): Promise<void> {
  const [train, test] = all.split(5 / 6)
  const rows: string[][] = []
  for (const [name, without] of tricks) {
    const curve = await race(context, { train, test }, { ...racer('ablation', without, train.length), points: 1 })
    rows.push([name, percent(last(curve)), `${curve.seconds.at(-1)!.toFixed(1)} s`])
  }
  context.report.table({
    title: 'What each trick brings, measured on the last 10,000 training digits',
    columns: ['', 'accuracy', 'training'],
    rows,
  })
}

async function show(context: RecipeContext, racers: readonly Racer[], curves: readonly Curve[]): Promise<void> {
  const names = ['swift net, 2 passes', 'wider, 4 passes, distorted', 'LeNet-5 as in lenet-mnist']
  const time = (seconds: number): string => (Number.isFinite(seconds) ? `${seconds.toFixed(1)} s` : '–')
  context.report.table({
    title: 'Seconds of training, compilation included, to an accuracy on the test digits',
    columns: ['', 'parameters', 'to 98 %', 'to 99 %', 'to 99.4 %', 'to the end', 'accuracy'],
    rows: curves.map((curve, i) => [
      ...[names[i]!, racers[i]!.model.parameterCount().toLocaleString('en-US')],
      ...[0.98, 0.99, 0.994].map((accuracy) => time(secondsTo(accuracy, curve))),
      ...[time(curve.seconds.at(-1)!), percent(last(curve))],
    ]),
  })
  const all = curves.flatMap(({ seconds }) => seconds)
  await figure(context, '1-accuracy-over-seconds', {
    title: 'A net shaped for the machine is at 99 % first',
    x: { label: 'seconds of training on this machine', scale: 'log' },
    y: { label: 'test accuracy, %', from: 96, to: 100 },
    series: [
      ...curves.map(({ seconds, accuracies }, i) => ({
        name: names[i]!,
        x: seconds,
        y: accuracies.map((a) => 100 * a),
      })),
      ...[99, 99.4].map((y) => ({
        x: [Math.min(...all), Math.max(...all)],
        y: [y, y],
        kind: 'dashes' as const,
        color: '#999999',
      })),
    ],
  })
}
