import { arange, linspace, random, stack, type Tensor } from 'shapewise'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { doubleDescent } from './one-layer/double-descent.js'
import { OneLayerNetworks, trainTogether } from './one-layer/networks.js'

const EXAMPLES = 16
const TEST_EXAMPLES = 200
const NOISE = 0.3
const orders = Array.from({ length: 15 }, (_, i) => i + 1)
const drawnOrders = [1, 3, 15]
const widths = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64]
/** Networks are many times slower than polynomials. */
const NETWORKS = 12
const LEARNING_RATE = 0.02
const GAIN = 2

const options = {
  draws: integer(200, 'training sets over which the median of the polynomials is taken'),
  steps: integer(10_000, 'steps of the networks on a curve, the longest training'),
  pictures: integer(300, 'digits to learn from'),
  digitSteps: integer(2500, 'steps of the networks on digits'),
}
type Context = RecipeContext<typeof options>

export const capacity = recipe({
  name: 'capacity',
  title: 'Too simple, too complex, and the double descent behind',
  source:
    'Geman, Bienenstock, Doursat, Neural networks and the bias/variance dilemma, 1992; Belkin et al., Reconciling modern machine-learning practice and the classical bias-variance trade-off, 2019',
  literature: {
    featurePeak: { value: 1, source: 'Belkin et al. 2019: as many features as examples' },
    networkPeak: { value: 1, source: 'Belkin et al. 2019: as many parameters as examples × classes' },
  },
  options,
  async run(context) {
    const [train, validation, test] = [EXAMPLES, EXAMPLES, TEST_EXAMPLES].map((n) => draw(context.options.draws, n))
    const polynomials = await polynomialsByOrder(context, { train: train!, validation: validation!, test: test! })
    await networksByWidth(context)
    const { pictures, digitSteps } = context.options
    const { features, networks } = await doubleDescent(context, { pictures, steps: digitSteps })
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
    context.report.table({
      title: `${pictures} digits, a fifth of them labelled wrongly: test error by size`,
      columns: ['model', 'best before the peak', 'at the peak', 'the largest'],
      rows: Object.entries({ 'random features': features, 'trained network': networks }).map(
        ([name, { before, peak, largest }]) => [name, ...[before, peak, largest].map(percent)],
      ),
    })
    return {
      ...polynomials,
      ...{ featurePeak: features.peakAt, featureErrorAtPeak: features.peak, featureErrorLargest: features.largest },
      ...{ networkPeak: networks.peakAt, networkErrorAtPeak: networks.peak, networkErrorLargest: networks.largest },
    }
  },
})

interface Points {
  readonly x: Tensor
  readonly y: Tensor
}

const curve = (x: Tensor): Tensor => x.mul(Math.PI).sin()

/** Noisy points of a sine, one at random in each of as many equal parts of −1 … 1: [sets, count]. */
function draw(sets: number, count: number): Points {
  const place = random.uniform([sets, count], { dtype: 'float64' }).add(arange(count))
  const x = place.mul(2 / count).sub(1)
  return { x, y: curve(x).add(random.normal([sets, count], { std: NOISE, dtype: 'float64' })) }
}

/** The median over the sets of the root of the mean squared error. */
const median = (outputs: Tensor, y: Tensor): Promise<number> => outputs.sub(y).square().mean(1).sqrt().median().item()

/** P₀ … Pₙ of Legendre, which span the polynomials of order n and stay apart from each other: […] → […, n + 1]. */
export function legendre(x: Tensor, order: number): Tensor {
  const terms = [x.mul(0).add(1), x]
  for (let n = 1; n < order; n++) {
    terms.push(
      x
        .mul(terms[n]!)
        .mul((2 * n + 1) / (n + 1))
        .sub(terms[n - 1]!.mul(n / (n + 1))),
    )
  }
  return stack(terms.slice(0, order + 1), -1)
}

