import { RandomStream } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adamW, oneCycle } from 'shapewise/optim'
import { fit } from 'shapewise/train'
import { following } from '../../classification.js'
import { digits } from '../../digits.js'
import { figure } from '../../figure.js'
import { gallery } from '../../gallery.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import {
  bestThreshold,
  type Costs,
  compareCosts,
  curveOf,
  drawScenes,
  falseAlarms,
  type Looked,
  look,
  type Scene,
  scoresAt,
} from './hunting.js'
import { judgedFrames, legend } from './judged-frames.js'
import { convolutional } from './sliding.js'
import { WindowNet } from './window-net.js'
import { type Example, examplesOf, windowsOf } from './windows.js'

const BATCH = 128
const SHOWN = 4
/** Scenes on which both ways are timed. */
const TIMED = 3
/** Training digits that are kept aside, and those to choose from. */
const [KEPT, STOCK] = [3000, 20_000]

export const slidingWindow = recipe({
  name: 'sliding-window',
  title: 'Digits anywhere in a picture: a network that slides, and why it costs little',
  source:
    'LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition, 1998, section VII; Rowley, Baluja, Kanade, Neural network-based face detection, 1998 (learning from false alarms); Sermanet et al., OverFeat, 2014',
  literature: {},
  options: {
    scenes: integer(650, 'pictures to learn from'),
    kept: integer(50, 'pictures of other digits, to choose the threshold'),
    tested: integer(100, 'pictures to test on'),
    rounds: integer(3, 'trainings, each with the false alarms of the one before'),
    passes: integer(4, 'passes of each training through all windows'),
  },
  async run(context) {
    const { report, options, seed } = context
    const { train, test } = await digits(report)
    const mixed = train.split(0.5, { seed })
    const random = new RandomStream(seed, 1)
    report.progress({ stage: 'drawing', batch: 1, batches: 1, examples: 0, metrics: {} })
    const scenes = await drawScenes(random, mixed[0].take(STOCK), options.scenes)
    const kept = await drawScenes(random, mixed[1].take(KEPT), options.kept)
    const tested = await drawScenes(random, test, options.tested)

    const model = new WindowNet()
    const slide = convolutional(model)
    const examples = scenes.flatMap(({ scene, levels }) => examplesOf(random, scene, levels))
    const rounds: Looked[][] = []
    for (let round = 1; round <= options.rounds; round++) {
      await learn(context, model, examples, `round-${round}`)
      rounds.push(await look(kept, slide))
      if (round === options.rounds) break
      const alarms = await falseAlarms(random, scenes, slide)
      report.log(`${alarms.length} false alarms join ${examples.length} windows.`)
      examples.push(...alarms)
    }
    const last = rounds.at(-1)!
    const threshold = bestThreshold(last)
    const looked = await look(tested, slide)
    const costs = await compareCosts(tested.slice(0, TIMED), model)
    await showFound(context, tested, looked, threshold)
    await showRounds(context, rounds)
    await showCosts(context, costs)
    return { ...scoresAt(looked, threshold), ...costs, threshold, windows: examples.length }
  },
})

/** One training; the weights go on from where they are. */
async function learn(context: RecipeContext, model: WindowNet, examples: readonly Example[], stage: string) {
  const epochs = Number(context.options.passes)
  const steps = epochs * Math.ceil(examples.length / BATCH)
  await fit(model, windowsOf(examples), {
    ...{ loss: nn.crossEntropy, epochs, batchSize: BATCH },
    optimizer: adamW({ learningRate: oneCycle(3e-3, { steps }), weightDecay: 1e-2 }),
    ...following(context, { stage }),
  })
  model.eval()
}

/** Some test pictures, with what is found, what is missed and what is made up. */
async function showFound(
  context: RecipeContext,
  scenes: readonly Scene[],
  looked: readonly Looked[],
  threshold: number,
) {
  const pictures = scenes.slice(0, SHOWN).map(({ scene }, i) => {
    const found = looked[i]!.found.filter(({ score }) => score >= threshold)
    const caption = `${scene.objects.length} digits, ${found.length} found`
    return {
      ...scene,
      caption,
      values: scene.pixels,
      channels: 1 as const,
      frames: judgedFrames(found, scene.objects, String),
    }
  })
  const title = `One small network finds digits of all sizes (${legend})`
  await gallery(context, '1-found-digits', { title, scale: 'ink', pictures, columns: 2, zoom: 1.25 })
}

/** What learning from false alarms brings, on the pictures kept aside. */
async function showRounds(context: RecipeContext, rounds: readonly (readonly Looked[])[]) {
  const names = ['windows at random', 'its false alarms added', 'and those that were left']
  const series = rounds.map((looked, round) => {
    const { precisions, recalls } = curveOf(looked)
    const [x, y] = [recalls, precisions].map((parts) => parts.slice(1).map((part) => 100 * part))
    return { name: names[round] ?? `round ${round + 1}`, x: x!, y: y! }
  })
  await figure(context, '2-learning-from-false-alarms', {
    title: 'Its own false alarms teach the network what is no digit',
    x: { label: 'digits found, %', from: 40, to: 100 },
    y: { label: 'of what is found, right, %', from: 0, to: 100 },
    series,
  })
}

/** The same answers at two prices. */
async function showCosts(context: RecipeContext, { naiveSeconds, convolutionalSeconds, costFactor }: Costs) {
  await figure(context, '3-the-same-answers-at-two-prices', {
    title: `Sliding by convolution costs ${costFactor.toFixed(0)} times less, for the same answers`,
    x: { names: ['every window cut out', 'convolutions'] },
    y: { label: 'milliseconds a picture, all sizes' },
    series: [{ kind: 'bars', x: [0, 1], y: [1000 * naiveSeconds, 1000 * convolutionalSeconds] }],
  })
}
