import { concat, linspace, ones, type Tensor, tensor } from 'shapewise'
import { sigmoid } from 'shapewise/nn'
import { figure } from '../figure.js'
import { integer } from '../option.js'
import { type RecipeContext, recipe } from '../recipe.js'
import { OneLayerNetworks, trainTogether } from './one-layer/networks.js'

const POINTS = 128
const TEST_POINTS = 1001
const LEARNING_RATE = 0.02
const widths = [2, 4, 8, 16, 32, 64]
/** Of the network whose bumps are drawn. */
const DRAWN = 16
/** Singular values that are smaller, in parts of the largest, take no part in the output layer. */
const TOLERANCE = 1e-10

/** On −1 … 1; the first one is Nielsen's. */
const targets: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "Nielsen's": (x) => {
    const t = x.add(1).div(2)
    const waves = t.mul(15).sin().mul(t).mul(0.3)
    return t.square().mul(0.4).add(0.2).add(waves).add(t.mul(50).cos().mul(0.05))
  },
  sine: (x) => x.mul(2 * Math.PI).sin(),
  bell: (x) => x.mul(4).square().neg().exp(),
  corner: (x) => x.sub(0.3).abs(),
}

const options = {
  seeds: integer(4, 'networks for each function and width'),
  steps: integer(2000, 'steps of training'),
}
type Context = RecipeContext<typeof options>

/**
 * Kolmogorov's theorem in Sprecher's form is stronger than what is shown here: every continuous function of n numbers is exactly
 * f(x) = Σ_{q ≤ 2n} Φ(Σ_p λᵖ ψ(x_p + q η)). In practice it is of little use: ψ is the same for all f, but so wrinkled that it has no slope nearly
 * everywhere, and Φ is as hard to find as f itself (Girosi and Poggio, "Representation properties of networks: Kolmogorov's theorem is
 * irrelevant", 1989). Cybenko's theorem needs units of one smooth kind only, and is content with any error above 0.
 */
export const universalApproximation = recipe({
  name: 'universal-approximation',
  title: 'One hidden layer comes as near to any curve as its width allows',
  source:
    'Cybenko, Approximation by superpositions of a sigmoidal function, 1989; Nielsen, Neural networks and deep learning, chapter 4, 2015',
  literature: {
    errorSlope: {
      value: -0.5,
      source: 'Barron 1993: the error falls at least as 1 / √units, whatever the number of inputs',
    },
  },
  options,
  async run(context) {
    const { trained, untrained, bumps, fits } = await errorsByWidth(context)
    context.report.table({
      title: `Error over the function's own spread, ${context.options.seeds} networks each`,
      columns: ['units', ...Object.keys(targets), 'mean', 'random units', 'bumps by hand'],
      rows: widths.map((units, i) =>
        [String(units)].concat(
          [...trained[i]!, mean(trained[i]!), mean(untrained[i]!), mean(bumps[i]!)].map((error) =>
            error.toPrecision(2),
          ),
        ),
      ),
    })
    await drawFits(context, fits)
    const curve = (name: string, errors: readonly number[]) => ({ name, x: widths, y: errors })
    await figure(context, '3-error-by-width', {
      title: 'Fitted units beat bumps; training helps while they are few',
      x: { label: 'units of the hidden layer', scale: 'log', from: widths[0]!, to: widths.at(-1)! },
      y: { label: 'error', scale: 'log' },
      series: [
        curve('bumps by hand', bumps.map(mean)),
        curve('random units', untrained.map(mean)),
        curve('trained units', trained.map(mean)),
      ],
    })
    await figure(context, '4-error-by-function', {
      title: 'The smoother the curve, the fewer units it takes',
      x: { label: 'units of the hidden layer', scale: 'log', from: widths[0]!, to: widths.at(-1)! },
      y: { label: 'error, trained units', scale: 'log' },
      series: Object.keys(targets).map((name, f) =>
        curve(
          name,
          trained.map((errors) => errors[f]!),
        ),
      ),
    })
    context.report.log(
      'All units were trained by Adam; before and after, the error was measured with the output layer that least squares find.',
    )
    context.report.log(
      "Cybenko's theorem says that enough units exist, not how many, nor how to find them. Kolmogorov's and Sprecher's says that 2 n + 1 suffice for " +
        'n numbers, exactly; but their functions are too wrinkled to be computed or learned: it moves the difficulty, and is of little use.',
    )
    return {
      finalError: mean(trained.at(-1)!),
      errorSlope: slope(trained.map(mean)),
      untrainedSlope: slope(untrained.map(mean)),
      bumpError: mean(bumps.at(-1)!),
      bumpSlope: slope(bumps.map(mean)),
    }
  },
})

/** The geometric mean. */
const mean = (errors: readonly number[]): number =>
  Math.exp(errors.reduce((sum, error) => sum + Math.log(error), 0) / errors.length)

