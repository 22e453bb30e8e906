import { random, type Tensor } from 'shapewise'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { squaredDistances } from './features/radial-basis.js'

const BALL_DIMENSIONS = 12
const CLOUD = 1000
const cloudDimensions = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000]
const EXAMPLES = 100
const TEST_EXAMPLES = 1000
const NOISE = 0.1
const inputDimensions = [2, 5, 10, 20, 50, 100, 200, 500, 1000]

export const curseOfDimension = recipe({
  name: 'curse-of-dimension',
  title: 'Space is empty: balls, neighbours and grids in many dimensions',
  source: 'Bellman, Adaptive control processes, 1961; Beyer et al., When is nearest neighbor meaningful?, 1999',
  literature: {
    maxVolumeError: { value: 0, source: 'closed form' },
    ballShare2: { value: Math.PI / 4, source: 'closed form: π / 4' },
    ballShare3: { value: Math.PI / 6, source: 'closed form: π / 6' },
  },
  options: { samples: integer(1_000_000, 'points drawn for the volume of each ball') },
  async run(context) {
    const volumes = await ballVolumes(context)
    const contrast = await neighbourDistances(context)
    await grid(context)
    const errors = await repair(context)
    return { ...volumes, farthestToNearest1000: contrast, ...errors }
  },
})

/** The share of the n-ball in the cube around it, π^(n/2) / (2ⁿ Γ(n/2 + 1)): each two dimensions more, times π / 2n. */
export const ballShare = (n: number): number => (n < 2 ? 1 : (ballShare(n - 2) * Math.PI) / (2 * n))

type Context = RecipeContext<{ readonly samples: ReturnType<typeof integer> }>

async function ballVolumes(context: Context) {
  const { options, report } = context
  const dimensions = Array.from({ length: BALL_DIMENSIONS }, (_, i) => i + 1)
  const formula = dimensions.map(ballShare)
  const measured: number[] = []
  for (const n of dimensions) {
    const points = random.uniform([options.samples, n], { low: -1, high: 1 })
    const inside = points.square().sum(1).lessEqual(1)
    measured.push(await inside.cast('float32').mean().item())
  }
  report.table({
    title: 'Share of the ball in its cube',
    columns: ['dimensions', 'measured', 'formula'],
    rows: dimensions.map((n, i) => [String(n), measured[i]!.toFixed(5), formula[i]!.toFixed(5)]),
  })
  await figure(context, '1-the-ball-vanishes-in-its-cube', {
    title: 'A ball fills less and less of its cube: what is left are corners',
    x: { label: 'dimensions', from: 1, to: BALL_DIMENSIONS },
    y: { label: 'share of the cube' },
    series: [
      { name: 'formula', y: formula },
      { name: 'sampled', y: measured, kind: 'points' },
    ],
  })
  const maxVolumeError = Math.max(...measured.map((share, i) => Math.abs(share - formula[i]!)))
  return { maxVolumeError, ballShare2: measured[1]!, ballShare3: measured[2]! }
}

/** How far the nearest and the farthest of 1,000 points in the unit cube are; returns their ratio in the most dimensions. */
async function neighbourDistances(context: Context): Promise<number> {
  const [nearest, mean, farthest]: number[][] = [[], [], []]
  for (const n of cloudDimensions) {
    const [from, to] = [random.uniform([CLOUD, n]), random.uniform([CLOUD, n])]
    const distances = squaredDistances(from, to).maximum(0).div(n).sqrt()
    nearest!.push(await distances.min(1).mean().item())
    mean!.push(await distances.mean().item())
    farthest!.push(await distances.max(1).mean().item())
  }
  await figure(context, '2-all-neighbours-are-equally-far', {
    title: 'The nearest of 1,000 points is about as far as the farthest',
    x: { label: 'dimensions', scale: 'log' },
    y: { label: 'distance / √dimensions', from: 0 },
    series: [
      { name: 'farthest', x: cloudDimensions, y: farthest! },
      { name: 'mean', x: cloudDimensions, y: mean! },
      { name: 'nearest', x: cloudDimensions, y: nearest! },
    ],
  })
  return farthest!.at(-1)! / nearest!.at(-1)!
}

/** How many dimensions a grid of ten points along each can have. */
async function grid(context: Context): Promise<void> {
  const dimensions = Array.from({ length: 12 }, (_, i) => i + 1)
  const level = (name: string, value: number) => ({ name, y: dimensions.map(() => value), kind: 'dashes' as const })
  await figure(context, '3-a-grid-needs-more-points-than-there-are', {
    title: 'Ten points along each dimension',
    x: { label: 'dimensions', from: 1, to: BALL_DIMENSIONS },
    y: { label: 'points', scale: 'log' },
    series: [
      { name: 'grid: 10^d', y: dimensions.map((d) => 10 ** d) },
      level('MNIST: 60,000', 60_000),
      level('ImageNet: 1.28 million', 1.28e6),
      level('people: 8 billion', 8e9),
    ],
  })
}

/**
 * A hundred examples of cos 2|z|, a function of two hidden numbers z, seen through d noisy inputs. The nearest example tells the answer, by all
 * inputs, in the plane of their two principal components, and by the length in that plane, which stays the same however the plane is turned.
 */
async function repair(context: Context) {
  const errors: { readonly [View in 'raw' | 'plane' | 'length']: number[] } = { raw: [], plane: [], length: [] }
  for (const d of inputDimensions) {
    const directions = random.normal([d, 2]).qr().q.transpose()
    const draw = (count: number) => {
      const z = random.normal([count, 2])
      const x = z.matmul(directions).add(random.normal([count, d]).mul(NOISE))
      return { x, y: z.square().sum(1).sqrt().mul(2).cos() }
    }
    const [train, test] = [draw(EXAMPLES), draw(TEST_EXAMPLES)]
    const components = train.x.svd().vt.slice([0, 2]).transpose()
    const plane = (x: Tensor<[number, number]>) => x.matmul(components)
    const views = {
      ...{ raw: (x: Tensor<[number, number]>) => x, plane },
      length: (x: Tensor<[number, number]>) => plane(x).square().sum(1, { keepDims: true }).sqrt(),
    }
    for (const [name, view] of Object.entries(views)) {
      const nearest = squaredDistances(view(test.x), view(train.x)).argMin(1)
      const error = train.y.take(nearest).sub(test.y).square().mean().sqrt().div(test.y.std())
      errors[name as keyof typeof views].push(await error.item())
    }
  }
  const x = inputDimensions
  await figure(context, '4-fewer-dimensions-repair-it', {
    title: 'cos 2|z| from 100 examples with two numbers hidden in d inputs',
    x: { label: 'inputs d', scale: 'log' },
    y: { label: 'error of the nearest neighbour', from: 0 },
    series: [
      { name: 'all inputs', x, y: errors.raw },
      { name: 'two principal components', x, y: errors.plane },
      { name: 'their length (invariant)', x, y: errors.length },
    ],
  })
  const last = (values: readonly number[]): number => values.at(-1)!
  return { rawError: last(errors.raw), reducedError: last(errors.plane), invariantError: last(errors.length) }
}
