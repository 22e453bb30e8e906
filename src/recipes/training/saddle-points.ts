import { random, tensor } from 'shapewise'
import { type DigitDataset, RandomStream } from 'shapewise/data'
import { digits } from '../digits.js'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { type CriticalPoint, findCriticalPoints, SHORTEST } from './critical-points.js'
import { descend, digitLandscape, type Landscape, weightCount, weightsPerUnit } from './landscape.js'

const INPUTS = 6
const UNITS = 5
/** Standard deviation of the weights when a descent begins: small ones lie near a saddle point, and pass by others. */
const SMALL = 0.1
const LARGE = 0.5
/** Added to places on descents, in turn. */
const noises = [0, 0.02, 0.05, 0.1, 0.2]
/** What the weights of units that are switched off are multiplied with. */
const OFF = 0.01
const SEARCH = 32
/** Losses that are nearer to each other belong to one critical point. */
const SAME = 1e-6
const widths = [2, 4, 8, 16, 32]

const options = {
  starts: integer(120, 'places on descents from which critical points are sought'),
  examples: integer(150, 'digits that the loss is about'),
  steps: integer(1000, 'steps of a descent'),
  runs: integer(60, 'descents for each number of hidden units'),
}
type Context = RecipeContext<typeof options>

export const saddlePoints = recipe({
  name: 'saddle-points',
  title: 'Critical points of high loss are saddles, and minima are all alike',
  source:
    'Dauphin et al., Identifying and attacking the saddle point problem in high-dimensional non-convex optimization, 2014; Choromanska et al., The loss surfaces of multilayer networks, 2015',
  literature: {},
  options,
  async run(context) {
    const { train } = await digits(context.report, context.options.examples)
    const landscape = await digitLandscape(train, INPUTS, UNITS)
    const starts = await startingPlaces(context, landscape)
    const found = await findCriticalPoints(landscape, starts, {
      steps: SEARCH,
      onStep: (step, found) => progress(context, 'search', step, SEARCH, found),
    })
    const points = distinct(found)
    context.report.table({
      title: `${found.length} of ${starts.shape[0]} searches ended with |∇L| < ${SHORTEST}, at ${points.length} different points`,
      columns: ['loss', 'index', 'smallest eigenvalue', 'largest eigenvalue'],
      rows: points.map(({ loss, index, eigenvalues: all }) => [
        ...[loss.toFixed(4), `${(100 * index).toFixed(1)} %`, all[0]!.toFixed(4), all.at(-1)!.toFixed(4)],
      ]),
    })
    await drawPoints(context, points)
    const pairs = tensor([points.map(({ index }) => index), points.map(({ loss }) => loss)])
    return {
      indexLossCorrelation: await pairs.correlation().at(0).at(1).item(),
      criticalPoints: points.length,
      ...(await minima(context, train)),
    }
  },
})

const progress = ({ report, signal }: Context, stage: string, batch: number, batches: number, found = 0): void => {
  signal.throwIfAborted()
  report.progress({ stage, batch, batches, examples: batch, metrics: found > 0 ? { found } : {} })
}

/** One place on each of many descents, with noise; in every second one, some units are all but switched off. */
async function startingPlaces(context: Context, landscape: Landscape) {
  const { seed, options } = context
  const [size, perUnit] = [weightCount(INPUTS, UNITS), weightsPerUnit(INPUTS)]
  const draws = new RandomStream(seed)
  // More of the beginning, where more happens.
  const times = Array.from({ length: options.starts }, () => Math.floor(options.steps * draws.uniform() ** 2))
  const drawn: number[][] = []
  await descend(landscape, random.normal([options.starts, size], { dtype: 'float64' }).mul(SMALL), {
    steps: options.steps,
    async onStep(step, places) {
      progress(context, 'descents', step, options.steps)
      for (const [i, time] of times.entries()) if (time === step) drawn[i] = Array.from(await places.at(i).data())
    },
  })
  for (const [i, weights] of drawn.entries()) {
    const off = Array.from({ length: UNITS }, () => i % 2 === 1 && draws.uniform() < 0.5)
    const noise = noises[i % noises.length]!
    for (let k = 0; k < size; k++) {
      weights[k] = (weights[k]! + draws.normal(0, noise)) * (off[Math.floor(k / perUnit)] ? OFF : 1)
    }
  }
  return tensor(drawn).cast('float64')
}

