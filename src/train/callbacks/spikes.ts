import { expectNumber } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import type { Callback } from './callback.js'

export interface SpikesOptions {
  /** The value of batches that is watched; 'loss'. */
  readonly metric?: string
  /** How many steps are looked back to; 50. */
  readonly window?: number
  /** How many standard deviations above the mean of the window are a spike; 8. */
  readonly deviations?: number
  /** What is done: 'note' says it, 'stop' ends the training, too; 'note'. */
  readonly action?: 'note' | 'stop'
}

/**
 * Notes when the loss of a batch jumps far above that of the steps before: a sign of a learning rate that is too large, or of examples that
 * are not like the others.
 *
 * @throws if an option is out of range
 * @example
 * const callbacks = [spikes({ deviations: 6 })]
 */
export function spikes(options: SpikesOptions = {}): Callback {
  checkOptions<SpikesOptions>('spikes', options, { metric: true, window: true, deviations: true, action: true })
  const { metric = 'loss', window = 50, deviations = 8, action = 'note' } = options
  if (!(Number.isSafeInteger(window) && window >= 3)) {
    fail(`spikes: the window is ${window}`, 'Give a whole number of at least 3 steps.')
  }
  expectNumber('spikes', 'the number of deviations', deviations)
  let seen: number[] = []
  return {
    name: 'spikes',
    onBatch({ values, step, epoch, batch }, training) {
      const value = values[metric]
      if (value === undefined) return
      if (seen.length === window) {
        const mean = seen.reduce((sum, each) => sum + each, 0) / window
        const spread = Math.sqrt(seen.reduce((sum, each) => sum + (each - mean) ** 2, 0) / window)
        // Values that hardly differ are no measure of what is far.
        if (value > mean + deviations * Math.max(spread, 1e-3 * Math.abs(mean))) {
          training.note(
            `The ${metric} jumps to ${value.toPrecision(4)} at step ${step} (epoch ${epoch}, batch ${batch}), from ${mean.toPrecision(4)} ± ${spread.toPrecision(2)} of the ${window} steps before.`,
          )
          if (action === 'stop') training.stop(`spikes: the ${metric} jumped at step ${step}`)
        }
      }
      seen = [...seen, value].slice(-window)
    },
    state: () => seen,
    loadState(state: number[]) {
      seen = state
    },
  }
}
