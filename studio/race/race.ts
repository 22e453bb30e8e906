import { computed, effect, signal } from '@preact/signals'
import { type Remote, wrap } from 'comlink'
import type { Ground } from './ground'
import type { Spec } from './methods'
import type { Ending } from './racer'
import type { Settings } from './settings'
import { Way } from './standing'
import type { RaceService } from './worker'

/** Nobody is followed for longer. */
export const MOST_STEPS = 20_000
/** Seconds of the race that are known in advance, and steps at least. */
const [AHEAD, LEAST_AHEAD] = [0.6, 30]

/** A racer as the page sees it. */
export interface Entrant {
  /** Of what it is now; another setting makes another one. */
  readonly id: number
  readonly spec: Spec
  readonly way: Way
  readonly ended: Ending | undefined
}

/** The race of the page: settings, who is where, and the clock. The worker runs ahead of it. */
export class Race {
  readonly settings
  readonly ground = signal<Ground | undefined>(undefined)
  readonly entrants = signal<readonly Entrant[]>([])
  /** The moment that is shown, in steps; between two of them while it plays slowly. */
  readonly step = signal(0)
  readonly playing = signal(false)
  /** Steps that are known of all who still run. */
  readonly known = signal(0)
  readonly problem = signal('')
  readonly start = computed(() => this.settings.value.start ?? this.ground.value?.start)
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  readonly #service: Remote<RaceService> = wrap(this.#worker)
  readonly #ends: (() => void)[] = []
  #ids = 0
  /** Counts the races, so that news of an old one are not taken for news. */
  #turn = 0
  #asking = false
  #frame = 0

  constructor(settings: Settings) {
    this.settings = signal(settings)
    this.#worker.addEventListener('error', ({ message }) => {
      this.problem.value = message
    })
    // What a race is about, apart from who runs.
    const about = computed(() => {
      const { surface, start, noise } = this.settings.value
      return JSON.stringify({ surface, start, noise })
    })
    this.#ends.push(
      effect(() => {
        about.value
        void this.#begin()
      }),
      effect(() => {
        if (this.playing.value) this.#play()
      }),
    )
  }

  end(): void {
    for (const end of this.#ends) end()
    this.#turn++
    cancelAnimationFrame(this.#frame)
    this.#worker.terminate()
  }

  change(changes: Partial<Settings>): void {
    const before = this.settings.value
    this.settings.value = { ...before, ...changes }
    if (changes.racers !== undefined) void this.#enter()
  }

  reset(): void {
    this.playing.value = false
    this.step.value = 0
  }

  /** Goes to a moment, and waits until it is known. */
  async seek(step: number): Promise<void> {
    const wanted = Math.max(0, Math.min(MOST_STEPS, step))
    await this.#ask(wanted)
    this.step.value = Math.min(wanted, this.known.peek())
  }

  async #begin(): Promise<void> {
    const turn = ++this.#turn
    const { surface, noise } = this.settings.peek()
    try {
      if (this.ground.peek()?.name !== surface) {
        this.ground.value = undefined
        const ground = await this.#service.ground(surface)
        if (turn !== this.#turn) return
        this.ground.value = ground
      }
      this.step.value = this.known.value = 0
      this.entrants.value = []
      await this.#service.begin(surface, this.start.peek()!, noise)
      if (turn === this.#turn) await this.#enter()
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error)
    }
  }

  /** Brings the racers in line with the settings: who is as before runs on. */
  async #enter(): Promise<void> {
    if (this.ground.peek() === undefined) return
    const before = [...this.entrants.peek()]
    this.entrants.value = this.settings.peek().racers.map((spec) => {
      const at = before.findIndex((entrant) => JSON.stringify(entrant.spec) === JSON.stringify(spec))
      if (at >= 0) return before.splice(at, 1)[0]!
      const entrant: Entrant = { id: ++this.#ids, spec, way: new Way(), ended: undefined }
      void this.#service.enter(entrant.id, spec)
      return entrant
    })
    for (const { id } of before) void this.#service.leave(id)
    await this.#ask(this.step.peek() + LEAST_AHEAD)
  }

  /** Has the racers run until a step. */
  async #ask(steps: number): Promise<void> {
    const turn = this.#turn
    this.#asking = true
    try {
      const news = await this.#service.advance(Math.min(MOST_STEPS, Math.ceil(steps)))
      if (turn !== this.#turn) return
      this.entrants.value = this.entrants.peek().map((entrant) => {
        const progress = news.get(entrant.id)
        if (progress === undefined) return entrant
        entrant.way.append(progress.records)
        return { ...entrant, ended: progress.ended }
      })
      const running = this.entrants.peek().filter(({ ended }) => ended === undefined)
      this.known.value = running.length === 0 ? Math.ceil(steps) : Math.min(...running.map(({ way }) => way.steps))
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error)
    } finally {
      this.#asking = false
    }
  }

  #play(): void {
    let before = performance.now()
    const tick = (now: number) => {
      if (!this.playing.peek()) return
      const { speed } = this.settings.peek()
      const next = this.step.peek() + (Math.min(100, now - before) / 1000) * speed
      before = now
      this.step.value = Math.min(next, Math.max(this.step.peek(), this.known.peek()))
      if (this.step.peek() >= MOST_STEPS) this.playing.value = false
      if (!this.#asking && this.known.peek() < Math.min(MOST_STEPS, next + speed * AHEAD + LEAST_AHEAD / 2)) {
        void this.#ask(next + speed * AHEAD + LEAST_AHEAD)
      }
      this.#frame = requestAnimationFrame(tick)
    }
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(tick)
  }
}
