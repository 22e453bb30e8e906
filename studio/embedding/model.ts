import { batch, computed, effect, signal } from '@preact/signals'
import { proxy, type Remote, wrap } from 'comlink'
import { replaceQuery, route } from '../parts/address'
import { keep, kept } from '../parts/keep'
import { type Camera, camera, fromAbove } from '../parts/space/camera'
import type { Colouring, Described, Neighbour } from './data/collection'
import type { OwnFile } from './data/own-vectors'
import type { Frame } from './method/projector'
import {
  DATA_SETTINGS,
  decodeSettings,
  defaults,
  encodeSettings,
  PLACE_SETTINGS,
  type Settings,
} from './method/settings'
import type { EmbeddingService } from './worker'

const OWN = 'embedding-own'
/** How many neighbours are listed. */
const LISTED = 12
/** Milliseconds that a slider may rest before what it says is done. */
const CALM = 60

export const homes = { '2': fromAbove, '3': camera({ zoom: 1.1 }) } as const

/** What the page shows and what is done in it. */
export class EmbeddingModel {
  readonly settings = signal<Settings>(decodeSettings(route.value.query))
  readonly described = signal<Described | undefined>(undefined)
  readonly frame = signal<Frame | undefined>(undefined)
  readonly preparing = signal<{ readonly what: string; readonly share: number } | undefined>(undefined)
  readonly error = signal<string | undefined>(undefined)
  readonly isPaused = signal(false)
  readonly camera = signal<Camera>(homes[this.settings.value.dimensions])
  readonly tool = signal<'move' | 'lasso' | 'box'>('move')
  readonly hovered = signal<number | undefined>(undefined)
  /** Where in the picture the pointer is, in pixels. */
  readonly pointer = signal<{ readonly x: number; readonly y: number } | undefined>(undefined)
  readonly focus = signal<number | undefined>(undefined)
  readonly neighbours = signal<readonly Neighbour[]>([])
  readonly selection = signal<readonly number[] | undefined>(undefined)
  /** Classes that the legend hides. */
  readonly hidden = signal<ReadonlySet<number>>(new Set())
  readonly colouring = computed<Colouring | undefined>(() => {
    const all = this.described.value?.colourings ?? []
    return all[this.settings.value.colour] ?? all[0]
  })
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  readonly #service: Remote<EmbeddingService> = wrap(this.#worker)
  #own: readonly OwnFile[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #ends: (() => void)[] = []
  #opened = 0

  constructor() {
    this.#worker.addEventListener('error', ({ message }) => {
      this.error.value = message
    })
    this.#ends.push(
      effect(() => replaceQuery('embedding', encodeSettings(this.settings.value))),
      effect(() => void this.#listNeighbours(this.focus.value, this.settings.value.measure)),
    )
    void this.#begin()
  }

  end(): void {
    clearTimeout(this.#timer)
    for (const end of this.#ends) end()
    this.#worker.terminate()
  }

  /** Changes settings, and does at once what follows from it. */
  change(changes: Partial<Settings>): void {
    const before = this.settings.value
    const after = { ...before, ...changes }
    const differs = (keys: readonly (keyof Settings)[]) => keys.some((key) => before[key] !== after[key])
    batch(() => {
      this.settings.value = after
      if (after.dimensions !== before.dimensions) this.camera.value = homes[after.dimensions]
      if (after.colour !== before.colour) this.hidden.value = new Set()
    })
    const isOpened = differs(DATA_SETTINGS)
    if (!isOpened && !differs(PLACE_SETTINGS)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void (isOpened ? this.#open() : this.#project()), CALM)
  }

  /** Takes files of the user: vectors, and labels if there are any. */
  async take(files: readonly File[]): Promise<void> {
    if (files.length === 0) return
    this.#own = await Promise.all(
      files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
    )
    this.settings.value = { ...this.settings.value, data: 'own', colour: 0 }
    await this.#open()
    if (this.error.value === undefined) await keep(OWN, this.#own)
  }

  pause(wanted: boolean): void {
    this.isPaused.value = wanted
    void this.#service.pause(wanted)
  }

  /** From the start, with another seed if wanted. */
  async again(seed = this.settings.value.seed): Promise<void> {
    this.settings.value = { ...this.settings.value, seed }
    this.pause(false)
    await this.#service.forget()
    await this.#project()
  }

  vector(index: number): Promise<Float32Array> {
    return this.#service.vector(index)
  }

  async #begin(): Promise<void> {
    if (this.settings.value.data === 'own') this.#own = (await kept<readonly OwnFile[]>(OWN)) ?? []
    await this.#open()
  }

  async #open(): Promise<void> {
    const own = ++this.#opened
    batch(() => {
      this.error.value = undefined
      this.focus.value = undefined
      this.hovered.value = undefined
      this.selection.value = undefined
      this.hidden.value = new Set()
    })
    try {
      const described = await this.#service.open(this.settings.value, this.#own, proxy(this.#onPrepare))
      if (described === undefined || own !== this.#opened) return
      batch(() => {
        this.frame.value = undefined
        this.described.value = described
        if (this.settings.value.colour >= described.colourings.length) {
          this.settings.value = { ...this.settings.value, colour: defaults.colour }
        }
      })
      await this.#project()
    } catch (error) {
      if (own === this.#opened) this.#fail(error)
    }
  }

  async #project(): Promise<void> {
    this.error.value = undefined
    try {
      await this.#service.project(this.settings.value, proxy(this.#onFrame), proxy(this.#onPrepare))
    } catch (error) {
      this.#fail(error)
    }
  }

  readonly #onFrame = (frame: Frame): void => {
    // Frames of vectors that are not open any more may still be under way.
    if (frame.places.length !== 3 * (this.described.value?.count ?? 0)) return
    batch(() => {
      this.preparing.value = undefined
      this.frame.value = frame
    })
  }

  readonly #onPrepare = (what: string, share: number): void => {
    this.preparing.value = { what, share }
  }

  #fail(error: unknown): void {
    batch(() => {
      this.preparing.value = undefined
      this.error.value = error instanceof Error ? error.message : String(error)
    })
  }

  async #listNeighbours(focus: number | undefined, measure: Settings['measure']): Promise<void> {
    if (focus === undefined) {
      this.neighbours.value = []
      return
    }
    const found = await this.#service.nearest(focus, measure, LISTED)
    if (this.focus.peek() === focus) this.neighbours.value = found
  }
}
