import { concat, type Tensor } from 'shapewise'
import { type Column, type Dataset, dataset, fitNormalizer, floatColumn } from 'shapewise/data'
import * as nn from 'shapewise/nn'
import { adamW, oneCycle } from 'shapewise/optim'
import { evaluate, fit, type Model, predict } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import type { PretrainedSqueezenet } from '../squeezenet.js'
import type { KindDataset, Kinds } from './kinds.js'

const BATCH = 32

export const ways = ['from scratch', 'frozen', 'fine-tuned'] as const
export type Way = (typeof ways)[number]

/** The highest learning rate of each way, and how many steps it makes where fine-tuning makes one, since its own cost less. */
const settings: Readonly<Record<Way, { readonly learningRate: number; readonly steps: number }>> = {
  'from scratch': { learningRate: 3e-3, steps: 3 },
  frozen: { learningRate: 3e-3, steps: 5 },
  'fine-tuned': { learningRate: 1e-4, steps: 1 },
}

interface Context extends Pick<RecipeContext, 'report' | 'seed' | 'signal'> {
  readonly options: { readonly steps: number }
}

/** Learns the first pictures of each kind in all ways, and gives the accuracies on those to test on. */
export async function learn(
  context: Context,
  network: PretrainedSqueezenet,
  task: Kinds,
  count: number,
): Promise<Record<Way, number>> {
  const learned = (way: Way, model: Model, train: Examples | KindDataset, test: Examples | KindDataset) =>
    trained(context, `${task.name} ${count} ${way}`, way, model, train as Examples, test as Examples)
  const [train, { test, classes }] = [task.train(count), task]
  // Features are the same in each pass, so they are computed once.
  const means = new Means(network)
  const [trainFeatures, testFeatures] = [await features(means, train), await features(means, test)]
  const scale = fitNormalizer(trainFeatures, 'inputs')
  const normalize = nn.lambda((x: Tensor) => scale.normalize(x) as Tensor)
  const top = nn.sequential(normalize, nn.linear(scale.shape[0]!, classes.length)) as nn.Layer
  const frozen = await learned('frozen', top as Model, trainFeatures, testFeatures)
  // A top that fits already leaves the layers below as they are at first. (Kumar et al., "Fine-tuning can distort pretrained features", 2022.)
  const whole = new Topped(new Means(await network.copy()), top)
  return {
    'from scratch': await learned('from scratch', smallNetwork(classes.length), train, test),
    frozen,
    'fine-tuned': await learned('fine-tuned', whole, train, test),
  }
}

/**
 * A network for few pictures, [64, 64, 3] → logits. SqueezeNet itself, which normalises nothing, learns hardly anything from so few when it begins with
 * weights by chance, so what is gained is measured against this one.
 */
function smallNetwork(classes: number): Model {
  const block = (inputs: number, outputs: number, window: number) => [
    ...[nn.conv2d(inputs, outputs, window, { stride: 2, bias: false }), nn.batchNorm2d(outputs), nn.relu()],
  ]
  const maps = [...block(3, 32, 5), ...block(32, 64, 3), ...block(64, 128, 3)]
  return nn.sequential(...maps, nn.globalAvgPool(), nn.linear(128, classes)) as nn.Layer as Model
}

/** The means of maps of several depths, since what serves for photographs need not lie in the last ones: pictures → [batch, 1280]. */
class Means extends nn.Module {
  readonly model: nn.Module
  readonly #network: PretrainedSqueezenet

  constructor(network: PretrainedSqueezenet) {
    super()
    this.model = network.model
    this.#network = network
  }

  forward(pictures: Tensor): Tensor {
    const maps = this.#network.layers(pictures, ['fire3', 'fire5', 'fire7', 'fire9'])
    return concat(
      maps.map((map) => map.mean([1, 2]) as Tensor),
      -1,
    ) as Tensor
  }
}

/** The network with a top that tells a few kinds apart. */
class Topped extends nn.Module {
  constructor(
    readonly means: Means,
    readonly top: nn.Layer,
  ) {
    super()
  }

  forward(pictures: Tensor): Tensor {
    return this.top.forward(this.means.forward(pictures)) as Tensor
  }
}

type Examples = Dataset<{ readonly inputs: Column<'float32'>; readonly labels: Column<'int32', readonly []> }>

async function features(means: Means, data: KindDataset): Promise<Examples> {
  const made = await predict(means, data)
  const inputs = floatColumn((await made.data()) as Float32Array, made.shape.slice(1))
  return dataset({ inputs, labels: data.columns.labels }) as Examples
}

async function trained(
  { report, seed, signal, options }: Context,
  stage: string,
  way: Way,
  model: Model,
  train: Examples,
  test: Examples,
): Promise<number> {
  const { learningRate, steps } = settings[way]
  const batches = Math.ceil(train.length / BATCH)
  const epochs = Math.ceil((steps * options.steps) / batches)
  await fit(model, train, {
    ...{ loss: nn.crossEntropy, batchSize: BATCH, epochs, seed, signal },
    optimizer: adamW({ learningRate: oneCycle(learningRate, { steps: epochs * batches }), weightDecay: 0.01 }),
    onBatch: ({ batchLoss, ...progress }) => report.progress({ stage, ...progress, metrics: { loss: batchLoss } }),
  })
  return (await evaluate(model, test)).accuracy
}
