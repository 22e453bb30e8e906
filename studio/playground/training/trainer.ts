import { computed, effect, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import type { DataName, Points } from '../data/plane'
import { DATA_SETTINGS, type Settings } from '../settings/settings'
import type { Frame } from './experiment'
import type { PlaygroundService } from './worker'

/** Losses over steps: the axis, training, test. */
export type History = [steps: number[], train: number[], test: number[]]

/** More points of the curves than this, and every other is left out. */
const KEPT = 2000

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
  /** The neuron whose map is shown large: its layer, features first, and its place. */
  readonly neuron = signal<{ readonly layer: number; readonly neuron: number } | undefined>(undefined)
  /** The moment that is looked at instead of now. */
  readonly moment = signal<number | undefined>(undefined)
  readonly history = signal<History>([[], [], []])
  readonly stepsPerSecond = signal(0)
  readonly framesPerSecond = signal(0)
  readonly error = signal<string | undefined>(undefined)
  readonly stopped = computed(() => this.error.value ?? this.frame.value?.problem)

  readonly #worker: Worker
  readonly #service: Remote<PlaygroundService>
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
      effect(() => void this.#service.setPlaying(this.playing.value)),
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
    await this.#do(this.#service.start(this.settings.value))
    this.points.value = await this.#service.points()
  }

  /** Starts again with other settings. */
  async restart(changes: Partial<Settings>): Promise<void> {
    this.settings.value = { ...this.settings.value, ...changes }
    await this.reset()
  }

  /** Goes on with other settings. */
  async change(changes: Partial<Settings>): Promise<void> {
    const before = this.settings.value
    this.settings.value = { ...before, ...changes }
    await this.#do(this.#service.change(this.settings.value))
    if (DATA_SETTINGS.some((key) => key in changes)) this.points.value = await this.#service.points()
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
        this.frame.value = frame
        if (moment === undefined) this.#remember(frame)
      },
      // Nothing has been started yet.
      () => {
        this.#waiting = false
      },
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
