import { expose } from 'comlink'
import { loadWasmBackend } from 'shapewise'
import type { State } from 'shapewise/nn'
import { keep, kept } from '../parts/keep'
import { CodeSpace } from './code-space'
import { makeDigits, Reader } from './reader'
import { KEPT_READER, PIXELS } from './shapes'

const DIGITS = 10_000
const CODE_EPOCHS = 12
const BATCH = 64
const CODES = 'digits-codes-2'

const ready = loadWasmBackend({ threads: 1 })
let digits: ReturnType<typeof makeDigits> | undefined
const allDigits = () => {
  digits ??= makeDigits(DIGITS)
  return digits
}

let reader = new Reader(Math.floor(DIGITS / BATCH))
let codeSpace: Promise<CodeSpace> | undefined
/** Of several trainings the last one counts. */
let training = 0

type Tell = (share: number, loss: number, accuracy?: number) => void

/** A turn of the event loop, in which pictures drawn meanwhile are read. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve))

/** Tells not more often than a page can show. */
function calmly(tell: Tell) {
  let last = 0
  return async (share: number, loss: number): Promise<void> => {
    const now = performance.now()
    if (now - last < 80 && share < 1) return
    last = now
    tell(share, loss)
    await turn()
  }
}

const service = {
  /** Makes the reader ready, by the weights that were kept at an earlier visit; says whether there were any. */
  async restore(): Promise<boolean> {
    await ready
    const state = await kept<State>(KEPT_READER)
    if (state === undefined) return false
    reader.loadState(state)
    return true
  },
  /** Trains the reader anew, and keeps its weights. */
  async train(tell: Tell): Promise<void> {
    await ready
    const own = ++training
    reader = new Reader(Math.floor(DIGITS / BATCH))
    const learned = reader
    const follow = calmly(tell)
    await learned.train(allDigits(), async (share, loss) => {
      if (own !== training) throw new Error('Another training has begun.')
      await follow(share, loss)
    })
    tell(1, 0, await learned.accuracy())
    await keep(KEPT_READER, await learned.state())
  },
  accuracy: () => reader.accuracy(),
  read: (picture: Float32Array, isFollowed: boolean) => reader.read(picture, isFollowed),
  fool: (picture: Float32Array) => reader.fool(picture),
  filters: () => reader.filters(),
  /** One of the generated digits, to begin with. */
  sample(digit: number, which: number): Float32Array {
    const { pictures, labels } = allDigits()
    const found = Array.from(labels.keys()).filter((i) => labels[i] === digit)
    const example = found[which % found.length]!
    return pictures.slice(example * PIXELS, (example + 1) * PIXELS)
  },
  /** Makes the code space ready: kept, or trained now. */
  async openCodeSpace(tell: Tell): Promise<{ readonly places: Float32Array; readonly labels: Int32Array }> {
    await ready
    codeSpace ??= (async () => {
      const { labels } = allDigits()
      const made = new CodeSpace(CODE_EPOCHS * Math.floor(labels.length / BATCH))
      const state = await kept<Parameters<CodeSpace['loadState']>[0]>(CODES)
      if (state === undefined) {
        await made.train(allDigits(), CODE_EPOCHS, calmly(tell))
        await keep(CODES, await made.state())
      } else made.loadState(state)
      return made
    })()
    const { pictures, labels } = allDigits()
    const shown = 1500
    const places = await (await codeSpace).map(pictures.subarray(0, shown * PIXELS))
    return { places, labels: labels.slice(0, shown) }
  },
  decode: async (places: Float32Array) => (await codeSpace!).decode(places),
}

export type DigitService = typeof service

expose(service)
