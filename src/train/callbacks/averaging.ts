import { expectInteger } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { type ModelAverage, movingAverage, type State, stochasticWeightAverage } from '../../nn/index.js'
import type { Callback } from './callback.js'

export interface AveragingOptions {
  /** The moving average over steps keeps so much of itself at each one, such as 0.999; without it the mean over epochs is taken. */
  readonly decay?: number
  /** The first epoch that counts; 1. */
  readonly from?: number
  /** The part that the model is, where there are several; 'model'. */
  readonly model?: string
}

/**
 * Averages the weights beside the training: validated and left in the model at the end is the average, trained is the model itself. With
 * `decay` the moving average over steps, else the mean over epochs (stochastic weight averaging). Put it last, so that other callbacks see the
 * average, too.
 *
 * @throws if an option is out of range; while training, if there is no such model
 * @example
 * const callbacks = [earlyStopping(), averaging({ decay: 0.999 })]
 */
export function averaging(options: AveragingOptions = {}): Callback {
  checkOptions<AveragingOptions>('averaging', options, { decay: true, from: true, model: true })
  const { decay, from = 1, model: part } = options
  if (expectInteger('averaging', 'the first epoch', from) < 1)
    fail(`averaging: from is ${from}`, 'Epochs count from 1.')
  if (decay !== undefined && !(decay >= 0 && decay < 1)) {
    fail(`averaging: the decay is ${decay}`, 'Give a number from 0 to below 1, such as 0.999.')
  }
  let average: ModelAverage | undefined
  let noted: State | undefined
  let began = false
  let isIn = false
  const swap = (into: boolean): void => {
    if (average === undefined || into === isIn || !began) return
    if (into) average.swapIn()
    else average.swapOut()
    isIn = into
  }
  const update = (epoch: number): void => {
    if (epoch < from) return
    average?.update()
    began = true
  }
  return {
    name: 'averaging',
    waits: () => decay !== undefined,
    onStart({ modules }) {
      const [first, ...others] = modules.values()
      const model = part === undefined && others.length === 0 ? first : modules.get(part ?? 'model')
      if (model === undefined) {
        fail(
          `averaging: there is no model '${part ?? 'model'}'`,
          `There are ${[...modules.keys()].join(', ')}: choose one with the option model.`,
        )
      }
      average = decay === undefined ? stochasticWeightAverage(model) : movingAverage(model, { decay })
      if (noted !== undefined) average.loadState(noted)
    },
    onBatch({ epoch }) {
      if (decay !== undefined) update(epoch)
    },
    beforeValidation({ history }) {
      if (decay === undefined) update(history.length + 1)
      swap(true)
    },
    onEpoch: () => swap(false),
    onEnd(ending) {
      if (ending !== 'failed') swap(true)
    },
    async state() {
      swap(false)
      return { began, average: (await average?.state()) ?? null }
    },
    loadState(state: { readonly began: boolean; readonly average: State | null }) {
      began = state.began
      noted = state.average ?? undefined
    },
  }
}
