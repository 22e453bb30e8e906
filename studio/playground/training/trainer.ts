import { computed, effect, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import type { DataName, Points } from '../data/plane'
import type { Choice, ReadTable } from '../data/table'
import type { Settings } from '../settings/settings'
import type { Frame } from './experiment'
import type { Finding } from './failure'
import { healthOf } from './health'
import type { PlaygroundService } from './worker'

/** Losses over steps: the axis, training, test. */
export type History = [steps: number[], train: number[], test: number[]]

/** A neuron by its layer, features first, and its place; and one of its weights, by where it comes from. */
export interface NeuronPlace {
  readonly layer: number
  readonly neuron: number
  readonly from?: number
}

/** More points of the curves than this, and every other is left out. */
const KEPT = 2000

const isVisible = signal(!document.hidden)
document.addEventListener('visibilitychange', () => {
  isVisible.value = !document.hidden
})

/** A training in a worker of its own, as the page sees it. */
export class Trainer {
  readonly settings
  readonly frame = signal<Frame | undefined>(undefined)
  readonly points = signal<(Points & { readonly trained: readonly number[] }) | undefined>(undefined)
  /** A few points of each set. */
  readonly samples = signal<Readonly<Partial<Record<DataName, Points>>> | undefined>(undefined)
  readonly playing = signal(false)
  /** Steps for each frame of the page; Infinity for as many as possible. */
  readonly pace = signal(Infinity)
  /** The neuron whose weights are shown. */
  readonly neuron = signal<NeuronPlace | undefined>(undefined)
  /** The neuron that the pointer is on. */
  readonly pointed = signal<NeuronPlace | undefined>(undefined)
  /** The moment that is looked at instead of now. */
  readonly moment = signal<number | undefined>(undefined)
  readonly history = signal<History>([[], [], []])
  readonly stepsPerSecond = signal(0)
  readonly framesPerSecond = signal(0)
  readonly error = signal<string | undefined>(undefined)
  readonly stopped = computed(() => this.error.value ?? this.frame.value?.problem)
  /** What is wrong with the training, and what would mend it. */
  readonly health = computed((): Finding | undefined => {
    if (this.error.value !== undefined) return { text: this.error.value }
    const [frame, points] = [this.frame.value, this.points.value]
    if (frame === undefined || points === undefined) return undefined
    return healthOf({ settings: this.settings.value, frame, points, history: this.history.value })
  })

  readonly #worker: Worker
  readonly #service: Remote<PlaygroundService>
  #changing: Promise<void> | undefined
  #waiting = false
  #wanted = true
  #measured = { time: performance.now(), step: 0, frames: 0 }
  #animation = 0
  readonly #effects: readonly (() => void)[]

  constructor(settings: Settings) {
    this.settings = signal(settings)
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    this.#worker.addEventListener('error', ({ message }) => this.#fail(message))
    this.#service = wrap<PlaygroundService>(this.#worker)
    this.#effects = [
      // What nobody looks at does not keep the processor busy; it goes on when it is looked at again.
      effect(() => void this.#service.setPlaying(this.playing.value && isVisible.value)),
      effect(() => void this.#service.setPace(this.pace.value)),
      effect(() => {
        this.moment.value
        this.#wanted = true
      }),
      effect(() => {
        if (this.stopped.value !== undefined) this.playing.value = false
      }),
    ]
    void this.reset()
    void this.#service.samples().then((samples) => {
      this.samples.value = samples
    })
    const follow = () => {
      this.#animation = requestAnimationFrame(follow)
      this.#tick()
    }
    follow()
  }

  /** Starts again from the first weights, which depend on the settings alone. */
  async reset(): Promise<void> {
    this.history.value = [[], [], []]
    this.moment.value = undefined
    this.error.value = undefined
    await this.#do(this.#service.start(this.settings.value).then(() => this.#takePoints()))
  }

  /** Starts again with other settings. */
  async restart(changes: Partial<Settings>): Promise<void> {
    this.settings.value = { ...this.settings.value, ...changes }
    await this.reset()
  }

  /** Goes on with other settings. Of changes that come quickly those between are left out. */
  async change(changes: Partial<Settings>): Promise<void> {
    this.settings.value = { ...this.settings.value, ...changes }
    this.#changing ??= this.#sendChanges()
    await this.#changing
  }

  async #sendChanges(): Promise<void> {
    let sent: Settings | undefined
    while (sent !== this.settings.value) {
      sent = this.settings.value
      await this.#do(this.#service.change(sent).then(() => this.#takePoints()))
    }
    this.#changing = undefined
  }

  /** Does what a finding proposes. */
  async take({ settings, restarts }: NonNullable<Finding['cure']>): Promise<void> {
    const wasPlaying = this.playing.value || this.stopped.value !== undefined
    await (restarts ? this.restart(settings) : this.change(settings))
    this.playing.value = wasPlaying
  }

  /** Points from a table, see {@link readTable}. */
  readTable(text: string, chosen?: Choice): Promise<ReadTable> {
    return this.#service.readTable(text, chosen)
  }

  async step(): Promise<void> {
    this.moment.value = undefined
    await this.#do(this.#service.train(1))
  }

  async setWeight(layer: number, from: number | undefined, to: number, value: number): Promise<void> {
    await this.#do(this.#service.setWeight(layer, from, to, value))
  }

  stop(): void {
    cancelAnimationFrame(this.#animation)
    for (const end of this.#effects) end()
    this.#worker.terminate()
  }

  async #takePoints(): Promise<void> {
    this.points.value = await this.#service.points()
  }

  async #do(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error))
    }
    this.#wanted = true
  }

  #fail(message: string): void {
    this.error.value = message
    this.#waiting = false
  }

  /** Asks for what there is to see, unless nothing has changed or an answer is on its way. */
  #tick(): void {
    this.#measured.frames++
    this.#measure()
    if (this.#waiting || !(this.playing.value || this.#wanted)) return
    this.#waiting = true
    this.#wanted = false
    const moment = this.moment.value
    this.#service.frame(moment).then(
      (frame) => {
        this.#waiting = false
        if (frame === undefined) return
        this.frame.value = frame
        if (moment === undefined) this.#remember(frame)
      },
      (error: unknown) => this.#fail(error instanceof Error ? error.message : String(error)),
    )
  }

  #remember({ step, train, test }: Frame): void {
    const [steps, trainLosses, testLosses] = this.history.value
    if (steps.at(-1) === step) return
    const isFull = steps.length >= KEPT
    const followed = (list: readonly number[], next: number): number[] => [
      ...(isFull ? list.filter((_, i) => i % 2 === 0) : list),
      next,
    ]
    this.history.value = [followed(steps, step), followed(trainLosses, train.loss), followed(testLosses, test.loss)]
  }

  #measure(): void {
    const now = performance.now()
    const seconds = (now - this.#measured.time) / 1000
    if (seconds < 0.5) return
    const step = this.moment.value === undefined ? (this.frame.value?.step ?? 0) : this.#measured.step
    this.stepsPerSecond.value = this.playing.value ? Math.max(0, (step - this.#measured.step) / seconds) : 0
    this.framesPerSecond.value = this.#measured.frames / seconds
    this.#measured = { time: now, step, frames: 0 }
  }
}