/** Without those that were found before: losses that are equal by chance, or by symmetry, are counted once. Lowest first. */
function distinct(found: readonly CriticalPoint[]): CriticalPoint[] {
  const ordered = [...found].sort((a, b) => a.loss - b.loss)
  return ordered.filter(({ loss }, i) => i === 0 || loss - ordered[i - 1]!.loss > SAME)
}

async function drawPoints(context: Context, points: readonly CriticalPoint[]): Promise<void> {
  const series = (name: string, odd: number) => {
    const own = points.filter(({ start }) => start % 2 === odd)
    return { name, x: own.map(({ index }) => index), y: own.map(({ loss }) => loss), kind: 'points' as const }
  }
  await figure(context, '1-loss-over-index', {
    title: 'The higher the loss, the more directions lead down',
    x: { label: 'index: part of the Hessian’s eigenvalues that is negative', from: 0 },
    y: { label: 'loss of the critical point' },
    series: [series('found from a descent', 0), series('with units switched off', 1)],
  })
  const wanted = [0, 0.1, 0.2, 0.3].map((index) =>
    points.reduce((best, point) => (Math.abs(point.index - index) < Math.abs(best.index - index) ? point : best)),
  )
  await figure(context, '2-eigenvalues', {
    title: 'Sorted eigenvalues cross 0 at the index',
    x: { label: 'part of the eigenvalues', from: 0, to: 1 },
    y: { label: 'eigenvalue' },
    series: [
      ...[...new Set(wanted)].map(({ loss, eigenvalues }) => ({
        name: `loss ${loss.toFixed(2)}`,
        x: Array.from(eigenvalues, (_, k) => k / eigenvalues.length),
        y: eigenvalues,
      })),
      { x: [0, 1], y: [0, 0], kind: 'dashes', color: '#888888' },
    ],
  })
}

/** Where many descents end, for several numbers of hidden units. */
async function minima(context: Context, data: DigitDataset) {
  const { options, report } = context
  const ends: Float64Array[] = []
  for (const units of widths) {
    const from = random.normal([options.runs, weightCount(INPUTS, units)], { dtype: 'float64' }).mul(LARGE)
    const { losses } = await descend(await digitLandscape(data, INPUTS, units), from, {
      steps: options.steps,
      onStep: (step) => progress(context, `minima of ${units} units`, step, options.steps),
    })
    ends.push(losses.at(-1)!)
  }
  const spread = ends.map((losses) => {
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    return { mean, deviation: Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / losses.length) }
  })
  report.table({
    title: `Where ${options.runs} descents end`,
    columns: ['hidden units', 'lowest loss', 'mean', 'highest', 'standard deviation'],
    rows: widths.map((units, i) => [
      ...[units, Math.min(...ends[i]!).toFixed(4), spread[i]!.mean.toFixed(4), Math.max(...ends[i]!).toFixed(4)].map(
        String,
      ),
      spread[i]!.deviation.toFixed(5),
    ]),
  })
  await figure(context, '3-minima-are-alike', {
    title: 'Wide networks end alike, small ones do not',
    x: { names: ['', ...widths.map((units) => `${units} units`), ''] },
    y: { label: 'loss above the lowest of that width' },
    series: ends.map((losses, i) => ({
      // Side by side, so that all are seen.
      x: Array.from(losses, (_, run) => i + 0.7 + (0.6 * run) / losses.length),
      y: losses.map((loss) => loss - Math.min(...losses)),
      kind: 'points',
    })),
  })
  return { spreadOf2Units: spread[0]!.deviation, spreadOf32Units: spread.at(-1)!.deviation }
}
