import { type Tensor, tensor } from 'shapewise'
import { type Column, type Dataset, type DigitDataset, dataset, floatColumn, labelColumn } from 'shapewise/data'
import { lenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adam, cosineDecay } from 'shapewise/optim'
import { evaluate, fit, type Model, predict } from 'shapewise/train'
import { following } from '../classification.js'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { principalComponents, quadratic } from './features/components.js'
import { hog } from './features/hog.js'
import { bumpsAround, nearestNeighbours } from './features/kept-examples.js'
import type { Matrix } from './features/radial-basis.js'
import { drawSeen } from './features/seen.js'

const CLASSES = 10

const options = {
  limit: integer(0, 'learn from the first so many pictures; 0 for all', { minimum: 0 }),
  passes: integer(5, 'times that what learns by steps sees every picture'),
  bumps: integer(2000, 'training pictures around which a bump lies'),
}
type Context = RecipeContext<typeof options>
type Examples = Dataset<{
  readonly inputs: Column<'float32', readonly number[]>
  readonly labels: Column<'int32', readonly []>
}>

/** What is learned from, and what is tested on. */
interface Parts<Data> {
  readonly train: Data
  readonly test: Data
}

const published = (errors: number, what: string) => ({ value: 1 - errors / 100, source: `LeCun et al. 1998, ${what}` })
const literature = {
  linearAccuracy: published(12, 'linear: 12.0 % errors (by squares; here by cross-entropy)'),
  polynomialAccuracy: published(3.3, '40 PCA + quadratic: 3.3 % errors'),
  rbfAccuracy: published(3.6, '1000 RBF + linear: 3.6 % errors (here more bumps, around pictures drawn by lot)'),
  nearestNeighbourAccuracy: published(5, 'K-NN Euclidean: 5.0 % errors (here the nearest one)'),
  learnedAccuracy: published(0.95, 'LeNet-5: 0.95 % errors'),
}

export const featuresAgainstLearning = recipe({
  name: 'features-against-learning',
  title: 'The same digits through features made by hand, kept as examples, and learned',
  source: 'LeCun, Bottou, Bengio, Haffner, Gradient-based learning applied to document recognition, 1998, figure 9',
  literature,
  options,
  async run(context) {
    const { report, options } = context
    const data = await digits(report, options.limit)
    const [train, test] = [await predict(nn.flatten(), data.train), await predict(nn.flatten(), data.test)]
    const labels = { train: labelsOf(data.train), test: labelsOf(data.test) }
    const components = await principalComponents(train, 40)
    const plane = await hyperplane(context, 'pixels', data, pixels)
    const products = await hyperplane(context, 'quadratic', data, (x) => quadratic(components.of(pixels(x))))
    const oriented = await hyperplane(context, 'hog', data, edges)
    const { basis, weights } = await bumpsAround(context, train, labels.train, options.bumps)
    const nearest = await nearestNeighbours(context, train, test)
    const network = lenet()
    const metrics = {
      linearAccuracy: plane.accuracy,
      nearestNeighbourAccuracy: await share(labels.train.take(nearest).equal(labels.test)),
      rbfAccuracy: await share(basis.outputs(test, weights).argMax(1).equal(labels.test)),
      polynomialAccuracy: products.accuracy,
      hogAccuracy: oriented.accuracy,
      learnedAccuracy: await learn(context, 'lenet', network, data, 3e-3),
    }
    await compare(context, metrics)
    await learnFromFew(context, data)
    await drawSeen(context, { train, test, components, basis, nearest, templates: plane.weights, network })
    return metrics
  },
})

const pixels = (x: Tensor): Matrix => x.flatten(1)
const edges = (x: Tensor): Matrix => hog(x.reshape([-1, 28, 28]))
const share = (right: Tensor): Promise<number> => right.cast('float32').mean().item()
const labelsOf = (data: DigitDataset): Tensor<[number]> => tensor(data.values('labels'), [data.length])

/** A hyperplane for each class over features that stay as they are. */
async function hyperplane(
  context: Context,
  stage: string,
  digits: Parts<DigitDataset>,
  features: (x: Tensor) => Matrix,
  passes?: number,
) {
  const seen = async (data: DigitDataset): Promise<Examples> => {
    const values = await predict(nn.lambda(features), data)
    const inputs = floatColumn((await values.data()) as Float32Array, values.shape.slice(1))
    return dataset({ inputs, labels: labelColumn(data.values('labels'), { classes: CLASSES }) })
  }
  const data = { train: await seen(digits.train), test: await seen(digits.test) }
  const count = data.train.columns.inputs.shape[0]!
  const planes = nn.linear(count, CLASSES)
  // Brings features to one size, but does not blow up pixels that hardly ever have ink.
  const size = nn.batchNorm1d(count, { affine: false, epsilon: 0.01 })
  const accuracy = await learn(context, stage, nn.sequential(size, planes), data, 2e-3, passes)
  return { accuracy, weights: planes.weight.value }
}