/** Of the straight line nearest to the logarithms of errors over those of widths. */
export function slope(errors: readonly number[], at: readonly number[] = widths): number {
  const x = at.map(Math.log)
  const center = x.reduce((sum, value) => sum + value, 0) / x.length
  const moment = (y: readonly number[]) => x.reduce((sum, value, i) => sum + (value - center) * y[i]!, 0)
  return moment(errors.map(Math.log)) / moment(x)
}

/** f ≈ Σ f(m) (σ(s (x − a)) − σ(s (x − b))) over equal parts a … b with middle m: two steep sigmoids for each, as Nielsen builds them. */
export function handBuilt(f: (x: Tensor) => Tensor, units: number, x: Tensor): Tensor {
  const width = 4 / units
  const edges = linspace(-1, 1 - width, units / 2, 'float64')
  const step = (at: Tensor) =>
    sigmoid(
      x
        .unsqueeze(-1)
        .sub(at)
        .mul(20 * units),
    )
  // The first and last one go on outside.
  const bumps = step(edges).sub(step(edges.add(width)))
  return bumps.mul(f(edges.add(width / 2))).sum(-1)
}

interface Fits {
  readonly [units: number]: Tensor
}

/** For each width the errors of each function: of networks whose units were trained, of the same before, and of the bumps. */
async function errorsByWidth(context: Context) {
  const { seeds, steps } = context.options
  const functions = Object.values(targets)
  const wanted = (x: Tensor) =>
    concat(
      functions.flatMap((f) => Array(seeds).fill(f(x).unsqueeze(0))),
      0,
    )
  const [x, at] = [POINTS, TEST_POINTS].map((count) => linspace(-1, 1, count)) as [Tensor, Tensor]
  const [y, truth] = [wanted(x).unsqueeze(-1), wanted(at)]
  const errors: Record<'trained' | 'untrained' | 'bumps', number[][]> = { trained: [], untrained: [], bumps: [] }
  const fits: Record<number, Tensor> = {}
  const perFunction = async (outputs: Tensor): Promise<number[]> => {
    const error = outputs.sub(truth).square().mean(1).sqrt().div(truth.std(1))
    return [...(await error.log().reshape([functions.length, -1]).mean(1).exp().data())] as number[]
  }
  for (const units of widths) {
    const networks = new OneLayerNetworks({ networks: functions.length * seeds, units, gain: Math.sqrt(2 * units) })
    const fitted = () => solved(networks, x, y, at)
    errors.untrained.push(await perFunction(fitted()))
    const loss = () => networks.forward(x.unsqueeze(-1)).sub(y).square().mean(1).sum()
    await trainTogether(networks, loss, { steps, learningRate: LEARNING_RATE, stage: `${units} units` }, context)
    fits[units] = fitted()
    errors.trained.push(await perFunction(fits[units]))
    const exact = at.cast('float64')
    const built = functions.flatMap((f) => Array(seeds).fill(handBuilt(f, units, exact).unsqueeze(0)))
    errors.bumps.push(await perFunction(concat(built, 0)))
  }
  return { ...errors, fits }
}

/** What the networks say at some places, with the output layer that is best for the examples. */
function solved(networks: OneLayerNetworks, x: Tensor, y: Tensor, at: Tensor): Tensor {
  const features = (inputs: Tensor) => {
    const hidden = networks.hidden(inputs.unsqueeze(-1)).cast('float64')
    const [count = 0, places = 0]: readonly number[] = hidden.shape
    return concat([hidden, ones([count, places, 1], 'float64')], 2)
  }
  return features(at)
    .matmul(features(x).lstsq(y.cast('float64'), { tolerance: TOLERANCE }))
    .squeeze(-1)
}

/** Nielsen's function by networks of some widths, and by bumps. */
async function drawFits(context: Context, fits: Fits): Promise<void> {
  const at = linspace(-1, 1, TEST_POINTS)
  const x = await at.data()
  const nielsen = targets["Nielsen's"]!
  const truth = { name: 'the curve', x, y: await nielsen(at).data(), kind: 'dashes' as const, color: '#888888' }
  const network = async (units: number) => ({ name: `${units} units`, x, y: await fits[units]!.at(0).data() })
  await figure(context, '1-one-hidden-layer', {
    title: 'One hidden layer follows a curve the closer the wider it is',
    x: { label: 'x' },
    series: [await network(2), await network(8), await network(32), truth],
  })
  const bumps = { name: `${DRAWN / 2} bumps by hand`, x, y: await handBuilt(nielsen, DRAWN, tensor(x)).data() }
  await figure(context, '2-bumps-by-hand', {
    title: `${DRAWN} units: pairs of them as bumps, or trained`,
    x: { label: 'x' },
    series: [bumps, { ...(await network(DRAWN)), name: `${DRAWN} trained units` }, truth],
  })
}
