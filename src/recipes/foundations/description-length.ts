import type { DigitDataset } from 'shapewise/data'
import { lenet, mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following } from '../classification.js'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { integer, trainingOptions } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { beginnings, CLASSES, codeLength, frequencyBits, quantized, type Reader } from './label-codes.js'

const options = {
  ...trainingOptions({ epochs: 3, batchSize: 64, learningRate: 2e-3, limit: 0 }),
  epochs: integer(3, 'passes through 30,000 labels; as many times √(30,000 / n) through n'),
}
type Context = RecipeContext<typeof options>

const models = {
  linear: () => mlp([784, CLASSES]),
  MLP: () => mlp([784, 128, CLASSES]),
  LeNet: () => lenet(),
} satisfies Readonly<Record<string, () => Reader>>
type Name = keyof typeof models
const names = Object.keys(models) as Name[]

/** Bits of a code in two parts. */
interface Parts {
  /** Bits of one weight. */
  readonly precision: number
  readonly weights: number
  readonly labels: number
}

/** What a model needs, in bits. */
interface Code {
  readonly name: Name
  /** Of the labels before anything is learned, then of twice as many labels each time. */
  readonly blocks: readonly number[]
  readonly prequential: number
  readonly exact: Parts
  readonly best: Parts
}

export const descriptionLength = recipe({
  name: 'description-length',
  title: 'Networks of many weights say the labels of MNIST in few bits',
  source: 'Blier, Ollivier, The description length of deep learning models, 2018',
  literature: {
    uniformKilobits: { value: 199.3, source: 'Blier & Ollivier 2018, table 1: 60,000 log₂ 10' },
    prequentialKilobits: { value: 4.1, source: 'Blier & Ollivier 2018, table 1: the best of their networks' },
  },
  shortfall: 'LeNet with few passes and without augmentation stands for the best of larger networks.',
  options,
  async run(context) {
    const { report, options } = context
    const { train } = await digits(report, options.limit)
    const uniform = train.length * Math.log2(CLASSES)
    const frequencies = frequencyBits(train.values('labels'))
    const codes: Code[] = []
    for (const name of names) {
      const blocks = await prequential(context, name, train)
      codes.push({ name, blocks, prequential: sum(blocks), ...(await twoPart(context, name, train)) })
    }
    const row = (code: string, weights: number, labels: number) => [
      ...[code, ...[weights, labels, weights + labels].map((bits) => (bits / 1000).toFixed(2))],
      `${((100 * (weights + labels)) / uniform).toFixed(1)} %`,
    ]
    report.table({
      title: `Kilobits for ${train.length.toLocaleString('en-US')} labels of pictures that the receiver has`,
      columns: ['code', 'weights', 'labels', 'together', 'of uniform'],
      rows: [
        row('uniform', 0, uniform),
        row('frequencies so far', 0, frequencies),
        ...codes.flatMap(({ name, exact, best, prequential }) => [
          row(`${name}, weights of 16 bits`, exact.weights, exact.labels),
          row(`${name}, weights of ${best.precision} bits`, best.weights, best.labels),
          row(`${name}, prequential`, 0, prequential),
        ]),
      ],
    })
    await draw(context, codes, { uniform, frequencies, length: train.length })
    const kilobits = (bits: number): number => bits / 1000
    const [linear, units, convolutions] = codes as [Code, Code, Code]
    return {
      ...{ uniformKilobits: kilobits(uniform), frequencyKilobits: kilobits(frequencies) },
      ...{ linearKilobits: kilobits(linear.prequential), mlpKilobits: kilobits(units.prequential) },
      prequentialKilobits: kilobits(convolutions.prequential),
      twoPartKilobits: kilobits(convolutions.best.weights + convolutions.best.labels),
    }
  },
})

/** Each block is coded by a network that has learned from all labels before it. */
async function prequential(context: Context, name: Name, data: DigitDataset): Promise<number[]> {
  const blocks = [beginnings(data.length)[0]! * Math.log2(CLASSES)]
  for (const known of beginnings(data.length)) {
    const model = await learned(context, name, data.take(known))
    const end = Math.min(2 * known, data.length)
    const block = data.subset(Array.from({ length: end - known }, (_, i) => known + i))
    blocks.push(await codeLength(model, block))
  }
  return blocks
}

/** The weights of a network that knows all labels, in so few bits each that the whole is shortest, and the labels by that network. */
async function twoPart(context: Context, name: Name, data: DigitDataset) {
  const model = await learned(context, name, data)
  const layers = [...model.namedParameters().values()].map((parameter) => ({ parameter, value: parameter.value }))
  const coded = async (precision: number): Promise<Parts> => {
    for (const { parameter, value } of layers) parameter.assign(quantized(value, precision))
    // And the largest weight of each layer.
    const weights = model.parameterCount() * precision + 32 * layers.length
    return { precision, weights, labels: await codeLength(model, data) }
  }
  const total = ({ weights, labels }: Parts): number => weights + labels
  const exact = await coded(16)
  let best = await coded(2)
  for (let precision = 3; ; precision++) {
    const next = await coded(precision)
    if (total(next) >= total(best)) break
    best = next
  }
  return { exact, best }
}

async function learned(context: Context, name: Name, data: DigitDataset) {
  const model: Reader = models[name]()
  const batchSize = Math.min(context.options.batchSize, data.length)
  const epochs = Math.ceil(context.options.epochs * Math.sqrt(30_000 / data.length))
  const steps = epochs * Math.ceil(data.length / batchSize)
  await fit(model, data, {
    loss: nn.crossEntropy,
    optimizer: adam({ learningRate: cosineDecay(context.options.learningRate, { steps }) }),
    ...{ epochs, batchSize },
    ...following(context, { stage: `${name}-${data.length}` }),
  })
  return model
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

async function draw(
  context: Context,
  codes: readonly Code[],
  { uniform, frequencies, length }: { readonly uniform: number; readonly frequencies: number; readonly length: number },
): Promise<void> {
  const ends = [...beginnings(length), length]
  const sizes = ends.map((end, i) => end - (ends[i - 1] ?? 0))
  await figure(context, '1-bits-per-label', {
    title: 'The more labels are known, the fewer bits the next cost',
    x: { label: 'labels sent so far', scale: 'log' },
    y: { label: 'bits per label', scale: 'log' },
    series: [
      {
        name: 'uniform',
        x: [ends[0]!, length],
        y: [uniform / length, uniform / length],
        kind: 'dashes',
        color: '#888888',
      },
      ...codes.map(({ name, blocks }) => ({ name, x: ends, y: blocks.map((bits, i) => bits / sizes[i]!) })),
    ],
  })
  const kilobits = (of: (code: Code) => number, first: readonly number[]) =>
    [...first, ...codes.map(of)].map((bits) => bits / 1000)
  const x = [0, 1, 2, 3, 4]
  await figure(context, '2-code-lengths', {
    title: 'Long if sent as weights, short if learned on the way',
    x: { names: ['uniform', 'frequencies', ...names] },
    y: { label: 'kilobits' },
    series: [
      { name: 'weights of few bits', x, y: kilobits(({ best }) => best.weights, [0, 0]), kind: 'bars' },
      { name: 'labels by these weights', x, y: kilobits(({ best }) => best.labels, [0, 0]), kind: 'bars' },
      {
        name: 'labels alone',
        x,
        y: kilobits(({ prequential }) => prequential, [uniform, frequencies]),
        kind: 'bars',
      },
    ],
  })
}
