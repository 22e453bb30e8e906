import { compile, concat, random, type Tensor } from 'shapewise'
import { figure } from '../../figure.js'
import type { RecipeContext } from '../../recipe.js'
import { type Matrix, RadialBasis, rowsOf, squaredDistances } from './radial-basis.js'

/** Of bumps: distances between pictures whose ink goes from 0 to 1. */
const widths = [3, 4, 5, 6, 8]
/** So many bumps and pictures are enough to choose the width. */
const [FEW_BUMPS, FEW_PICTURES] = [1000, 10_000]
const counts = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
/** Test pictures whose distances from all others are in memory at once. */
const BATCH = 500

type Context = Pick<RecipeContext, 'folder' | 'report' | 'signal'>
type Labels = Tensor<[number]>

/** Which training picture is nearest to each test picture. */
export async function nearestNeighbours({ report, signal }: Context, train: Matrix, test: Matrix): Promise<Labels> {
  const nearest = compile((rows: Matrix, all: Matrix) => squaredDistances(rows, all).argMin(1))
  const found: Labels[] = []
  const batches = rowsOf(test, BATCH)
  for (const rows of batches) {
    signal.throwIfAborted()
    found.push(nearest(rows, train))
    await found.at(-1)!.data()
    const batch = found.length
    report.progress({ stage: 'neighbours', batch, batches: batches.length, examples: batch * BATCH, metrics: {} })
  }
  return concat(found)
}

/**
 * Bumps around training pictures drawn by lot. A sixth of all is kept to choose the width by, and to see how many bumps it takes; the weights that
 * come back are learned from all.
 */
export async function bumpsAround(context: Context, train: Matrix, labels: Labels, count: number) {
  const { report, signal } = context
  const [all, learned] = [train.shape[0], Math.ceil((train.shape[0] * 5) / 6)]
  const targets: Matrix = labels.oneHot(10)
  const centres: Matrix = random.shuffle(train).slice([0, count])
  const [kept, keptLabels] = [train.slice([learned, all]), labels.slice([learned, all])]
  const errors = async (outputs: Matrix): Promise<number> =>
    100 * (1 - (await outputs.argMax(1).equal(keptLabels).cast('float32').mean().item()))
  const add = (basis: RadialBasis, from: number, to: number) =>
    basis.add(train.slice([from, to]), targets.slice([from, to]), (examples) => {
      signal.throwIfAborted()
      report.progress({ stage: 'bumps', batch: examples, batches: all, examples, metrics: {} })
    })

  let [width, fewest] = [0, Infinity]
  for (const tried of widths) {
    const basis = new RadialBasis(centres.slice([0, Math.min(FEW_BUMPS, count)]), tried, 10)
    await add(basis, 0, Math.min(learned, FEW_PICTURES))
    const wrong = await errors(basis.outputs(kept, basis.weights()))
    if (wrong < fewest) [width, fewest] = [tried, wrong]
  }
  report.log(`Bumps of width ${width} do best on training pictures that are kept aside.`)

  const basis = new RadialBasis(centres, width, 10)
  await add(basis, 0, learned)
  const x = counts.filter((few) => few <= centres.shape[0])
  const y: number[] = []
  for (const few of x) y.push(await errors(basis.outputs(kept, basis.weights(few))))
  await figure(context, '2-bumps-where-the-data-live', {
    title: 'The more bumps where the data live, the fewer errors',
    x: { label: 'bumps, each around a training picture', scale: 'log', from: 10, to: Math.max(20, count) },
    y: { label: 'errors on pictures kept aside, %', scale: 'log' },
    series: [
      { x, y },
      { x, y, kind: 'points', color: '#0072b2' },
    ],
  })
  await add(basis, learned, all)
  return { basis, weights: basis.weights() }
}
