import { checkEverything } from '../../tensor/compiled/checking.js'
import type { Place, Plan, StepPlace } from './loop.js'
import type { Outcome } from './outcome.js'
import type { EnsembleState } from './parts.js'

/** Steps after which the state is copied again, at the least. */
const REMEMBERED_STEPS = 100
/** What such a copy may take. */
const REMEMBERED_BYTES = 256 * 2 ** 20

/** A copy of the state in memory, to come back to when a NaN turns up: the steps from there are made again, each one checked. */
export class Rewind<B> {
  readonly #plan: Plan<B>
  #copy: { readonly place: Place; readonly state: EnsembleState } | undefined
  #isOn: boolean

  constructor(plan: Plan<B>) {
    this.#plan = plan
    this.#isOn = plan.options.stopOnNaN !== false
  }

  /** Whether it is time for another copy. */
  isDue(step: number): boolean {
    return this.#isOn && (this.#copy === undefined || step - this.#copy.place.step >= REMEMBERED_STEPS)
  }

  /** Nothing may be under way. */
  async copy(place: Place): Promise<void> {
    const state = await this.#plan.ensemble.state()
    this.#copy = { place, state }
    this.#isOn = bytesIn(state) <= REMEMBERED_BYTES
  }

  /**
   * What the first step that makes a NaN says, when all are made again; nothing if it does not happen again. The models are left as they
   * were before it.
   */
  async findNaN(until: StepPlace, batches: number): Promise<string | undefined> {
    if (this.#copy === undefined) return undefined
    const { ensemble, feed, step } = this.#plan
    const { place, state } = this.#copy
    ensemble.loadState(state)
    let { epoch, batch } = place
    let pass = feed.open(epoch, place.position ?? undefined)
    try {
      for (let number = place.step + 1; number <= until.step; number++) {
        let next = batch < batches ? await pass.next() : undefined
        if (next === undefined || next.done) {
          await pass.return()
          ensemble.settle()
          ensemble.train()
          batch = 0
          pass = feed.open(++epoch, undefined)
          next = await pass.next()
        }
        if (next.done) return undefined
        const { value } = next
        const at = { step: number, epoch, batch: ++batch }
        const culprit = await checked(() => step(value, at))
        if (culprit === undefined) continue
        return number === until.step ? culprit : `${culprit}, first in epoch ${epoch}, batch ${batch}`
      }
      return undefined
    } finally {
      await pass.return()
    }
  }
}

/** Runs a step with all compiled functions on the watch for NaN; what they say, if there is one. */
async function checked(step: () => Outcome | Promise<Outcome>): Promise<string | undefined> {
  const restore = checkEverything()
  try {
    await step()
    return undefined
  } catch (error) {
    // A failure of another kind says nothing about the NaN.
    const message = error instanceof Error ? error.message : ''
    return message.includes('NaN') ? message.split('. ')[0] : undefined
  } finally {
    restore()
  }
}

function bytesIn(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((total: number, inner) => total + bytesIn(inner), 0)
}
