import { expose } from 'comlink'
import { loadWasmBackend } from 'shapewise'
import { type Collection, type Described, type Measure, type Neighbour, nearestTo } from './data/collection'
import { type DigitView, digitCollection } from './data/digits'
import { type ExampleName, examples } from './data/examples'
import { type OwnFile, readOwnVectors } from './data/own-vectors'
import { type Frame, Projector } from './method/projector'
import type { Settings } from './method/settings'

const ready = loadWasmBackend({ threads: 1 })
let collection: Collection | undefined
let projector: Projector | undefined
/** Of several requests the last one counts. */
let opening = 0
let projecting = 0
let isPaused = false
let goOn = () => {}

/** What was begun is not wanted any more. */
class Outdated extends Error {}

/** A turn of the event loop without the four milliseconds that timers wait. */
const channel = new MessageChannel()
const turn = () =>
  new Promise<void>((resolve) => {
    channel.port1.onmessage = () => resolve()
    channel.port2.postMessage(0)
  })

export interface Listener {
  onFrame(frame: Frame): void
  onPrepare(what: string, share: number): void
}

const service = {
  /** Makes vectors ready, and tells all about them but themselves; undefined if others were asked for meanwhile. */
  async open(
    { data, count, trained }: Settings,
    own: readonly OwnFile[],
    onPrepare: Listener['onPrepare'],
  ): Promise<Described | undefined> {
    await ready
    const wanted = ++opening
    projecting++
    goOn()
    try {
      const tell = async (share: number, what: string) => {
        onPrepare(what, share)
        await turn()
        if (wanted !== opening) throw new Outdated()
      }
      const made =
        data === 'own'
          ? await readOwnVectors(own)
          : Object.hasOwn(examples, data)
            ? examples[data as ExampleName](count)
            : await digitCollection(data as DigitView, trained, count, tell)
      if (wanted !== opening) return undefined
      collection = made
      projector = new Projector(made.vectors)
      const { vectors: _, ...described } = made
      return described
    } catch (error) {
      if (error instanceof Outdated) return undefined
      throw error
    }
  },
  /** Projects the vectors that are open, with a frame for each picture on the way; ends early when something else is asked for. */
  async project(settings: Settings, onFrame: Listener['onFrame'], onPrepare: Listener['onPrepare']): Promise<void> {
    const own = ++projecting
    const used = projector
    goOn()
    try {
      await used?.project(settings, {
        tell: onFrame,
        prepare: onPrepare,
        async turn() {
          await turn()
          while (isPaused && own === projecting) await new Promise<void>((resolve) => (goOn = resolve))
          if (own !== projecting) throw new Outdated()
        },
        async rest() {
          await turn()
          if (used !== projector) throw new Outdated()
        },
      })
    } catch (error) {
      if (!(error instanceof Outdated)) throw error
    }
  },
  /** t-SNE begins again with the next projection. */
  forget: () => projector?.forget(),
  pause(wanted: boolean): void {
    isPaused = wanted
    goOn()
  },
  nearest(index: number, measure: Measure, k: number): Neighbour[] {
    return collection === undefined ? [] : nearestTo(collection.vectors, index, measure, k)
  },
  vector(index: number): Float32Array {
    const { width, data } = collection!.vectors
    return data.slice(index * width, (index + 1) * width)
  },
}

export type EmbeddingService = typeof service

expose(service)
