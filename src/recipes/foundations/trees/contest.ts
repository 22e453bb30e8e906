import { mlp } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { adamW, cosineDecay } from 'shapewise/optim'
import { evaluate, fit } from 'shapewise/train'
import type { RecipeContext } from '../../recipe.js'
import { binBounds, binned } from './binned-table.js'
import { type BoostingOptions, boosting, type ForestOptions, forest, type Targets } from './ensembles.js'
import type { Split, Views } from './problems.js'

export interface NetworkOptions {
  readonly hidden: readonly number[]
  readonly epochs: number
  readonly batchSize: number
  readonly learningRate: number
  readonly dropout: number
}

/** How the three learn, each chosen on training examples kept aside. */
export interface Settings {
  readonly forest?: ForestOptions
  readonly boosting?: BoostingOptions
  readonly network: NetworkOptions
  /** Bins of a feature; 255. */
  readonly bins?: number
}

export const contestants = ['forest', 'boosting', 'network'] as const
/** Accuracies, or shares of the variance that are explained. */
export type Scores = { readonly [Name in (typeof contestants)[number]]: number }

type Context = Pick<RecipeContext, 'report' | 'signal' | 'seed'>

/** Lets a forest, boosting and a network learn the same, one split after the other; the means of their scores. */
export async function contest(
  context: Context,
  name: string,
  splits: readonly Views[],
  settings: Settings,
): Promise<Scores> {
  const total = { forest: 0, boosting: 0, network: 0 }
  for (const views of splits) {
    const { grown, boosted } = growTrees(context, name, views.trees, settings)
    total.forest += grown.score / splits.length
    total.boosting += boosted.score / splits.length
    total.network += (await trainNetwork(context, name, views.network, settings.network)).score / splits.length
  }
  return total
}

/** Both kinds of trees on the same bins. */
export function growTrees({ report, signal, seed }: Context, name: string, split: Split, settings: Settings) {
  const [train, test] = [inputsOf(split, 'train'), inputsOf(split, 'test')]
  const bounds = binBounds(train, train.length / split.train.length, settings.bins)
  const [seen, unseen] = [binned(train, bounds), binned(test, bounds)]
  const [targets, truth] = [targetsOf(split, 'train'), targetsOf(split, 'test')]
  const told = (stage: string, batches: number) => (batch: number) => {
    signal.throwIfAborted()
    report.progress({ stage: `${name}, ${stage}`, batch, batches, examples: batch * seen.rows, metrics: {} })
  }
  const { trees = 50 } = settings.forest ?? {}
  const { rounds = 100 } = settings.boosting ?? {}
  const grown = forest(seen, targets, { ...settings.forest, trees, seed, onTree: told('forest', trees) })
  const boosted = boosting(seen, targets, { ...settings.boosting, rounds, seed, onRound: told('boosting', rounds) })
  const judged = (ensemble: typeof grown) => ({
    score: score(ensemble.predict(unseen, targets), truth),
    outputs: (rows: Float32Array) => ensemble.outputs(binned(rows, bounds)),
  })
  return { grown: judged(grown), boosted: judged(boosted) }
}

/** A multilayer perceptron, by cross-entropy or squares. */
export async function trainNetwork(
  { report, signal, seed }: Context,
  name: string,
  split: Split,
  options: NetworkOptions,
) {
  const { hidden, epochs, batchSize, dropout } = options
  const inputs = inputsOf(split, 'train').length / split.train.length
  const outputs = split.kind === 'classes' ? split.classes : 1
  const model = nn.sequential(
    nn.flatten(),
    // Brings inputs to one size, but does not blow up what hardly ever changes.
    nn.batchNorm1d(inputs, { affine: false, epsilon: 0.01 }),
    mlp([inputs, ...hidden, outputs], { dropout }),
  )
  const steps = epochs * Math.ceil(split.train.length / batchSize)
  const learningRate = cosineDecay(options.learningRate, { steps })
  const common = {
    ...{ optimizer: adamW({ learningRate, weightDecay: 0.01 }), epochs, batchSize, seed, signal },
    onBatch({
      batch,
      batches,
      examples,
      loss,
      ...place
    }: { [Key in 'epoch' | 'epochs' | 'batch' | 'batches' | 'examples' | 'loss']: number }) {
      const { epoch, epochs } = place
      report.progress({ stage: `${name}, network`, epoch, epochs, batch, batches, examples, metrics: { loss } })
    },
  }
  if (split.kind === 'classes') {
    await fit(model, split.train, { ...common, loss: nn.crossEntropy })
    return { model, score: (await evaluate(model, split.test)).accuracy }
  }
  await fit(model, split.train, { ...common, loss: nn.meanSquaredError })
  const { outputs: found } = await evaluate(model, split.test)
  return { model, score: score(found, targetsOf(split, 'test')) }
}

const inputsOf = (split: Split, which: 'train' | 'test'): Float32Array =>
  split.kind === 'classes' ? split[which].values('inputs') : split[which].values('inputs')

function targetsOf(split: Split, which: 'train' | 'test'): Targets {
  if (split.kind === 'classes') return { kind: 'classes', labels: split[which].values('labels'), count: split.classes }
  return { kind: 'values', values: split[which].values('targets') }
}

/** The share of right classes, or R² = 1 − Σ (y − ŷ)² / Σ (y − mean)². */
export function score(found: ArrayLike<number>, truth: Targets): number {
  const values = Array.from(truth.kind === 'classes' ? truth.labels : truth.values)
  if (truth.kind === 'classes') return values.filter((label, i) => label === found[i]).length / values.length
  const mean = values.reduce((sum, y) => sum + y, 0) / values.length
  const left = values.reduce((sum, y, i) => sum + (y - found[i]!) ** 2, 0)
  return 1 - left / values.reduce((sum, y) => sum + (y - mean) ** 2, 0)
}
