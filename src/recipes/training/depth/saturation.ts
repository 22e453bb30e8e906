import { seed, type Tensor } from 'shapewise'
import * as nn from 'shapewise/nn'
import { adam } from 'shapewise/optim'
import { heatmap } from 'shapewise/plot'
import { layerStatistics } from 'shapewise/train'
import { figure } from '../../figure.js'
import { integer } from '../../option.js'
import { type RecipeContext, recipe } from '../../recipe.js'
import { again, digitTensors, type Examples } from './again.js'
import { histogram } from './histogram.js'

const UNITS = 64
const BATCH = 128
const EVERY = 100
const LEARNING_RATE = 1e-3
const LOOKED_AT = 500
const { glorotNormal, heNormal } = nn.initializers

interface Kind {
  readonly activation: () => nn.Link
  /** Uniform in ±1/√inputs, as was usual before 2010, where nothing is said. */
  readonly initializer?: nn.Initializer
  readonly repair?: 'batch norm' | 'residual'
}

const kinds: Readonly<Record<string, Kind>> = {
  sigmoid: { activation: nn.sigmoid },
  tanh: { activation: nn.tanh },
  ReLU: { activation: nn.relu },
  'tanh, Glorot': { activation: nn.tanh, initializer: glorotNormal() },
  'ReLU, He': { activation: nn.relu, initializer: heNormal() },
  'sigmoid, batch norm': { activation: nn.sigmoid, repair: 'batch norm' },
  'ReLU, residual': { activation: nn.relu, repair: 'residual' },
}
const REPAIRED = 'ReLU, He'

const options = {
  deepest: integer(20, 'layers of the deepest networks'),
  steps: integer(1500, 'steps of each training'),
  limit: integer(0, 'learn from the first so many examples; 0 for all', { minimum: 0 }),
}
type Context = RecipeContext<typeof options>
type Data = Awaited<ReturnType<typeof digitTensors>>

export const saturation = recipe({
  name: 'saturation',
  title: 'Gradients vanish with depth, and what brings them back',
  source:
    'Glorot, Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010; He, Zhang, Ren, Sun, Delving deep into rectifiers, 2015',
  literature: {},
  options,
  async run(context) {
    const { options, report } = context
    const data = normalized(await digitTensors(report, options.limit))
    const { deepest } = options
    const depths = [...new Set([2, 8, 20].map((depth) => Math.min(depth, deepest)))]
    const names = Object.keys(kinds)
    const gradients: Record<string, readonly number[]> = {}
    for (const name of names) gradients[name] = await gradientsByLayer(context, data, name)
    const accuracies: number[][] = []
    const courses: Record<string, readonly number[]> = {}
    for (const name of names) {
      const row: number[] = []
      for (const depth of depths) {
        const { accuracy, course } = await trained(context, data, name, depth)
        row.push(accuracy)
        courses[name] = course
      }
      accuracies.push(row)
    }
    const ratio = (name: string): number => gradients[name]![0]! / gradients[name]!.at(-1)!
    report.table({
      title: `Accuracy (test) after ${options.steps} steps, and the gradient of the first layer over that of the last of ${deepest}`,
      columns: ['', ...depths.map((depth) => `${depth} layers`), 'first / last'],
      rows: names.map((name, i) => [
        name,
        ...accuracies[i]!.map((accuracy) => `${(100 * accuracy).toFixed(1)} %`),
        ratio(name).toExponential(1),
      ]),
    })
    await figure(context, '1-gradient-by-layer', {
      title: `Before learning: gradients on their way back through ${deepest} layers`,
      x: { label: 'layer' },
      y: { label: 'gradient of the weights', scale: 'log' },
      series: names.map((name) => ({ name, y: gradients[name]! })),
      width: 860,
    })
    const table = heatmap({
      title: 'Accuracy: which depth still learns?',
      values: accuracies,
      ...{ rows: names, columns: depths.map(String), columnLabel: 'layers', cell: 48 },
      format: (accuracy) => (100 * accuracy).toFixed(0),
    })
    await context.folder.storage.write('pictures/2-accuracy-by-depth.svg', table)
    await figure(context, '3-training-of-the-deepest', {
      title: `${deepest} layers: what learns`,
      x: { label: 'steps' },
      y: { label: 'accuracy on the validation', from: 0, to: 1 },
      series: names.map((name) => ({ name, x: courses[name]!.map((_, i) => (i + 1) * EVERY), y: courses[name]! })),
      width: 960,
    })
    await figure(context, '4-outputs-of-a-middle-layer', await middleLayer(context, data))
    return {
      deepSigmoidGradientRatio: ratio('sigmoid'),
      deepReluGradientRatio: ratio(REPAIRED),
      deepSigmoidAccuracy: accuracies[names.indexOf('sigmoid')]!.at(-1)!,
      deepReluAccuracy: accuracies[names.indexOf(REPAIRED)]!.at(-1)!,
    }
  },
})

