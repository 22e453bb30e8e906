import { expectInteger, expectNumber } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { State } from '../../nn/index.js'
import type { Training } from '../loop/training.js'
import type { Callback } from './callback.js'
import { Watched, type WatchOptions } from './watched.js'

export interface EarlyStoppingOptions extends WatchOptions {
  /** So many epochs that are not better than the best one are borne with; 5. */
  readonly patience?: number
  /** By how much a value has to be better to count; 0. */
  readonly margin?: number
  /** Whether the models get the weights of the best epoch at the end; true. */
  readonly restoreBest?: boolean
}

interface Noted {
  readonly best: number | null
  readonly bestEpoch: number
  readonly waited: number
  readonly weights: Readonly<Record<string, State>> | null
}

/**
 * Ends a training when a value no longer gets better, and gives the models the weights of the best epoch back, also when the training comes to
 * its regular end. (Prechelt, "Early stopping, but when?", 1998.)
 *
 * @throws if an option is out of range; while training, if there is no such value
 * @example
 * const callbacks = [earlyStopping({ metric: 'validation.accuracy', patience: 3 })]
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  checkOptions<EarlyStoppingOptions>('earlyStopping', options, {
    ...{ metric: true, better: true, patience: true, margin: true, restoreBest: true },
  })
  const { patience = 5, margin = 0, restoreBest = true } = options
  if (expectInteger('earlyStopping', 'the patience', patience) < 0) {
    fail(`earlyStopping: the patience is ${patience}`, 'Give a number of epochs, 0 or more.')
  }
  expectNumber('earlyStopping', 'the margin', margin)
  const watched = new Watched('earlyStopping', options)
  let noted: Noted = { best: null, bestEpoch: 0, waited: 0, weights: null }
  return {
    name: 'earlyStopping',
    async onEpoch(event, training) {
      const value = watched.valueOf(event)
      if (watched.isBetter(value, noted.best, margin)) {
        const weights = restoreBest ? await weightsOf(training) : null
        noted = { best: value, bestEpoch: event.epoch, waited: 0, weights }
        return
      }
      noted = { ...noted, waited: noted.waited + 1 }
      if (noted.waited <= patience) return
      training.stop(
        `earlyStopping: no better value than ${noted.best} of epoch ${noted.bestEpoch} for ${noted.waited} epochs`,
      )
    },
    onEnd(ending, training) {
      if (noted.weights === null || ending === 'failed') return
      for (const [name, module] of training.modules) module.loadState(noted.weights[name])
    },
    state: () => ({ ...noted }),
    loadState(state: Noted) {
      noted = state
    },
  }
}

/** Copies of the weights of all models, as they are used. */
export async function weightsOf({ modules }: Training): Promise<Record<string, State>> {
  const states = [...modules].map(async ([name, module]) => [name, await module.state()] as const)
  return Object.fromEntries(await Promise.all(states))
}
