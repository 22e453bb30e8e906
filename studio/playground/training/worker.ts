import { expose } from 'comlink'
import { loadWasmBackend } from 'shapewise'
import { type DataName, datasets, type Points } from '../data/plane'
import { makePoints } from '../data/points'
import { type Choice, type ReadTable, readTable } from '../data/table'
import { defaults, type Settings } from '../settings/settings'
import { Experiment, type Frame } from './experiment'

/** Milliseconds of training between two looks at what the page wants. */
const SLICE = 12

let experiment: Experiment | undefined
let playing = false
/** Why playing has ended by itself; the page hears of it with the next frame. */
let failure: unknown
/** Steps for each of the page's frames; Infinity for as many as there is time for. */
let pace = Infinity
let allowed = 0
/** Training and looking take turns; each waits for the one before. */
let last: Promise<unknown> = loadWasmBackend({ threads: 1 })

function inTurn<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  const turn = last.then(work)
  last = turn.catch(() => {})
  return turn
}

function current(): Experiment {
  if (experiment === undefined) throw new Error('The worker has no settings yet.')
  return experiment
}

const channel = new MessageChannel()

/** A turn of the event loop. A timer would wait 4 ms, in which hundreds of steps have room. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve()
    channel.port2.postMessage(undefined)
  })

/** Trains in short slices for as long as it plays, so that the page's wishes are heard between them. */
async function play(): Promise<void> {
  while (playing) {
    const slice = inTurn(async () => {
      const end = performance.now() + SLICE
      do {
        const steps = Math.min(20, allowed)
        if (steps <= 0 || !playing) return
        allowed -= steps
        await current().train(steps)
      } while (performance.now() < end)
    })
    await slice.catch((error: unknown) => {
      failure = error
      playing = false
    })
    await turn()
  }
}

/** What the page asks of the worker. */
const service = {
  start: (settings: Settings): Promise<void> =>
    inTurn(() => {
      failure = undefined
      experiment = new Experiment(settings)
    }),
  change: (settings: Settings): Promise<void> => inTurn(() => current().change(settings)),
  async setPlaying(value: boolean): Promise<void> {
    const begins = value && !playing
    playing = value
    allowed = pace
    if (begins) void play()
  },
  setPace(steps: number): void {
    pace = steps
  },
  train: (steps: number): Promise<void> => inTurn(() => current().train(steps)),
  setWeight: (layer: number, from: number | undefined, to: number, value: number): Promise<void> =>
    inTurn(() => current().setWeight(layer, from, to, value)),
  /** What there is to see; undefined before the start. */
  frame: (moment?: number): Promise<Frame | undefined> =>
    inTurn(() => {
      allowed = pace
      if (failure !== undefined) throw failure
      return experiment?.frame(moment)
    }),
  samples: (): Readonly<Partial<Record<DataName, Points>>> => {
    const names = (Object.keys(datasets) as DataName[]).filter((name) => name !== 'own')
    const of = (data: DataName) => makePoints({ ...defaults, data, classes: 3, noise: 5 })
    return Object.fromEntries(names.map((name) => [name, of(name)]))
  },
  /** Parsing 50,000 lines takes a while, so it is done here. */
  readTable: (text: string, chosen?: Choice): ReadTable => readTable(text, chosen),
  points: () => inTurn(() => ({ ...current().points, trained: current().trained })),
}

export type PlaygroundService = typeof service

expose(service)