/** Inputs of mean 0 and variance 1, for which Glorot's and He's weights are meant. */
function normalized(data: Data): Data {
  const { inputs } = data.train
  const mean = inputs.mean()
  const deviation = inputs.sub(mean).square().mean().sqrt()
  const change = (examples: Examples): Examples => ({
    ...examples,
    inputs: examples.inputs.sub(mean).div(deviation),
  })
  return { train: change(data.train), validation: change(data.validation), test: change(data.test) }
}

function network({ activation, initializer, repair }: Kind, depth: number) {
  const linear = (inputs: number, outputs: number) => nn.linear(inputs, outputs, initializer && { initializer })
  const norm = () => (repair === 'batch norm' ? [nn.batchNorm1d(UNITS)] : [])
  const layers = Array.from({ length: depth }, (_, layer): nn.Link[] => {
    if (layer === 0) return [linear(784, UNITS), ...norm(), activation()]
    // What is added is not rectified, so that the sum keeps its mean.
    if (repair === 'residual') return [nn.residual(nn.sequential(activation(), linear(UNITS, UNITS)))]
    return [linear(UNITS, UNITS), ...norm(), activation()]
  })
  return new nn.Sequential<readonly nn.Link[]>([...layers.flat(), linear(UNITS, 10)])
}

/** Root mean square of the gradient of each hidden layer's weights, before anything is learned. */
async function gradientsByLayer({ seed: first, options }: Context, data: Data, name: string): Promise<number[]> {
  seed(first)
  const [inputs, labels] = [data.train.inputs.slice([0, LOOKED_AT]), data.train.labels.slice([0, LOOKED_AT])]
  const layers = await layerStatistics(network(kinds[name]!, options.deepest), nn.crossEntropy, inputs, labels)
  const weights = layers.filter(({ kind }) => kind === 'Linear').flatMap(({ parameters }) => parameters)
  return weights
    .filter((one) => one.name === 'weight')
    .map(({ gradient }) => gradient.rms)
    .slice(0, -1)
}

async function trained(context: Context, data: Data, name: string, depth: number) {
  const { seed: first, options } = context
  seed(first)
  const model = network(kinds[name]!, depth)
  const settings = { name: `${name}, ${depth} layers`, batchSize: BATCH, every: EVERY }
  const { train, score } = await again(model, adam(model), data, context, settings)
  const { accuracy: course } = await train(LEARNING_RATE, options.steps, { coolDown: options.steps / 2 })
  return { course, accuracy: (await score(data.test)).accuracy }
}

/** What the middle one of many tanh layers gives, by the size of the first weights. */
async function middleLayer({ seed: first, options }: Context, data: Data) {
  const sizes = { 'too large': glorotNormal(4), 'too small': glorotNormal(0.5), Glorot: glorotNormal() }
  const middle = Math.ceil(options.deepest / 2)
  const layers = []
  for (const [name, initializer] of Object.entries(sizes)) {
    seed(first)
    const model = network({ activation: nn.tanh, initializer }, options.deepest)
    const path = `layers.${2 * middle - 1}`
    const { outputs } = nn.outputsOf(model, path, () => model.forward(data.validation.inputs.slice([0, LOOKED_AT])))
    const [values] = (outputs as Readonly<Record<string, readonly Tensor[]>>)[path]!
    layers.push({ name: `weights ${name}`, values: await values!.data() })
  }
  return histogram(`What tanh layer ${middle} says: ±1 is saturated, 0 is silent`, layers, { from: -1, to: 1 })
}