type Sets = Readonly<Record<'train' | 'validation' | 'test', Points>>

async function polynomialsByOrder(context: Context, { train, validation, test }: Sets) {
  const grid = linspace(-1, 1, 1001).cast('float64')
  const x = await grid.data()
  const curves: { readonly name: string; readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }[] = []
  const errors: Record<keyof Sets, number[]> = { train: [], validation: [], test: [] }
  for (const order of orders) {
    const weights = legendre(train.x, order).lstsq(train.y.unsqueeze(-1))
    const fitted = (at: Tensor) => legendre(at, order).matmul(weights).squeeze(-1)
    for (const [name, points] of Object.entries({ train, validation, test })) {
      errors[name as keyof Sets].push(await median(fitted(points.x), points.y))
    }
    if (!drawnOrders.includes(order)) continue
    curves.push({ name: `order ${order}`, x, y: await legendre(grid, order).matmul(weights.at(0)).squeeze(-1).data() })
  }
  await figure(context, '1-polynomials', {
    title: 'Order 1 misses the curve, 3 finds it, 15 runs through the noise',
    x: { label: 'x' },
    y: { from: -2, to: 2 },
    series: [
      ...curves,
      { name: 'truth', x, y: await curve(grid).data(), kind: 'dashes', color: '#888888' },
      {
        name: 'examples',
        x: await train.x.at(0).data(),
        y: await train.y.at(0).data(),
        kind: 'points',
        color: '#000000',
      },
    ],
  })
  const best = errors.validation.indexOf(Math.min(...errors.validation))
  await figure(context, '2-error-by-order', {
    title: `${EXAMPLES} examples: the training error falls, the test error rises`,
    x: { label: 'order of the polynomial', from: 1, to: orders.at(-1)! },
    y: { label: 'error', scale: 'log', from: 0.01, to: 1000 },
    series: [
      { name: 'training', y: errors.train },
      { name: 'validation', y: errors.validation, kind: 'points' },
      { name: 'test', y: errors.test },
    ],
    marks: [{ x: orders[best]!, text: 'chosen by validation' }],
  })
  const [testError, worst] = [errors.test[best]!, errors.test.at(-1)!]
  return { bestOrder: orders[best]!, testError, overfitFactor: worst / testError }
}

/** Networks on the same kind of points, after a short, a middle and a long training. */
async function networksByWidth(context: Context): Promise<void> {
  const { steps } = context.options
  const [train, test] = [EXAMPLES, TEST_EXAMPLES].map((n) => {
    const { x, y } = draw(NETWORKS, n)
    return { x: x.cast('float32').unsqueeze(-1), y: y.cast('float32').unsqueeze(-1) }
  }) as [Points, Points]
  const durations = [steps / 40, steps / 8, steps].map(Math.ceil)
  const training: number[] = []
  const testing: number[][] = durations.map(() => [])
  for (const units of widths) {
    for (const [i, duration] of durations.entries()) {
      const networks = new OneLayerNetworks({ networks: NETWORKS, units, gain: GAIN })
      const loss = () => networks.forward(train.x).sub(train.y).square().mean(1).sum()
      const schedule = { steps: duration, learningRate: LEARNING_RATE, stage: `${units} units` }
      await trainTogether(networks, loss, schedule, context)
      testing[i]!.push(await median(networks.forward(test.x), test.y))
      if (i === durations.length - 1) training.push(await median(networks.forward(train.x), train.y))
    }
  }
  await figure(context, '3-network-by-width', {
    title: 'A network overfits gently, and by time more than by width',
    x: { label: 'units of the hidden layer', scale: 'log', to: widths.at(-1)! },
    y: { label: 'error', from: 0 },
    series: [
      { name: `training, ${steps} steps`, x: widths, y: training },
      ...durations.map((duration, i) => ({ name: `test, ${duration}`, x: widths, y: testing[i]! })),
    ],
  })
}
