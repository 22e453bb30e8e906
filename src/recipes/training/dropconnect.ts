import type { DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { muon, oneCycle } from 'shapewise/optim'
import { fit, predict } from 'shapewise/train'
import { following } from '../classification.js'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { gallery } from '../gallery.js'
import { Glancing, movedByOne } from '../glancing.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { distortion } from './distortion.js'
import { swiftNet } from './swift-net.js'

const BATCH = 128
const CLASSES = 10
const SHOWN = 40
const WAN = 'Wan et al. 2013, table 3: crops, rotation and scaling, 5 networks of about 1,000 passes each'

/** Three convolutions, and two layers on top of them, of which the first drops half of its connections. */
const network = () =>
  swiftNet({
    maps: [24, 48, 96],
    head: (features) =>
      nn.sequential(nn.dropConnect(nn.linear(features, 128), 0.5), nn.relu(), nn.linear(128, CLASSES)),
  })

export const dropconnect = recipe({
  name: 'dropconnect',
  title: 'Distorted digits, dropped connections and a vote: the fewest errors on MNIST',
  source: 'Wan, Zeiler, Zhang, LeCun, Fergus, Regularization of neural networks using DropConnect, 2013',
  literature: { votedError: { value: 0.0021, source: WAN }, singleError: { value: 0.0028, source: WAN } },
  shortfall: 'A sixtieth of the passes of the paper, by networks that are smaller, is what two cores do in minutes.',
  options: {
    networks: integer(5, 'networks that vote'),
    passes: integer(16, 'passes of each network through the training digits'),
    limit: integer(0, 'learn from the first so many examples; 0 for all', { minimum: 0 }),
  },
  async run(context) {
    const { report, options, seed } = context
    const { train, test } = await digits(report, options.limit)
    const steps = options.passes * Math.ceil(train.length / BATCH)
    const labels = test.values('labels')
    const opinions: Float32Array[] = []
    for (let i = 0; i < options.networks; i++) {
      const stage = `network-${i + 1}`
      const model = network()
      await fit(model, train, {
        loss: (outputs, targets) => nn.crossEntropy(outputs, targets, { labelSmoothing: 0.1 }),
        optimizer: muon({ learningRate: oneCycle(0.08, { steps }), adamFactor: 0.12 }),
        ...{ epochs: options.passes, batchSize: BATCH, augment: distortion() },
        ...following(context, { stage }),
        seed: seed * options.networks + i,
      })
      const logarithms = await predict(new Glancing(model, movedByOne), test, { signal: context.signal })
      opinions.push((await logarithms.exp().data()) as Float32Array)
      const [own, together] = [errorOf(opinions.slice(-1), labels), errorOf(opinions, labels)]
      report.log(`${stage}: error ${(100 * own).toFixed(2)} %, the vote so far ${(100 * together).toFixed(2)} %`)
    }
    const single = opinions.map((one) => errorOf([one], labels))
    const votedError = errorOf(opinions, labels)
    const singleError = mean(single)
    report.table({
      title: `Errors on ${labels.length.toLocaleString('en-US')} test digits`,
      columns: ['', 'errors', 'error'],
      rows: [
        ...single.map((error, i) => [`network ${i + 1}`, ...both(error, labels.length)]),
        ['mean', ...both(singleError, labels.length)],
        ['vote', ...both(votedError, labels.length)],
      ],
    })
    await showCommittees(context, opinions, labels)
    await showMistakes(context, opinions, test)
    return { votedError, singleError, bestSingleError: Math.min(...single) }
  },
})

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const both = (error: number, count: number) => [(error * count).toFixed(0), `${(100 * error).toFixed(2)} %`]

/** The class that gets the largest sum of probabilities. */
function voteOf(opinions: readonly Float32Array[], example: number): number {
  const sums = Array.from({ length: CLASSES }, (_, k) =>
    opinions.reduce((sum, one) => sum + one[CLASSES * example + k]!, 0),
  )
  return sums.indexOf(Math.max(...sums))
}

const errorOf = (opinions: readonly Float32Array[], labels: Int32Array): number =>
  labels.filter((label, example) => voteOf(opinions, example) !== label).length / labels.length

/** What it brings to ask more networks: the mean over all committees of each size. */
async function showCommittees(context: RecipeContext, opinions: readonly Float32Array[], labels: Int32Array) {
  const errors: number[][] = opinions.map(() => [])
  for (let committee = 1; committee < 2 ** opinions.length; committee++) {
    const members = opinions.filter((_, i) => (committee >> i) & 1)
    errors[members.length - 1]!.push(100 * errorOf(members, labels))
  }
  await figure(context, '1-error-by-number-of-votes', {
    title: 'Several networks err less than each of them',
    x: { label: 'networks that vote', names: opinions.map((_, i) => String(i + 1)) },
    y: { label: 'test error, %', from: 0 },
    series: [
      { name: 'mean of all committees', x: opinions.map((_, i) => i), y: errors.map(mean) },
      { name: 'each committee', kind: 'points', x: errors.flatMap((some, i) => some.map(() => i)), y: errors.flat() },
      { name: 'Wan et al. 2013, 5 votes', kind: 'dashes', x: [0, opinions.length - 1], y: [0.21, 0.21] },
    ],
  })
}

/** What the committee still gets wrong, and who voted for what. */
async function showMistakes(context: RecipeContext, opinions: readonly Float32Array[], test: DigitDataset) {
  const labels = test.values('labels')
  const wrong = Array.from(labels.keys()).filter((example) => voteOf(opinions, example) !== labels[example])
  if (wrong.length === 0) return
  const pictures = wrong.slice(0, SHOWN).map((example) => {
    const votes = opinions.map((one) => voteOf([one], example)).sort((a, b) => a - b)
    const caption = `is ${labels[example]}: ${votes.join(' ')}`
    return { caption, width: 28, height: 28, values: test.gather([example]).inputs.data }
  })
  const count = wrong.length > SHOWN ? `${SHOWN} of ${wrong.length}` : `all ${wrong.length}`
  const title = `What the committee gets wrong (${count}), and its votes`
  await gallery(context, '2-the-remaining-mistakes', { title, scale: 'ink', pictures })
}
