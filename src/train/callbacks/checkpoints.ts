import { fail } from '../../core/errors.js'
import { checkOptions } from '../../core/options.js'
import { packWeights } from '../store/checkpoint.js'
import type { Callback } from './callback.js'
import { Watched, type WatchOptions } from './watched.js'

export interface CheckpointsOptions {
  /** A checkpoint after so many steps each. */
  readonly steps?: number
  /** A checkpoint when so many minutes have passed since the last one. */
  readonly minutes?: number
  /** A checkpoint after so many epochs each. */
  readonly epochs?: number
  /** How many of the last checkpoints are kept; 2, so that there is one if the newest is damaged. */
  readonly keep?: number
}

/**
 * When checkpoints of everything are stored in the folder of the run. Without it there is one after each epoch; at the end of the training,
 * also by an error or an interruption, there always is one.
 *
 * @throws if none of the options says when, or one is out of range
 * @example
 * const callbacks = [checkpoints({ minutes: 10 })]
 */
export function checkpoints(options: CheckpointsOptions): Callback {
  checkOptions<CheckpointsOptions>('checkpoints', options, { steps: true, minutes: true, epochs: true, keep: true })
  const { steps, minutes, epochs, keep } = options ?? {}
  for (const [name, value] of Object.entries({ steps, minutes, epochs, keep })) {
    if (value === undefined || (value > 0 && (name === 'minutes' || Number.isSafeInteger(value)))) continue
    fail(
      `checkpoints: ${name} is ${value}`,
      name === 'minutes' ? 'Give minutes.' : 'Give a whole number of at least 1.',
    )
  }
  if (steps === undefined && minutes === undefined && epochs === undefined) {
    fail('checkpoints: it is not said when', 'Give steps, minutes or epochs: checkpoints({ minutes: 10 }).')
  }
  let last = performance.now()
  const isLate = (): boolean => minutes !== undefined && performance.now() - last >= minutes * 60_000
  return {
    name: 'checkpoints',
    waits: (step) => steps !== undefined && step % steps === 0,
    onStart() {
      last = performance.now()
    },
    onBatch({ step }, training) {
      if (!(steps !== undefined && step % steps === 0) && !isLate()) return
      last = performance.now()
      training.save(keep)
    },
    onEpoch({ epoch }, training) {
      if (epochs !== undefined && epoch % epochs === 0) training.save(keep)
    },
  }
}

export interface BestWeightsOptions extends WatchOptions {
  /** How many of the best epochs are kept; 1. */
  readonly keep?: number
}

interface Kept {
  readonly value: number
  readonly epoch: number
  readonly files: readonly string[]
}

/**
 * Keeps the weights of the best epochs in the folder of the run, as `best/model-epoch-0007.safetensors`.
 *
 * @throws if an option is out of range; while training, if nothing is stored or there is no such value
 * @example
 * const callbacks = [bestWeights({ metric: 'validation.accuracy', keep: 3 })]
 */
export function bestWeights(options: BestWeightsOptions = {}): Callback {
  checkOptions<BestWeightsOptions>('bestWeights', options, { metric: true, better: true, keep: true })
  const { keep = 1 } = options
  if (!(Number.isSafeInteger(keep) && keep >= 1)) {
    fail(`bestWeights: keep is ${keep}`, 'Give a whole number of at least 1.')
  }
  const watched = new Watched('bestWeights', options)
  let kept: readonly Kept[] = []
  return {
    name: 'bestWeights',
    onStart({ folder }) {
      if (folder === undefined) fail('bestWeights: the training is not stored', 'Give it a folder.')
    },
    async onEpoch(event, training) {
      const { folder, modules } = training
      const value = watched.valueOf(event)
      if (folder === undefined || Number.isNaN(value)) return
      const better = kept.filter((other) => !watched.isBetter(value, other.value))
      if (better.length >= keep) return
      const epoch = String(event.epoch).padStart(4, '0')
      const files = [...modules.keys()].map((name) => `best/${name}-epoch-${epoch}.safetensors`)
      try {
        for (const [i, module] of [...modules.values()].entries()) {
          await folder.storage.write(files[i], packWeights(await module.state()))
        }
      } catch (error) {
        return training.note(`bestWeights: the weights of epoch ${event.epoch} could not be stored. ${error}`)
      }
      const worse = kept.filter((other) => watched.isBetter(value, other.value))
      const all = [...better, { value, epoch: event.epoch, files }, ...worse]
      kept = all.slice(0, keep)
      for (const file of all.slice(keep).flatMap((each) => each.files)) await folder.storage.remove(file)
    },
    state: () => kept.map(({ value, epoch, files }) => ({ value, epoch, files })),
    loadState(state: readonly Kept[]) {
      kept = state
    },
  }
}
