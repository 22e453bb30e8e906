import { fail } from '../../core/errors.js'
import type { Pass, StreamPosition } from '../../data/index.js'
import type { Callback, Ending } from '../callbacks/callback.js'
import { Pace } from '../pace.js'
import { Pauses } from '../pause.js'
import type { RunFolder } from '../store/run-folder.js'
import type { EpochEvent, Metrics, StepEvent } from './events.js'
import { type Feed, sizeOfBatch } from './feed.js'
import { Keeping } from './keeping.js'
import type { LoopOptions } from './options.js'
import { type Outcome, readOutcome, Totals, type TotalsState } from './outcome.js'
import type { Ensemble, EnsembleState } from './parts.js'
import { Rewind } from './rewind.js'
import type { Training } from './training.js'

/** Where in the training a step is made, counted from 1. */
export interface StepPlace {
  readonly step: number
  readonly epoch: number
  readonly batch: number
}

export type Step<B> = (batch: B, place: StepPlace) => Outcome | Promise<Outcome>

/** What a loop is made of. */
export interface Plan<B> {
  /** What the user called, for messages. */
  readonly operation: string
  readonly step: Step<B>
  readonly feed: Feed<B>
  readonly ensemble: Ensemble
  readonly validate: (() => Metrics | undefined | Promise<Metrics | undefined>) | undefined
  readonly options: LoopOptions
  /** Said about the run in its folder. */
  readonly about: { readonly options: Readonly<Record<string, unknown>>; readonly seed?: number }
}

/** Where a training stands: behind a step, all of whose values have been read. */
export interface Place {
  readonly step: number
  /** The epoch that is under way or comes next. */
  readonly epoch: number
  /** Batches of it that are done. */
  readonly batch: number
  readonly position: StreamPosition | null
  readonly totals: TotalsState
}

/** Everything that is needed to go on. */
export interface Checkpoint {
  readonly place: Place
  readonly history: readonly EpochEvent[]
  /** Why it is to stop, and the last step then. */
  readonly stopped: { readonly reason: string; readonly lastStep: number } | null
  readonly ensemble: EnsembleState
  readonly callbacks: Readonly<Record<string, unknown>>
}

/** A step that has been started and whose values have not been read. */
interface Flight {
  readonly outcome: Outcome
  readonly examples: number
  readonly position: StreamPosition
  readonly place: StepPlace
}

const start: Place = { step: 0, epoch: 1, batch: 0, position: null, totals: { examples: 0, sums: {} } }

/** The one loop behind `trainLoop` and `fit`. */
export class Loop<B> implements Training {
  readonly #plan: Plan<B>
  readonly #keeping: Keeping
  readonly #rewind: Rewind<B>
  readonly #pauses = new Pauses()
  readonly #pace = new Pace()
  readonly #history: EpochEvent[] = []
  readonly #totals = new Totals()
  #place: Place = start
  #flight: Flight | undefined
  #stopped: Checkpoint['stopped'] = null
  /** Whether what is known of the place fits the state of the models. */
  #isWhole = true
  constructor(plan: Plan<B>) {
    this.#plan = plan
    this.#keeping = new Keeping(plan)
    this.#rewind = new Rewind(plan)
  }

  get modules(): Training['modules'] {
    return this.#plan.ensemble.modules
  }
  get optimizers(): Training['optimizers'] {
    return this.#plan.ensemble.optimizers
  }
  get step(): number {
    return this.#place.step
  }
  get epochs(): number {
    const { dryRun, epochs = 1 } = this.#plan.options
    return dryRun ? 1 : epochs
  }
  get history(): readonly EpochEvent[] {
    return this.#history
  }
  get folder(): RunFolder | undefined {
    return this.#keeping.folder
  }
  async snapshot(): Promise<() => void> {
    const { ensemble } = this.#plan
    const state = await ensemble.state()
    return () => ensemble.loadState(state)
  }
  evaluated<R>(body: () => R | Promise<R>): Promise<R> {
    return this.#plan.ensemble.evaluated(body)
  }
  stop(reason: string): void {
    // The next step may be under way.
    this.#stopped ??= { reason, lastStep: this.#place.step + 1 }
  }
  save(keep?: number): void {
    this.#keeping.ask(keep)
  }
  note(text: string): void {
    this.#keeping.note(this.step, text)
  }

