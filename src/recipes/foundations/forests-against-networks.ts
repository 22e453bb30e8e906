import { random, tensor } from 'shapewise'
import { dataset, floatColumn, moons } from 'shapewise/data'
import { figure } from '../figure.js'
import { gallery } from '../gallery.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import type { Metrics, Picture } from '../report.js'
import { contest, contestants, growTrees, type Scores, type Settings, trainNetwork } from './trees/contest.js'
import { type ProblemName, problem, type Split, type ValueExamples } from './trees/problems.js'

const small: Settings = {
  forest: { trees: 100 },
  boosting: { rounds: 60, depth: 3, leafRows: 5 },
  network: { hidden: [64], epochs: 40, batchSize: 16, learningRate: 2e-3, dropout: 0.2 },
}
const pictures: Settings = {
  bins: 16,
  forest: { trees: 30 },
  // Pixels are many and alike: for each split a root of their number is tried.
  boosting: { rounds: 40, learningRate: 0.2, rowShare: 0.1, tried: 28 },
  network: { hidden: [512], epochs: 6, batchSize: 128, learningRate: 1e-3, dropout: 0.2 },
}
/** Chosen on training examples kept aside. */
const problems: { readonly [Name in ProblemName]: Settings } = {
  wine: small,
  cancer: small,
  adult: {
    forest: { leafRows: 5 },
    boosting: { rounds: 200, depth: 5 },
    network: { hidden: [128, 128], epochs: 8, batchSize: 256, learningRate: 1e-3, dropout: 0.2 },
  },
  housing: {
    boosting: { rounds: 300 },
    network: { hidden: [128, 128], epochs: 25, batchSize: 128, learningRate: 2e-3, dropout: 0 },
  },
  emoji: {
    ...pictures,
    boosting: { rounds: 40, learningRate: 0.2, tried: 64, depth: 4 },
    network: { hidden: [512], epochs: 15, batchSize: 64, learningRate: 1e-3, dropout: 0.2 },
  },
  digits: pictures,
}

const options = {
  limit: integer(0, 'learn from the first so many examples of the larger sets; 0 for all', { minimum: 0 }),
}
type Context = RecipeContext<typeof options>

export const forestsAgainstNetworks = recipe({
  name: 'forests-against-networks',
  title: 'Forests, boosting and networks on tables and pictures: where each wins',
  source:
    'Breiman, Random forests, 2001; Friedman, Greedy function approximation, 2001; Grinsztajn et al., Why do tree-based models still outperform deep learning on typical tabular data?, 2022',
  literature: {
    adultBoostingAccuracy: {
      value: 0.859,
      source: 'Kohavi 1996, NBTree, without rows that lack values: 14.10 % errors',
    },
    digitsBoostingAccuracy: {
      value: 0.9847,
      source: 'Kégl, Busa-Fekete 2009, boosted trees of 17 leaves, many more rounds',
    },
    digitsNetworkAccuracy: { value: 0.953, source: 'LeCun et al. 1998, 784-300-10: 4.7 % errors' },
  },
  options,
  shortfall:
    'Forty rounds on a tenth of the digits each are what a minute allows; boosting goes on to gain for hundreds.',
  async run(context) {
    const found = new Map<ProblemName, Scores>()
    const metrics: Record<string, number> = {}
    for (const [name, settings] of Object.entries(problems) as [ProblemName, Settings][]) {
      const splits = await problem(name, context.options.limit, context.report)
      if (splits === undefined) continue
      const scores = await contest(context, name, splits, settings)
      found.set(name, scores)
      const unit = splits[0]!.trees.kind === 'classes' ? 'Accuracy' : 'R2'
      for (const one of contestants) metrics[`${name}${one[0]!.toUpperCase()}${one.slice(1)}${unit}`] = scores[one]
      if (name === 'housing') Object.assign(metrics, await rotated(context, splits[0]!.network, settings, scores))
    }
    await compare(context, found)
    await surfaces(context)
    return metrics
  },
})

/** In percent. */
const wrong = (score: number): number => 100 * (1 - score)

