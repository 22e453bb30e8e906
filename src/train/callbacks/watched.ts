import { expectChoice } from '../../core/arguments.js'
import { fail } from '../../core/errors.js'
import type { EpochEvent } from '../loop/events.js'

/** Which value of an epoch is watched, and when it is better. */
export interface WatchOptions {
  /**
   * The name of a value, such as `loss`, or `validation.accuracy` for one of the validation; `validation.loss` where there is a validation,
   * else `loss`.
   */
  readonly metric?: string
  /** Whether it is to fall or to rise; by default accuracies and other shares rise and everything else falls. */
  readonly better?: 'fall' | 'rise'
}

const RISING = /accuracy|precision|recall|f1|auc|score|iou|dice|bleu|rouge|r2|reward|return|psnr|ssim|map$/i

/** Reads the watched value of epochs. */
export class Watched {
  readonly #name: string
  readonly #metric: string | undefined
  readonly #better: 'fall' | 'rise' | undefined

  /** @param name of who watches, for messages */
  constructor(name: string, { metric, better }: WatchOptions) {
    if (better !== undefined) expectChoice(name, 'better', better, ['fall', 'rise'])
    this.#name = name
    this.#metric = metric
    this.#better = better
  }

  /** @throws if the epoch has no such value; the message lists those it has */
  valueOf({ metrics, validation }: EpochEvent): number {
    const all: Record<string, number> = { ...metrics }
    for (const [name, value] of Object.entries(validation ?? {})) all[`validation.${name}`] = value
    const name = this.metric(all)
    const value = Object.hasOwn(all, name) ? all[name] : undefined
    if (value !== undefined) return value
    return fail(
      `${this.#name}: the epoch has no value '${name}'`,
      `There are ${Object.keys(all).join(', ')}: choose one with the option metric.`,
    )
  }

  /** Whether a value is better than the best one so far, by more than `margin`. NaN never is. */
  isBetter(value: number, best: number | null, margin = 0): boolean {
    if (Number.isNaN(value)) return false
    if (best === null) return true
    return this.direction === 'rise' ? value > best + margin : value < best - margin
  }

  /** The name of the value, among those there are. */
  metric(known: Readonly<Record<string, number>>): string {
    return this.#metric ?? ('validation.loss' in known ? 'validation.loss' : 'loss')
  }

  get direction(): 'fall' | 'rise' {
    return this.#better ?? (RISING.test(this.#metric ?? '') ? 'rise' : 'fall')
  }
}
