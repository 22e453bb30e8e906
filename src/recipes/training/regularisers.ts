import { augment, type DigitDataset } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { digits } from '../digits.js'
import { integer } from '../option.js'
import { recipe } from '../recipe.js'
import { mean, type Result, showDistorted, showGap, stopped } from './by-heart.js'
import { distortion } from './distortion.js'
import { type Measured, type Training, trainSideBySide } from './side-by-side.js'

const DRAWS = 5

/** What keeps a network from learning its digits by heart; the strength is one of a few. */
interface Regulariser {
  readonly name: string
  readonly strengths: readonly number[]
  training(strength: number): Partial<Training>
}

const same = (layer: nn.Linear): nn.Link => layer
const perceptron = (drop: () => nn.Link = nn.identity, change = same): nn.Layer =>
  nn.sequential(
    ...[nn.flatten(), change(nn.linear(784, 128)), nn.relu(), drop()],
    ...[change(nn.linear(128, 64)), nn.relu(), drop(), nn.linear(64, 10)],
  )

const regularisers: readonly Regulariser[] = [
  { name: 'none', strengths: [0], training: () => ({}) },
  { name: 'L1', strengths: [1e-4, 3e-5, 3e-4], training: (s) => ({ penalty: (w) => w.abs().sum().mul(s) }) },
  {
    name: 'L2',
    strengths: [3e-3, 1e-3, 1e-2],
    training: (s) => ({
      penalty: (w) =>
        w
          .square()
          .sum()
          .mul(s / 2),
    }),
  },
  {
    ...{ name: 'dropout', strengths: [0.4, 0.2, 0.6] },
    training: (rate) => ({ network: () => perceptron(() => nn.dropout(rate)) }),
  },
  {
    ...{ name: 'DropConnect', strengths: [0.4, 0.2, 0.6] },
    training: (rate) => ({ network: () => perceptron(nn.identity, (layer) => nn.dropConnect(layer, rate)) }),
  },
  { name: 'noise', strengths: [0.3, 0.1, 0.5], training: (std) => ({ augment: augment.noise(std) }) },
  { name: 'smoothing', strengths: [0.1, 0.2, 0.4], training: (labelSmoothing) => ({ labelSmoothing }) },
  {
    ...{ name: 'mixup', strengths: [0.2, 0.5, 1] },
    training: (alpha) => ({ augment: augment.mixup({ classes: 10, alpha }) }),
  },
  { name: 'distortion', strengths: [1, 0.5, 1.5], training: (s) => ({ augment: distortion(s) }) },
]

export const regularisersRecipe = recipe({
  name: 'regularisers',
  title: 'A thousand digits: what keeps a network from learning them by heart',
  source:
    'Srivastava et al., Dropout, 2014; Wan et al., Regularization of neural networks using DropConnect, 2013; Zhang et al., mixup, 2018; Prechelt, Early stopping, but when?, 1998; Simard et al., Best practices, 2003',
  literature: {},
  options: {
    examples: integer(1000, 'training digits of each of the five networks'),
    heldOut: integer(5000, 'other training digits, to choose strengths and the moment to stop'),
    passes: integer(64, 'passes through the training digits'),
    candidates: integer(3, 'strengths of each way to choose from'),
  },
  async run(context) {
    const { report, options, seed } = context
    const { train, test } = await digits(report)
    const mixed = train.split(0.5, { seed })[0]
    const some = (from: number, count: number): DigitDataset =>
      mixed.subset(Uint32Array.from({ length: count }, (_, i) => (from + i) % mixed.length))
    const heldOut = some(0, options.heldOut)
    const samples = Array.from({ length: DRAWS }, (_, i) =>
      some(options.heldOut + i * options.examples, options.examples),
    )
    const learn = (stage: string, draws: readonly DigitDataset[], training: Partial<Training>) =>
      trainSideBySide(
        draws,
        { network: () => perceptron(), ...training },
        {
          ...{ passes: options.passes, others: draws.length === 1 ? [heldOut] : [heldOut, test] },
          onPass(pass) {
            context.signal.throwIfAborted()
            const examples = pass * options.examples
            report.progress({ stage, batch: pass, batches: options.passes, examples, metrics: {} })
          },
        },
      )

    const results: Result[] = []
    const courses = new Map<string, Measured[]>()
    for (const { name, strengths, training } of regularisers) {
      let [best, most] = [strengths[0]!, -1]
      const candidates = strengths.slice(0, options.candidates)
      for (const strength of candidates.length > 1 ? candidates : []) {
        const course = await learn(`${name} ${strength}`, samples.slice(0, 1), training(strength))
        const [accuracy] = course.at(-1)!.unseen[0]!
        if (accuracy! > most) [best, most] = [strength, accuracy!]
      }
      const course = await learn(name, samples, training(best))
      courses.set(name, course)
      const { seen, unseen } = course.at(-1)!
      results.push({ name, strength: best === 0 ? '' : String(best), seen, test: unseen[1]! })
    }
    results.splice(-1, 0, stopped(courses.get('none')!))
    await showGap(context, results, courses)
    await showDistorted(context, samples[0]!)
    return Object.fromEntries(results.map(({ name, test }) => [metricNames[name] ?? `${name}Accuracy`, mean(test)]))
  },
})

const metricNames: Readonly<Record<string, string>> = {
  ...{ none: 'plainAccuracy', distortion: 'augmentedAccuracy', L1: 'l1Accuracy', L2: 'l2Accuracy' },
  ...{ DropConnect: 'dropConnectAccuracy', 'early stop': 'earlyStoppingAccuracy' },
}
