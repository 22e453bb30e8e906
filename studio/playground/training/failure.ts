import type * as nn from 'shapewise/nn'
import { activations } from '../settings/choices'
import { RATES, type Settings } from '../settings/settings'
import type { Examples, Machine } from './machine'

/** What is wrong, in words, and settings that mend it. */
export interface Finding {
  readonly text: string
  readonly cure?: { readonly label: string; readonly settings: Partial<Settings>; readonly restarts: boolean }
}

/** The weights at one step. */
export interface At {
  readonly step: number
  readonly values: nn.ValuesByPath
}

/**
 * Why a training came to weights or a loss that are no numbers.
 *
 * @param trail the steps that led there, in order
 * @returns that, and the last of the steps whose weights are numbers
 */
export async function explainFailure(
  settings: Settings,
  machine: Machine,
  trail: readonly At[],
  examples: Examples,
): Promise<{ readonly finding: Finding; readonly last: At | undefined }> {
  let last: At | undefined
  let broken: string | undefined
  let step = trail.at(-1)?.step ?? 0
  for (const at of trail) {
    const sizes = await sizesOf(machine, at.values)
    broken = sizes.find(({ size }) => !Number.isFinite(size))?.name
    if (broken !== undefined) {
      step = at.step
      break
    }
    last = at
  }
  const seen = last && (await lookAt(machine, last.values, examples))
  // All weights break in one step, since the loss does; so the values and gradients right before say where it began.
  const where = seen?.activations.find(({ size }) => !Number.isFinite(size)) ?? largest(seen?.gradients ?? [])
  const first = trail[0]
  const [before, after] = await Promise.all(
    [first, last].map(async (at) => (at === undefined ? 0 : largestWeight(await sizesOf(machine, at.values)))),
  )
  const name = where?.name ?? broken ?? 'the output'
  const parts = [
    `Stopped at step ${step}: ${capital(broken ?? name)} has weights that are no numbers any more.`,
    seen === undefined
      ? ''
      : !Number.isFinite(where?.size ?? 0)
        ? `It began where ${name} gave values too large for a number.`
        : `It began at ${name}, whose gradient had grown to ${short(where?.size ?? 0)}.`,
    last === undefined || before === undefined || after === undefined
      ? ''
      : `The largest weight went from ${short(before)} to ${short(after)} in ${last.step - (first?.step ?? 0)} steps.`,
    reason(settings),
  ]
  return { finding: { text: parts.filter((part) => part !== '').join(' '), cure: cureOf(settings) }, last }
}

/** Why nothing can be learned with such settings from so many points, if so. */
export function obstacle({ batchNorm, batchSize, layers }: Settings, points: number): Finding | undefined {
  if (!batchNorm || layers.length === 0 || points === 0 || Math.min(batchSize, points) > 1) return undefined
  return {
    text: 'Stopped: batch norm measures a batch, and a batch of one has no deviation to measure.',
    cure: { label: 'Batches of 20', settings: { batchSize: 20 }, restarts: false },
  }
}

/** The most likely reason by the settings. */
function reason(settings: Settings): string {
  const { learningRate, regularization, regularizationRate, layers, features } = settings
  if (isPenaltyTooStrong(settings)) {
    return `With a learning rate of ${learningRate}, ${regularization.toUpperCase()} of ${regularizationRate} takes more from a weight than there is.`
  }
  const unbounded = layers.map(({ activation }) => activation).find((one) => !BOUNDED.has(one))
  const isSquared = features.some((name) => name === 'xx' || name === 'yy' || name === 'xy')
  return [
    `With a learning rate of ${learningRate} a step goes farther than the valley of the loss is wide, and the next one farther still.`,
    unbounded === undefined
      ? ''
      : `${activations[unbounded].label} has no upper bound, so nothing holds the values back.`,
    isSquared ? 'Products of coordinates reach 36, which makes steps larger.' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const BOUNDED: ReadonlySet<string> = new Set(['tanh', 'sigmoid', 'sine'])

const isPenaltyTooStrong = ({ learningRate, regularization, regularizationRate }: Settings): boolean =>
  regularization === 'l2' && learningRate * regularizationRate > 2

function cureOf(settings: Settings): NonNullable<Finding['cure']> {
  if (isPenaltyTooStrong(settings)) {
    return { label: 'Start again with L2 of 0.001', settings: { regularizationRate: 0.001 }, restarts: true }
  }
  const wished = Math.min(0.03, settings.learningRate / 10)
  const learningRate = RATES.findLast((rate) => rate <= wished) ?? RATES[0]
  return { label: `Start again with a learning rate of ${learningRate}`, settings: { learningRate }, restarts: true }
}

interface Sized {
  readonly name: string
  readonly size: number
}

const nameOf = (machine: Machine, layer: number): string =>
  layer < machine.network.hidden.length ? `layer ${layer + 1}` : 'the output'

/** The largest weight of each layer. */
async function sizesOf(machine: Machine, values: nn.ValuesByPath): Promise<readonly Sized[]> {
  return Promise.all(
    machine.network.linears.map(async (_, i): Promise<Sized> => {
      const path = i < machine.network.hidden.length ? `hidden.${i}` : 'output'
      return { name: nameOf(machine, i), size: mostOf(await values[`${path}.weight`]!.data()) }
    }),
  )
}

async function lookAt(machine: Machine, values: nn.ValuesByPath, examples: Examples) {
  machine.network.eval()
  const [, ...layers] = machine.look(values, examples.places)
  const activations = layers.map(async (layer, i) => ({ name: nameOf(machine, i), size: mostOf(await layer.data()) }))
  const slopes = machine.slopes(machine.trainedOf(values), examples)
  return { activations: await Promise.all(activations), gradients: await sizesOf(machine, slopes) }
}

/** The largest size; what is no number is larger than all numbers. */
function mostOf(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!)
    if (Number.isNaN(size)) return Number.POSITIVE_INFINITY
    most = Math.max(most, size)
  }
  return most
}

const largest = (sized: readonly Sized[]): Sized | undefined =>
  sized.reduce<Sized | undefined>((best, one) => (best === undefined || one.size > best.size ? one : best), undefined)
const largestWeight = (sized: readonly Sized[]): number => largest(sized)?.size ?? 0

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const short = (value: number): string =>
  value !== 0 && (value >= 1e4 || value < 1e-3) ? value.toExponential(1) : `${Number(value.toPrecision(3))}`
