import { random, type Tensor, tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import { digits } from '../../digits.js'
import { figure } from '../../figure.js'
import type { RecipeContext } from '../../recipe.js'
import { OneLayerNetworks, trainTogether } from './networks.js'
import { smallPictures } from './small-pictures.js'

const TEST_PICTURES = 2000
/** Of a pixel. */
const MEAN = 0.13
const SIDE = 7
/** Of the random waves: about one from one side of the digits to the other. */
const FREQUENCY = 0.15
const CLASSES = 10
/** So many labels are drawn anew: to fit them all is to fit noise. */
const WRONG = 0.2
const LEARNING_RATE = 0.01
const featuresPerExample = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10]
const widths = [4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024]

/** A model's size in parts of what fits all examples exactly, and what it came to. */
interface Fit {
  readonly size: number
  readonly trainingLoss: number
  readonly testError: number
}

/**
 * Few digits, a fifth of them with another label, by models of growing size: the error rises until all examples are fitted exactly, and falls
 * again behind. Models are random Fourier features with the smallest weights that fit, and trained networks.
 *
 * Source: Belkin, Hsu, Ma, Mandal, Reconciling modern machine-learning practice and the classical bias-variance trade-off, 2019.
 */
export async function doubleDescent(context: Pick<RecipeContext, 'report' | 'folder' | 'signal'>, size: Size) {
  const { train, test } = await digits(context.report)
  const shown = examples(train.take(size.pictures))
  const data: Data = {
    train: { ...shown, labels: mislabelled(shown.labels) },
    test: examples(test.take(TEST_PICTURES)),
  }
  const features = await randomFeatures(data)
  const networks = await trainedNetworks(data, size.steps, context)
  const titles = {
    features: 'Random features: worst where they are as many as examples',
    networks: 'Trained networks: the error falls again, too',
  }
  const draw = (name: string, title: string, label: string, fits: readonly Fit[]) => {
    const x = fits.map(({ size }) => size)
    return figure(context, name, {
      title,
      x: { label, scale: 'log' },
      y: { from: 0 },
      series: [
        { name: 'test error', x, y: fits.map(({ testError }) => testError) },
        { name: 'squared error on the training set', x, y: fits.map(({ trainingLoss }) => trainingLoss) },
      ],
      marks: [{ x: 1, text: 'as many unknowns as equations' }],
    })
  }
  await draw('4-random-features', titles.features, 'features per example', features)
  await draw('5-trained-networks', titles.networks, 'parameters per example and class', networks)
  return { features: summary(features), networks: summary(networks) }
}

export interface Size {
  readonly pictures: number
  readonly steps: number
}

interface Examples {
  readonly x: Tensor<[number, number]>
  /** So few pixels that networks with few parameters for each example still have several units. */
  readonly small: Tensor
  readonly labels: Tensor
}
type Data = Readonly<Record<'train' | 'test', Examples>>

const examples = (data: DigitDataset): Examples => ({
  x: tensor(data.values('inputs'), [data.length, 28 * 28]).sub(MEAN),
  small: smallPictures(data, SIDE),
  labels: tensor(data.values('labels')).cast('int32'),
})

function mislabelled(labels: Tensor): Tensor {
  const other = random.randint(labels.shape, 1, CLASSES)
  return labels.add(random.bernoulli(WRONG, labels.shape).cast('int32').mul(other)).mod(CLASSES)
}

const targets = ({ labels }: Examples) => labels.oneHot(CLASSES)

const errorOf = (outputs: Tensor, { labels }: Examples): Promise<number> =>
  outputs.argMax(-1).notEqual(labels).cast('float32').mean().item()

/** cos(W x + b) with the least squares solution of smallest length. */
async function randomFeatures({ train, test }: Data): Promise<Fit[]> {
  const examples = train.x.shape[0]
  const most = Math.round(examples * featuresPerExample.at(-1)!)
  const weight = random.normal([28 * 28, most], { std: FREQUENCY })
  const phase = random.uniform([most], { high: 2 * Math.PI })
  const features = ({ x }: Examples) => x.matmul(weight).add(phase).cos().cast('float64')
  const [inside, outside] = [features(train), features(test)]
  const wanted = targets(train).cast('float64')
  const fits: Fit[] = []
  for (const size of featuresPerExample) {
    const count = Math.round(size * examples)
    const some = (all: Tensor) => all.slice(':', [0, count])
    const solution = leastSquares(some(inside), wanted)
    const residual = some(inside).matmul(solution).sub(wanted)
    fits.push({
      size,
      trainingLoss: await residual.square().sum(1).mean().item(),
      testError: await errorOf(some(outside).matmul(solution), test),
    })
  }
  return fits
}

/** The x of smallest length with the smallest |A x − b|, for A of full rank, by A = Q R or Aᵀ = Q R; b has columns. */
export function leastSquares(a: Tensor, b: Tensor): Tensor {
  const [rows = 0, columns = 0]: readonly number[] = a.shape
  if (rows >= columns) {
    const { q, r } = a.qr()
    return r.triangularSolve(q.transpose().matmul(b), { lower: false })
  }
  const { q, r } = a.transpose().qr()
  return q.matmul(r.transpose().triangularSolve(b, { lower: true }))
}

async function trainedNetworks(
  { train, test }: Data,
  steps: number,
  context: Pick<RecipeContext, 'report' | 'signal'>,
) {
  const wanted = targets(train).cast('float32')
  const fits: Fit[] = []
  for (const units of widths) {
    const network = new OneLayerNetworks({ networks: 1, units, inputs: SIDE * SIDE, outputs: CLASSES })
    const loss = () => network.forward(train.small).sub(wanted).square().sum(-1).mean()
    await trainTogether(network, loss, { steps, learningRate: LEARNING_RATE, stage: `${units} units, digits` }, context)
    fits.push({
      size: network.parameterCount() / (train.x.shape[0] * CLASSES),
      trainingLoss: await loss().item(),
      testError: await errorOf(network.forward(test.small).squeeze(0), test),
    })
  }
  return fits
}

/** The peak, where the error has risen most above that of some smaller model; the best before it, and the largest. */
function summary(fits: readonly Fit[]) {
  const lowestUpTo = (i: number) => Math.min(...fits.slice(0, i + 1).map(({ testError }) => testError))
  const rises = fits.map(({ testError }, i) => testError - lowestUpTo(i))
  const at = rises.indexOf(Math.max(...rises))
  const { testError: peak, size: peakAt } = fits[at]!
  return { before: lowestUpTo(at), peak, peakAt, largest: fits.at(-1)!.testError }
}
