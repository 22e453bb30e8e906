import { mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { sgd } from 'shapewise/optim'
import { type Callback, evaluate, fit } from 'shapewise/train'
import { following } from '../classification.js'
import { figure } from '../figure.js'
import { trainingOptions } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { type LabelledPictures, photographs } from './photographs.js'
import { type Randomization, randomizations, randomized, showRandomized } from './randomizations.js'

const HIDDEN = 512
const CLASSES = 10
/** A training ends after an epoch in which this part of the answers was right. */
const LEARNED = 0.999

const options = trainingOptions({ epochs: 100, batchSize: 64, learningRate: 0.01, limit: 0 })

interface Outcome extends Randomization {
  /** Of each epoch, while learning. */
  readonly losses: readonly number[]
  readonly trainAccuracy: number
  readonly testAccuracy: number
}

export const randomLabels = recipe({
  name: 'random-labels',
  title: 'The same network learns what photographs show, and what dice say of them',
  source: 'Zhang, Bengio, Hardt, Recht, Vinyals, Understanding deep learning requires rethinking generalization, 2017',
  literature: {
    randomTrainAccuracy: { value: 0.9934, source: 'Zhang et al. 2017, table 1: MLP 1 × 512, 50,000 pictures' },
    randomTestAccuracy: { value: 0.1061, source: 'Zhang et al. 2017, table 1: MLP 1 × 512, 50,000 pictures' },
    trueTestAccuracy: { value: 0.5051, source: 'Zhang et al. 2017, table 1: MLP 1 × 512, 50,000 pictures' },
  },
  shortfall: 'The true labels of 4,000 pictures teach less than those of the 50,000 of the paper.',
  options,
  async run(context) {
    const { options, report } = context
    const { train, test } = await photographs(report)
    const data = { train: options.limit > 0 ? train.take(options.limit) : train, test }
    await showRandomized(context, data.train)
    const partly = [0.2, 0.4, 0.6, 0.8].map((corruption) => ({ name: `${100 * corruption} % random`, corruption }))
    const outcomes: Outcome[] = []
    for (const change of [...randomizations, ...partly]) outcomes.push(await learn(context, data, change))
    const [truth, dice] = outcomes as [Outcome, Outcome]
    const percent = (part: number): string => `${(100 * part).toFixed(1)} %`
    report.table({
      title: `${data.train.length.toLocaleString('en-US')} pictures learned by heart by ${HIDDEN} hidden units`,
      columns: ['examples', 'epochs', 'training accuracy', 'test accuracy'],
      rows: outcomes.map(({ name, losses, trainAccuracy, testAccuracy }) => [
        ...[name, String(losses.length), percent(trainAccuracy), percent(testAccuracy)],
      ]),
    })
    await figure(context, '2-training-curves', {
      title: 'Everything is learned by heart, noise fastest of all',
      x: { label: 'epoch' },
      y: { label: 'training loss', scale: 'log' },
      series: outcomes.slice(0, randomizations.length).map(({ name, losses }) => ({ name, y: losses })),
    })
    const byCorruption = [truth, ...outcomes.slice(randomizations.length), dice]
    const x = byCorruption.map(({ corruption = 0 }) => corruption)
    const corruption = { label: 'part of the labels that is random', from: 0, to: 1 }
    await figure(context, '3-errors-over-corruption', {
      title: 'The training error is always 0, the test error anything',
      x: corruption,
      y: { label: 'error', from: 0, to: 1 },
      series: [
        { name: 'test', x, y: byCorruption.map(({ testAccuracy }) => 1 - testAccuracy) },
        { name: 'training', x, y: byCorruption.map(({ trainAccuracy }) => 1 - trainAccuracy) },
        { name: 'guessing', x: [0, 1], y: [1 - 1 / CLASSES, 1 - 1 / CLASSES], kind: 'dashes' },
      ],
    })
    const factors = byCorruption.map(({ losses }) => losses.length / truth.losses.length)
    await figure(context, '4-time-over-corruption', {
      title: 'Random labels take longer by a small factor',
      x: corruption,
      y: { label: 'epochs, as a multiple of those of true labels', from: 0 },
      series: [{ x, y: factors }],
    })
    return {
      randomTrainAccuracy: dice.trainAccuracy,
      randomTestAccuracy: dice.testAccuracy,
      trueTestAccuracy: truth.testAccuracy,
      randomTimeFactor: factors.at(-1)!,
    }
  },
})

/** Trains a network until it knows changed examples by heart, and measures it on pictures changed alike with their true labels. */
async function learn(
  context: RecipeContext<typeof options>,
  data: { readonly train: LabelledPictures; readonly test: LabelledPictures },
  change: Randomization,
): Promise<Outcome> {
  const { epochs, batchSize, learningRate } = context.options
  const train = await randomized(data.train, change, context.seed)
  const test = await randomized(data.test, { ...change, corruption: 0 }, context.seed + 1)
  const model = mlp([train.columns.inputs.shape[0], HIDDEN, CLASSES])
  const history = await fit(model, train, {
    loss: nn.crossEntropy,
    optimizer: sgd({ learningRate, momentum: 0.9 }),
    ...{ epochs, batchSize, callbacks: [untilLearned] },
    ...following(context, { stage: change.name.replace(/\W+/g, '-').toLowerCase() }),
  })
  const { accuracy: trainAccuracy } = await evaluate(model, train)
  const { accuracy: testAccuracy } = await evaluate(model, test)
  return { ...change, losses: history.map(({ loss }) => loss), trainAccuracy, testAccuracy }
}

const untilLearned: Callback = {
  name: 'untilLearned',
  onEpoch({ metrics: { accuracy = 0 } }, training) {
    if (accuracy >= LEARNED) training.stop('the examples are known by heart')
  },
}