/** What each gets wrong of each problem, as a table and as bars. */
async function compare({ report, folder }: Context, found: ReadonlyMap<ProblemName, Scores>): Promise<void> {
  report.table({
    title: 'Errors, % (housing: variance not explained, %)',
    columns: ['', ...contestants],
    rows: [...found].map(([name, scores]) => {
      const best = Math.max(...contestants.map((one) => scores[one]))
      return [
        name,
        ...contestants.map((one) => ({
          text: wrong(scores[one]).toFixed(2),
          tone: scores[one] === best ? ('good' as const) : ('plain' as const),
        })),
      ]
    }),
  })
  const x = [...found.keys()].map((_, i) => i)
  await figure({ report, folder }, '1-who-errs-least', {
    title: 'Boosting wins on large tables, the network on digits',
    x: { names: [...found.keys()] },
    y: { label: 'errors, variance not explained, %' },
    series: contestants.map((name) => ({
      ...{ name, x, kind: 'bars' as const },
      y: [...found.values()].map((scores) => wrong(scores[name])),
    })),
  })
}

/** The same contest after all inputs are turned together: networks do not mind, but trees ask for one input at a time. */
async function rotated(context: Context, split: Split, settings: Settings, before: Scores): Promise<Metrics> {
  if (split.kind !== 'values') return {}
  const width = split.train.example(0).inputs.length
  const turn = random.normal([width, width]).qr().q
  const turned = async (data: ValueExamples): Promise<ValueExamples> => {
    const rows = tensor(data.values('inputs'), [data.length, width])
    const inputs = (await rows.matmul(turn).data()) as Float32Array
    return dataset({ inputs: floatColumn(inputs, [width]), targets: floatColumn(data.values('targets'), [1]) })
  }
  const views: Split = { kind: 'values', train: await turned(split.train), test: await turned(split.test) }
  const after = await contest(context, 'housing, rotated', [{ trees: views, network: views }], settings)
  const x = contestants.map((_, i) => i)
  await figure(context, '2-a-rotation-hurts-trees', {
    title: 'Turning the inputs of housing hurts trees, not the network',
    x: { names: contestants },
    y: { label: 'variance not explained, %' },
    series: [
      { name: 'as they are', x, y: contestants.map((one) => wrong(before[one])), kind: 'bars' },
      { name: 'turned at random', x, y: contestants.map((one) => wrong(after[one])), kind: 'bars' },
    ],
  })
  return { rotatedForestR2: after.forest, rotatedBoostingR2: after.boosting, rotatedNetworkR2: after.network }
}

/** Pixels of a surface. */
const SIDE = 140

/** Where each sees one class or the other, on two moons. */
async function surfaces(context: Context): Promise<void> {
  const data = moons({ count: 300, noise: 0.2, seed: context.seed })
  const split: Split = { kind: 'classes', classes: 2, train: data, test: data }
  const settings: Settings = { ...small, network: { ...small.network, epochs: 150, hidden: [64, 64], dropout: 0 } }
  const { grown, boosted } = growTrees(context, 'moons', split, settings)
  const { model } = await trainNetwork(context, 'moons', split, settings.network)
  model.eval()
  const grid = Float32Array.from({ length: SIDE * SIDE * 2 }, (_, i) => {
    const at = i >> 1
    return i % 2 === 0 ? -1.5 + (4 * (at % SIDE)) / SIDE : 1.5 - (2.5 * Math.floor(at / SIDE)) / SIDE
  })
  const shares = grown.outputs(grid)
  const logits = await model
    .forward(tensor(grid, [SIDE * SIDE, 2]))
    .softmax(1)
    .data()
  const second = (values: ArrayLike<number>) =>
    Array.from({ length: SIDE * SIDE }, (_, i) => 2 * values[2 * i + 1]! - 1)
  const drawn = (caption: string, values: readonly number[]): Picture => ({
    caption,
    width: SIDE,
    height: SIDE,
    values,
  })
  const points = new Array<number>(SIDE * SIDE).fill(0)
  data.values('labels').forEach((label, i) => {
    const [x, y] = data.example(i).inputs
    const [column, row] = [Math.round(((x! + 1.5) / 4) * SIDE), Math.round(((1.5 - y!) / 2.5) * SIDE)]
    // Two pixels wide and high, where the picture has them.
    for (const at of [0, 1, SIDE, SIDE + 1]) {
      if (column >= 0 && column < SIDE - 1 && row >= 0 && row < SIDE - 1)
        points[row * SIDE + column + at] = 2 * label - 1
    }
  })
  await gallery(context, '3-steps-along-the-axes-against-curves', {
    ...{ title: 'Trees cut in steps along the axes, networks bend', scale: 'signed', columns: 4 },
    pictures: [
      drawn('300 examples', points),
      drawn('forest', second(shares)),
      drawn(
        'boosting',
        Array.from(boosted.outputs(grid), (logit) => Math.tanh(logit / 2)),
      ),
      drawn('network', second(logits)),
    ],
  })
}
