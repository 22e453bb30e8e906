import { expectFunction, expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { compile } from '../../tensor/compile.js'
import type { Tensor } from '../../tensor/tensor.js'
import type { Callback } from '../callbacks/callback.js'
import type { Loss, Model } from '../task.js'
import { type Leaves, pass, unchanged } from './passing.js'

/** The file of a run in which histograms are kept: a line of JSON for each epoch, of which the last of an epoch counts. */
const FILE = 'histograms.jsonl'
const BINS = 48

/** How values are spread: how many lie in each of equal parts between the lowest and the highest. */
export interface Histogram {
  /** Of a parameter or layer, as the model lists them. */
  readonly name: string
  readonly of: 'weights' | 'gradients' | 'activations'
  readonly low: number
  readonly high: number
  readonly counts: readonly number[]
  /** How many values are NaN or infinite; they are in no part. */
  readonly lost: number
}

/** A line of `histograms.jsonl`. */
export interface HistogramLine {
  readonly epoch: number
  readonly step: number
  readonly histograms: readonly Histogram[]
}

/**
 * How the parameters of a model, their gradients, and the outputs of its layers for a batch are spread. In training mode; the model and the
 * random numbers stay as they are.
 *
 * @returns the parameters first, then their gradients, then the layers that hold no others, in the order in which they run
 * @throws if the model does not take the inputs
 * @example
 * const model = nn.sequential(nn.linear(4, 8), nn.relu(), nn.linear(8, 2))
 * const all = await layerHistograms(model, nn.meanSquaredError, random.normal([16, 4]), zeros([16, 2]))
 * all.length // 4 parameters, 4 gradients, 3 layers: 11
 */
export function layerHistograms(
  model: Model,
  loss: Loss,
  inputs: Tensor,
  targets: Tensor,
): Promise<readonly Histogram[]> {
  return unchanged('layerHistograms', model, async (leaves) => {
    const about: Pick<Histogram, 'name' | 'of'>[] = []
    const values = compile(gathering(model, leaves, loss, about), { name: 'layer histograms' })(inputs, targets)
    const read = await Promise.all(values.map((value) => value.data()))
    return read.map((data, i) => ({ ...about[i], ...spreadOf(data as ArrayLike<number>) }))
  })
}

/** All values; what they are comes apart. */
const gathering =
  (model: Model, leaves: Leaves, loss: Loss, about: Pick<Histogram, 'name' | 'of'>[]) =>
  (inputs: Tensor, targets: Tensor): Tensor[] => {
    const { outputs, parameters, gradients } = pass(model, leaves, loss, inputs, targets)
    const weights = parameters.map(([name]) => ({ name, of: 'weights' as const }))
    const slopes = parameters.map(([name]) => ({ name, of: 'gradients' as const }))
    about.splice(
      0,
      about.length,
      ...weights,
      ...slopes,
      ...outputs.map(([name]) => ({ name, of: 'activations' as const })),
    )
    const all = [
      ...parameters.map(([, { value }]) => value),
      ...gradients.slice(outputs.length),
      ...outputs.map(([, x]) => x),
    ]
    return all.map((value) => value.cast('float32') as Tensor)
  }

function spreadOf(values: ArrayLike<number>): Omit<Histogram, 'name' | 'of'> {
  let [low, high, lost] = [Infinity, -Infinity, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) lost++
    else {
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  if (low > high) return { low: 0, high: 0, counts: [], lost }
  const counts = new Array<number>(BINS).fill(0)
  const width = (high - low) / BINS
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (Number.isFinite(value)) counts[width === 0 ? 0 : Math.min(BINS - 1, Math.floor((value - low) / width))]++
  }
  return { low, high, counts, lost }
}

export interface HistogramsOptions {
  /** After so many epochs each; 1. */
  readonly epochs?: number
}

/**
 * Stores histograms after epochs in the folder of the run, where the studio shows them over time.
 *
 * @param measure gives the histograms, of a batch of your choice
 * @throws if an option is out of range
 * @example
 * const watching = (model: nn.Linear, x: Tensor, y: Tensor) =>
 *   histograms(() => layerHistograms(model, nn.meanSquaredError, x, y), { epochs: 5 })
 */
export function histograms(measure: () => Promise<readonly Histogram[]>, options: HistogramsOptions = {}): Callback {
  expectFunction('histograms', 'what measures', measure)
  checkOptions<HistogramsOptions>('histograms', options, { epochs: true })
  const { epochs = 1 } = options
  if (expectInteger('histograms', 'the number of epochs', epochs) < 1) {
    fail(`histograms: epochs is ${epochs}`, 'Give a whole number of at least 1.')
  }
  return {
    name: 'histograms',
    async onEpoch({ epoch, step }, training) {
      const { folder } = training
      if (folder === undefined || epoch % epochs !== 0) return
      const line: HistogramLine = { epoch, step, histograms: await measure() }
      try {
        await folder.storage.append(FILE, `${JSON.stringify(line)}\n`)
      } catch (error) {
        training.note(`histograms: those of epoch ${epoch} could not be stored. ${error}`)
      }
    },
  }
}