/** Learns by cross-entropy, and returns the accuracy on what it is tested on. Of passes other than usual only the live line tells. */
async function learn(
  context: Context,
  stage: string,
  model: Model,
  { train, test }: Parts<Examples>,
  learningRate: number,
  passes?: number,
): Promise<number> {
  const [batchSize, epochs] = [64, passes ?? context.options.passes]
  const steps = epochs * Math.ceil(train.length / batchSize)
  const optimizer = adam({ learningRate: cosineDecay(learningRate, { steps }) })
  const told = following(context, { stage })
  const { onBatch, signal, seed } = told
  const run = passes === undefined ? told : { onBatch, signal, seed }
  await fit(model, train, { loss: nn.crossEntropy, optimizer, epochs, batchSize, ...run })
  return (await evaluate(model, test)).accuracy
}

/** What is made wins while pictures are few: errors over the number of pictures, on training pictures kept aside. */
async function learnFromFew(context: Context, { train }: Parts<DigitDataset>): Promise<void> {
  const [learned, kept] = train.split(5 / 6)
  const test = kept.take(5000)
  const counts = [100, 300, 1000, 3000, 10_000].filter((count) => count <= learned.length)
  const [plane, oriented, network]: number[][] = [[], [], []]
  for (const count of counts) {
    const data = { train: learned.take(count), test }
    // As many steps for few pictures as for more.
    const passes = Math.max(1, Math.ceil(4000 / count)) * context.options.passes
    plane!.push((await hyperplane(context, `pixels-${count}`, data, pixels, passes)).accuracy)
    oriented!.push((await hyperplane(context, `hog-${count}`, data, edges, passes)).accuracy)
    network!.push(await learn(context, `lenet-${count}`, lenet(), data, 3e-3, passes))
  }
  const errors = (accuracies: readonly number[]) => accuracies.map((right) => 100 * (1 - right))
  await figure(context, '3-features-made-for-few-learned-from-many', {
    title: 'From few pictures made features win, from many learned ones',
    x: { label: 'pictures to learn from', scale: 'log' },
    y: { label: 'errors on pictures kept aside, %', scale: 'log' },
    series: [
      { name: 'pixels, hyperplane', x: counts, y: errors(plane!) },
      { name: 'HOG, hyperplane', x: counts, y: errors(oriented!) },
      { name: 'LeNet', x: counts, y: errors(network!) },
    ],
  })
}

/** The errors beside those of 1998, as a table and as bars. */
async function compare(context: Context, accuracies: Readonly<Record<string, number>>): Promise<void> {
  const systems = [
    ['linearAccuracy', 'hyperplane', 'pixels', 'learned: one template for each digit'],
    ['nearestNeighbourAccuracy', 'neighbour', 'nearness to all training pictures', 'kept examples'],
    ['rbfAccuracy', 'bumps', 'nearness to some training pictures', 'kept examples'],
    ['polynomialAccuracy', 'quadratic', 'products of 40 principal components', 'made for anything'],
    ['hogAccuracy', 'HOG', 'directions of edges, cell by cell', 'made for pictures'],
    ['learnedAccuracy', 'LeNet', 'filters of filters', 'learned'],
  ] as const
  const published: Readonly<Record<string, { readonly value: number } | undefined>> = literature
  const errors = (right: number | undefined): number => (right === undefined ? Number.NaN : 100 * (1 - right))
  const then = systems.map(([metric]) => errors(published[metric]?.value))
  const now = systems.map(([metric]) => errors(accuracies[metric]))
  context.report.table({
    title: 'Errors on the test pictures, %',
    columns: ['classifier', 'sees', 'where its features are from', 'here', 'LeCun 1998'],
    rows: systems.map(([, name, sees, from], i) => [
      ...[name, sees, from, now[i]!.toFixed(2)],
      Number.isNaN(then[i]!) ? '' : then[i]!.toFixed(2),
    ]),
  })
  await figure(context, '1-better-features-fewer-errors', {
    title: 'Better features, fewer errors; learned ones are best',
    x: { names: systems.map(([, name]) => name) },
    y: { label: 'errors on test pictures, %' },
    series: [
      { name: 'here', x: systems.map((_, i) => i), y: now, kind: 'bars' },
      { name: 'LeCun et al. 1998', x: systems.map((_, i) => i), y: then, kind: 'bars' },
    ],
  })
}
