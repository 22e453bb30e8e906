import { expose } from 'comlink'
import { loadWasmBackend } from 'shapewise'
import { type DataName, datasets, type Points } from '../data/plane'
import { makePoints } from '../data/points'
import { defaults, type Settings } from '../settings/settings'
import { Experiment, type Frame } from './experiment'

/** Milliseconds of training between two looks at what the page wants. */
const SLICE = 12

let experiment: Experiment | undefined
let playing = false
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

/** Trains in short slices for as long as it plays, so that the page's wishes are heard between them. */
async function play(): Promise<void> {
  while (playing) {
    await inTurn(async () => {
      const end = performance.now() + SLICE
      do {
        const steps = Math.min(20, allowed)
        if (steps <= 0 || !playing) return
        allowed -= steps
        await current().train(steps)
      } while (performance.now() < end)
    })
    await new Promise((resolve) => setTimeout(resolve))
  }
}

/** What the page asks of the worker. */
const service = {
  start: (settings: Settings): Promise<void> =>
    inTurn(() => {
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
  frame: (moment?: number): Promise<Frame> =>
    inTurn(() => {
      allowed = pace
      return current().frame(moment)
    }),
  samples: (): Readonly<Partial<Record<DataName, Points>>> => {
    const names = (Object.keys(datasets) as DataName[]).filter((name) => name !== 'own')
    const of = (data: DataName) => makePoints({ ...defaults, data, classes: 3, noise: 5 })
    return Object.fromEntries(names.map((name) => [name, of(name)]))
  },
  points: () => inTurn(() => ({ ...current().points, trained: current().trained })),
}

export type PlaygroundService = typeof service

expose(service)
