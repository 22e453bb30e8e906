import type { DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { evaluate, findLearningRate, fit } from 'shapewise/train'
import { following, test } from '../classification.js'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { recipe } from '../recipe.js'
import { batchAndRate, orderAndScale } from './rates/batch-and-input.js'
import { compareSchedules, schedules } from './rates/schedules.js'
import { type Context, type Data, network, optimizer, options } from './rates/short-training.js'

const FINDER_STEPS = 150
/** Of the training digits, to choose by. */
const VALIDATION = 1 / 12

export const learningRate = recipe({
  name: 'learning-rate',
  title: 'One cycle of a large learning rate trains LeNet in twelve epochs',
  source:
    'Smith, Cyclical learning rates for training neural networks, 2017; Smith, Topin, Super-convergence: very fast training of neural networks using ' +
    'large learning rates, 2018; Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017',
  literature: {
    oneCycleAccuracy: {
      value: 0.9925,
      source: 'Smith and Topin 2018, LeNet in 12 epochs of one cycle, against 99.03 % in 85 epochs of a falling rate',
    },
  },
  options,
  shortfall: 'a twelfth of the training digits only chooses the rates and is not learned from',
  async run(context) {
    const { report, options } = context
    const all = await digits(report, options.limit)
    const [validation, train] = all.train.split(VALIDATION, { seed: context.seed })
    const data: Data = { train, validation, part: train.take(options.short) }
    await find(context, data)
    const best = await compareSchedules(context, data)
    const grid = await batchAndRate(context, data)
    const worth = await orderAndScale(context, data)
    return { ...(await long(context, { ...data, test: all.test }, best)), ...grid, ...worth }
  },
})

/** Loss while the rate rises: where the many trainings below have to look. */
async function find({ folder, report, options, seed, signal }: Context, { train }: Data): Promise<void> {
  const { batchSize } = options
  const search = await findLearningRate(
    (callback) =>
      fit(network(), train, {
        ...{ loss: nn.crossEntropy, optimizer: optimizer(), batchSize, epochs: FINDER_STEPS },
        ...{ seed, signal, stopOnNaN: false, callbacks: [callback] },
      }),
    { from: 1e-4, to: 1, steps: FINDER_STEPS },
  )
  report.log(`The finder suggests ${search.suggestion.toPrecision(2)}, and at most ${search.largest.toPrecision(2)}.`)
  await folder.storage.write('pictures/1-finder.svg', search.svg())
}

/** All digits, with a constant rate and with one cycle, each with its best rate. */
async function long(context: Context, data: Data & { readonly test: DigitDataset }, best: Record<string, number>) {
  const { passes: epochs, batchSize } = context.options
  const steps = epochs * Math.ceil(data.train.length / batchSize)
  const errors: Record<string, number[]> = {}
  const metrics: Record<string, number> = {}
  for (const name of ['constant', 'one-cycle']) {
    const model = network()
    const history = await fit(model, data.train, {
      loss: nn.crossEntropy,
      optimizer: optimizer(schedules[name]!(best[name]!, steps)),
      ...{ epochs, batchSize, validation: data.validation },
      ...following(context, { measured: 'validation', stage: name }),
    })
    errors[name] = history.map(({ validation }) => 1 - (validation?.accuracy ?? 0))
    const { accuracy } = name === 'constant' ? await evaluate(model, data.test) : await test(context, model, data.test)
    metrics[name === 'constant' ? 'constantAccuracy' : 'oneCycleAccuracy'] = accuracy!
  }
  await figure(context, '5-constant-against-one-cycle', {
    title: 'One cycle is behind on the way and ahead at the end',
    x: { label: 'epoch' },
    y: { label: 'error on the validation', scale: 'log' },
    series: Object.entries(errors).map(([name, y]) => ({ name: `${name}, rate ${best[name]}`, y })),
  })
  return { ...metrics, oneCycleRate: best['one-cycle']!, constantRate: best.constant! }
}
