import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type ChartOptions, chart, chartText } from '../../plot/index.js'
import type { Callback } from '../callbacks/callback.js'

export interface LearningRateOptions {
  /** The first and the last rate that are tried; 1e-7 and 10. */
  readonly from?: number
  readonly to?: number
  /** Steps from one to the other; 100. */
  readonly steps?: number
  /** The value of batches that is watched; 'loss'. */
  readonly metric?: string
  /** How much of the running mean of the losses stays at each step; 0.9. */
  readonly smoothing?: number
}

/** What came out of {@link findLearningRate}. */
export interface LearningRateSearch {
  /** A rate to begin with: where the loss falls most steeply. */
  readonly suggestion: number
  /** The largest rate worth trying, a tenth of where the loss was least: for schedules that only reach it for a while. */
  readonly largest: number
  readonly rates: readonly number[]
  readonly losses: readonly number[]
  /** The running means of the losses. */
  readonly smoothed: readonly number[]
  /** Loss over rate as a picture. */
  svg(): string
  /** The same as text, for terminals. */
  text(): string
}

/** The loss is so many times the least one: it will not come back. */
const DIVERGED = 4
/** Parts of all steps: those at the beginning that are left out, and those that a slope is taken over, to each side. */
const LEFT_OUT = 0.1
const LINE_PART = 0.05

/**
 * Finds a learning rate: makes steps while it rises from very small to very large, and looks where the loss falls most steeply. The models,
 * optimizers and random numbers are then as before. (Smith, "Cyclical learning rates for training neural networks", 2017.)
 *
 * @param train starts a training with the callback, of epochs enough for the steps
 * @throws if an option is out of range, the learning rate is a schedule, or no step had a loss
 * @example
 * const { suggestion } = await findLearningRate((callback) =>
 *   fit(model, train, { loss: nn.crossEntropy, optimizer: adam(), epochs: 200, callbacks: [callback], stopOnNaN: false }),
 * )
 */
export async function findLearningRate(
  train: (callback: Callback) => PromiseLike<unknown>,
  options: LearningRateOptions = {},
): Promise<LearningRateSearch> {
  checkOptions<LearningRateOptions>('findLearningRate', options, {
    ...{ from: true, to: true, steps: true, metric: true, smoothing: true },
  })
  const { from = 1e-7, to = 10, steps = 100, metric = 'loss', smoothing = 0.9 } = options
  if (!(from > 0 && to > from && Number.isFinite(to))) {
    fail(`findLearningRate: the rates go from ${from} to ${to}`, 'Give a small rate above 0 and a larger one.')
  }
  if (!(Number.isSafeInteger(steps) && steps >= 10)) fail(`findLearningRate: steps is ${steps}`, 'Give at least 10.')
  if (!(smoothing >= 0 && smoothing < 1)) fail(`findLearningRate: smoothing is ${smoothing}`, 'Give 0 to below 1.')
  const rateOf = (step: number): number => from * (to / from) ** (step / (steps - 1))
  const [rates, losses, smoothed]: number[][] = [[], [], []]
  let running = 0
  let restore: (() => void) | undefined
  await train({
    name: 'findLearningRate',
    waits: () => true,
    async onStart(training) {
      restore = await training.snapshot()
      setRates(training.optimizers, rateOf(0))
    },
    onBatch({ values }, training) {
      if (rates.length >= steps) return
      const loss = values[metric]
      if (loss === undefined) {
        fail(`findLearningRate: steps have no value '${metric}'`, `There are ${Object.keys(values).join(', ')}.`)
      }
      rates.push(rateOf(rates.length))
      losses.push(loss)
      running = smoothing * running + (1 - smoothing) * loss
      smoothed.push(running / (1 - smoothing ** losses.length))
      const isLost = !Number.isFinite(loss) || smoothed.at(-1)! > DIVERGED * Math.min(...smoothed)
      if (rates.length < steps && !isLost) return setRates(training.optimizers, rateOf(rates.length))
      setRates(training.optimizers, rateOf(0))
      training.stop('findLearningRate: all rates have been tried')
    },
    onEnd: () => restore?.(),
  })
  const finite = smoothed.filter(Number.isFinite).length
  if (finite < 3) fail('findLearningRate: there are too few finite losses', 'Begin with a smaller rate: from.')
  // The first running means are of few values and tell nothing.
  const begin = Math.min(Math.round(finite * LEFT_OUT), finite - 3)
  const least = smoothed.indexOf(Math.min(...smoothed.slice(begin, finite)), begin)
  const steepest = steepestAt(smoothed.slice(0, Math.max(least + 1, begin + 3)), begin)
  const drawn: ChartOptions = {
    title: 'Loss while the learning rate rises',
    x: { label: 'learning rate', scale: 'log' },
    series: [{ name: metric, x: rates.slice(0, finite), y: smoothed.slice(0, finite) }],
    marks: [{ x: rates[steepest], text: `suggested ${rates[steepest].toPrecision(2)}` }],
  }
  return {
    ...{ suggestion: rates[steepest], largest: rates[least] / 10, rates, losses, smoothed },
    ...{ svg: () => chart(drawn), text: () => chartText(drawn) },
  }
}

function setRates(optimizers: ReadonlyMap<string, { learningRate: unknown }>, rate: number): void {
  if (optimizers.size === 0) fail('findLearningRate: the training has no optimizer', 'Name it among the parts.')
  for (const [name, optimizer] of optimizers) {
    if (typeof optimizer.learningRate !== 'number') {
      fail(`findLearningRate: the learning rate of '${name}' is a schedule`, 'Make the optimizer with a number.')
    }
    optimizer.learningRate = rate
  }
}

/** Where values from `begin` on fall most, by the slopes of lines through some of them: equal steps are equal factors of the rate. */
function steepestAt(values: readonly number[], begin: number): number {
  const half = Math.max(1, Math.round((values.length - begin) * LINE_PART))
  let [best, fall] = [begin + 1, Infinity]
  for (let i = begin + half; i + half < values.length; i++) {
    let slope = 0
    for (let k = -half; k <= half; k++) slope += k * values[i + k]
    if (slope < fall) [best, fall] = [i, slope]
  }
  return best
}
