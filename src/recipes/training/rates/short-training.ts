import type { Tensor } from 'shapewise'
import type { DigitDataset } from 'shapewise/data'
import { lenet } from 'shapewise/models'
import * as nn from 'shapewise/nn'
import { type Schedule, sgd } from 'shapewise/optim'
import { evaluate, fit } from 'shapewise/train'
import { integer } from '../../option.js'
import type { RecipeContext } from '../../recipe.js'

export const options = {
  passes: integer(12, 'passes of the long trainings'),
  batchSize: integer(128, 'examples per step'),
  limit: integer(0, 'learn from the first so many digits; 0 for all', { minimum: 0 }),
  short: integer(8192, 'digits of each of the many short trainings', { minimum: 100 }),
  rates: integer(8, 'rates that each search tries at most, the largest ones'),
}
export type Context = RecipeContext<typeof options>

export interface Data {
  readonly train: DigitDataset
  readonly validation: DigitDataset
  /** A part of those to learn from. */
  readonly part: DigitDataset
}

/** Pixels of mean 0 and deviation 1, from those of 0 to 1. */
export const standardised = (x: Tensor): Tensor => x.sub(0.1307).div(0.3081)

export const network = (prepare = standardised) => nn.sequential(prepare, lenet())

export const optimizer = (learningRate: number | Schedule = 0.01) =>
  sgd({ learningRate, momentum: 0.9, weightDecay: 5e-4 })

interface Short {
  readonly stage: string
  readonly rate: number | Schedule
  readonly epochs?: number
  readonly batchSize?: number
  readonly shuffle?: boolean
  readonly prepare?: (x: Tensor) => Tensor
}

/** A short training: loss and accuracy on the validation. */
export async function short(
  { report, options, seed, signal }: Context,
  { part, validation }: Pick<Data, 'part' | 'validation'>,
  { stage, rate, epochs = 1, batchSize = options.batchSize, shuffle = true, prepare }: Short,
) {
  const model = network(prepare)
  await fit(model, part, {
    loss: nn.crossEntropy,
    optimizer: optimizer(rate),
    ...{ epochs, batchSize, shuffle, seed, signal, stopOnNaN: false },
    onBatch: ({ loss, accuracy, ...event }) => report.progress({ stage, ...event, metrics: { loss, accuracy } }),
  })
  const { loss, accuracy } = await evaluate(model, validation, { batchSize: 500 })
  return { loss: Number.isFinite(loss) ? loss : Infinity, accuracy }
}

export const percent = (value: number): string => `${(100 * value).toFixed(2)} %`
