import { fail } from '../../core/errors.js'
import { onPlateau, type Plateau, type PlateauOptions, type PlateauState } from '../../optim/index.js'
import type { Callback } from './callback.js'
import { Watched } from './watched.js'

export interface PlateauScheduleOptions extends PlateauOptions {
  /** The name of a value of epochs, such as `validation.accuracy`; `validation.loss` where there is a validation, else `loss`. */
  readonly metric?: string
  /** The part that the optimizer is, where there are several; 'optimizer'. */
  readonly optimizer?: string
}

/**
 * Makes the learning rate smaller when a value of the epochs no longer gets better; see `onPlateau`.
 *
 * @throws if an option is out of range; while training, if there is no such optimizer or value, or its rate is a schedule
 * @example
 * const callbacks = [plateauSchedule({ patience: 3, factor: 0.5 })]
 */
export function plateauSchedule({ metric, optimizer: part, ...options }: PlateauScheduleOptions = {}): Callback {
  const { better } = options
  const watched = new Watched('plateauSchedule', { metric, better })
  let plateau: Plateau | undefined
  let noted: PlateauState | undefined
  return {
    name: 'plateauSchedule',
    onStart({ optimizers }) {
      const [first, ...others] = optimizers.values()
      const chosen = part === undefined && others.length === 0 ? first : optimizers.get(part ?? 'optimizer')
      if (chosen === undefined) {
        fail(
          `plateauSchedule: there is no optimizer '${part ?? 'optimizer'}'`,
          `There are ${[...optimizers.keys()].join(', ')}: choose one with the option optimizer.`,
        )
      }
      plateau = onPlateau(chosen, { ...options, better: watched.direction })
      if (noted !== undefined) plateau.loadState(noted)
    },
    onEpoch(event) {
      plateau?.observe(watched.valueOf(event))
    },
    state: () => (plateau === undefined ? null : { ...plateau.state() }),
    loadState(state: PlateauState | null) {
      noted = state ?? undefined
    },
  }
}