  get #callbacks(): readonly Callback[] {
    return this.#plan.options.callbacks ?? []
  }
  get #batches(): number {
    const { dryRun, limitBatches = Infinity } = this.#plan.options
    return Math.min(this.#plan.feed.batches, dryRun ? 1 : limitBatches)
  }
  get #examples(): number {
    const { batches, examples } = this.#plan.feed
    return batches === Infinity ? Infinity : Math.min(examples, this.#batches * Math.ceil(examples / batches))
  }

  #examplesBefore(epoch: number): number {
    return this.#examples === Infinity ? 0 : (epoch - 1) * this.#examples
  }

  /** Trains; what it gives are the epochs as they end. Those before a break come at once, through `onHistory`. */
  async *run(onHistory: (epochs: readonly EpochEvent[]) => void): AsyncGenerator<EpochEvent> {
    try {
      yield* this.#train(onHistory)
    } finally {
      await this.#keeping.release()
    }
  }

  async *#train(onHistory: (epochs: readonly EpochEvent[]) => void): AsyncGenerator<EpochEvent> {
    const { ensemble } = this.#plan
    const resumed = await this.#keeping.begin()
    if (resumed !== undefined) await this.#goOnFrom(resumed)
    onHistory(this.#history)
    const restoreModes = ensemble.rememberModes()
    let ending: Ending = 'left'
    let failure: unknown
    try {
      for (const callback of this.#callbacks) await callback.onStart?.(this)
      await this.#keeping.rehearse(() => this.#checkpoint())
      while (this.#goesOn) yield await this.#epoch(restoreModes)
      ending = this.#stopped === null ? 'finished' : 'stopped'
    } catch (error) {
      failure = error
      ending = this.#plan.options.signal?.aborted ? 'left' : 'failed'
      throw error
    } finally {
      if (this.#isWhole) await this.#keeping.saveLast(this.step, () => this.#checkpoint())
      ensemble.settle()
      restoreModes()
      try {
        for (const callback of [...this.#callbacks].reverse()) await callback.onEnd?.(ending, this, failure)
      } finally {
        await this.#keeping.end(ending, failure ?? this.#stopped?.reason, this)
      }
    }
  }

  /** An epoch that has been begun is always ended. */
  get #goesOn(): boolean {
    return this.#place.epoch <= this.epochs && (this.#stopped === null || this.#place.batch > 0)
  }

  async #epoch(restoreModes: () => void): Promise<EpochEvent> {
    const { ensemble, validate, options } = this.#plan
    const { epoch, totals } = this.#place
    this.#pace.resume(this.#examplesBefore(epoch) + totals.examples)
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    this.#totals.loadState(totals)
    ensemble.train()
    await this.#steps()
    const examplesPerSecond = (this.#totals.examples - totals.examples) / seconds()
    ensemble.settle()
    for (const callback of this.#callbacks) await callback.beforeValidation?.(this)
    const event: EpochEvent = {
      ...{ epoch, epochs: this.epochs, step: this.step, metrics: this.#totals.means() },
      validation: await validate?.(),
      learningRates: await ensemble.learningRates(),
      examplesPerSecond,
      seconds: seconds(),
    }
    restoreModes()
    this.#history.push(event)
    this.#place = { ...start, step: this.step, epoch: epoch + 1 }
    for (const callback of this.#callbacks) await callback.onEpoch?.(event, this)
    await options.onEpoch?.(event)
    await this.#keeping.epoch(event, () => this.#checkpoint())
    ensemble.settle()
    return event
  }

  /** The batches of the epoch that have not been learned from. */
  async #steps(): Promise<void> {
    const { feed, options } = this.#plan
    const { epoch } = this.#place
    const pass = feed.open(epoch, this.#place.position ?? undefined)
    try {
      let done = this.#place.batch
      while (done < this.#batches && this.#started < (this.#stopped?.lastStep ?? Infinity)) {
        if (this.#rewind.isDue(this.step)) {
          await this.#land()
          await this.#rewind.copy(this.#place)
        }
        options.signal?.throwIfAborted()
        const next = await pass.next()
        if (next.done) {
          if (options.limitBatches === undefined && !options.dryRun) this.#measureFeed(done)
          break
        }
        done++
        await this.#start(next.value, pass, { step: this.#started + 1, epoch, batch: done })
      }
      await this.#land()
      options.signal?.throwIfAborted()
      if (done === 0) fail(`${this.#plan.operation}: epoch ${epoch} has no batches`, 'Give a stream that has elements.')
    } catch (error) {
      // What has been started is part of what is kept, if it went well.
      await this.#land().catch(() => {})
      throw error
    } finally {
      await pass.return()
    }
  }

  /** Steps that have been started. */
  get #started(): number {
    return this.step + Number(this.#flight !== undefined)
  }

  /** A stream is as long in the next epoch as it was in this one. */
  #measureFeed(batches: number): void {
    const { feed } = this.#plan
    if (feed.batches !== Infinity) return
    feed.batches = batches
    feed.examples = this.#totals.examples + (this.#flight?.examples ?? 0)
  }

  /** Starts a step. The one before is read while it is computed, on backends that compute on their own. */
  async #start(batch: B, pass: Pass<B>, place: StepPlace): Promise<void> {
    const outcome = await this.#plan.step(batch, place)
    const before = this.#flight
    this.#flight = { outcome, examples: sizeOfBatch(batch), position: pass.position(), place }
    if (before !== undefined) await this.#read(before)
    if (this.#callbacks.some((callback) => callback.waits?.(place.step))) await this.#land()
    if (this.#keeping.isAsked) {
      await this.#land()
      await this.#keeping.save(this.step, () => this.#checkpoint())
    }
    await this.#pauses.take()
  }

  /** Waits for the step that is under way. */
  async #land(): Promise<void> {
    const flight = this.#flight
    this.#flight = undefined
    if (flight !== undefined) await this.#read(flight)
  }

  /** Reads what a step has left and tells how far the training is. */
  async #read({ outcome, examples, position, place }: Flight): Promise<void> {
    const { operation, options } = this.#plan
    const values = await readOutcome(operation, outcome, examples)
    const bad = values.find(({ value }) => Number.isNaN(value))
    if (bad !== undefined && options.stopOnNaN !== false) await this.#failNaN(bad.name, place)
    this.#totals.add(examples, values)
    this.#place = { ...place, position, totals: this.#totals.state() }
    const soFar = this.#totals.examples
    const event: StepEvent = {
      ...place,
      epochs: this.epochs,
      batches: this.#batches,
      examples: soFar,
      metrics: this.#totals.means(),
      values: Object.fromEntries(values.map(({ name, value }) => [name, value])),
      ...this.#pace.measure(this.#examplesBefore(place.epoch) + soFar, this.epochs * this.#examples),
    }
    await this.#keeping.step(event)
    for (const callback of this.#callbacks) await callback.onBatch?.(event, this)
    options.onBatch?.(event)
  }

  async #checkpoint(): Promise<Checkpoint> {
    const callbacks = this.#callbacks.map(async ({ name, state, loadState }, i) => {
      const own = state === undefined || loadState === undefined ? undefined : await this.#callbacks[i].state?.()
      return [name, own] as const
    })
    return {
      place: this.#place,
      history: this.#history,
      stopped: this.#stopped,
      callbacks: Object.fromEntries(await Promise.all(callbacks)),
      ensemble: await this.#plan.ensemble.state(),
    }
  }

  async #goOnFrom({ place, history, stopped, ensemble, callbacks }: Checkpoint): Promise<void> {
    this.#plan.ensemble.loadState(ensemble)
    for (const callback of this.#callbacks) {
      if (callbacks[callback.name] !== undefined) callback.loadState?.(callbacks[callback.name] as never)
    }
    this.#history.push(...history)
    this.#place = place
    this.#stopped = stopped
  }

  /** Ends the training because of a NaN, with what made the first one. The models are left as they were before it. */
  async #failNaN(name: string, place: StepPlace): Promise<never> {
    const { operation, ensemble } = this.#plan
    const [rate] = Object.values(await ensemble.learningRates())
    this.#flight = undefined
    this.#isWhole = false
    const where = `epoch ${place.epoch}, batch ${place.batch}${this.#batches === Infinity ? '' : ` of ${this.#batches}`}`
    const found = await this.#rewind.findNaN(place, this.#batches)
    const cause = `${operation}: the ${metricName(name)} is NaN at ${where}`
    const rates = rate === undefined ? '' : ` (it is ${Number(rate.toPrecision(6))})`
    return fail(
      found === undefined ? cause : `${cause}: ${found}`,
      `Usual cures: a smaller learning rate${rates}, clipNorm in the optimizer, inputs scaled to about −1 … 1, ` +
        'no log, sqrt or division of what may be 0.',
    )
  }
}

const metricName = (name: string): string => (name === 'loss' ? 'loss' : `value '${name}'`)
