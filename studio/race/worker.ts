import { expose } from 'comlink'
import { linspace, loadWasmBackend, tensor } from 'shapewise'
import { type Surface, surfaces } from 'shapewise/optim'
import type { Ground } from './ground'
import type { Spec } from './methods'
import { networkSurface } from './network-surface'
import { type Progress, Racer, type Track } from './racer'

/** Heights in each direction of the map. */
const [COLUMNS, ROWS] = [121, 91]

const ready = loadWasmBackend({ threads: 1 })
let network: Promise<Surface> | undefined
let racers = new Map<number, Racer>()
let track: Track | undefined

async function surfaceOf(name: string): Promise<Surface> {
  await ready
  const known = surfaces.find((surface) => surface.name === name)
  if (known !== undefined) return known
  network ??= networkSurface()
  return network
}

const service = {
  /** A surface as a picture needs it. */
  async ground(name: string): Promise<Ground> {
    const { height, x, y, start, minima } = await surfaceOf(name)
    const columns = linspace(...x, COLUMNS)
    const heights = new Float32Array(COLUMNS * ROWS)
    for (const [row, value] of Array.from(await linspace(...y, ROWS).data()).entries()) {
      heights.set(await height(columns, columns.mul(0).add(value)).data(), row * COLUMNS)
    }
    const bottoms = await height(tensor(minima.map(([x]) => x)), tensor(minima.map(([, y]) => y))).data()
    return { name, heights, columns: COLUMNS, x, y, start, minima, lowest: Math.min(...bottoms) }
  },
  /** Another race: nobody has started yet. */
  async begin(name: string, start: Track['start'], noise: number): Promise<void> {
    track = { surface: await surfaceOf(name), start, noise }
    racers = new Map()
  },
  /** Who runs, under a number by which it is asked for. */
  enter(id: number, spec: Spec): void {
    if (track !== undefined) racers.set(id, new Racer(track, spec))
  },
  leave(id: number): void {
    racers.delete(id)
  },
  /** What is new of each racer, once so many steps are known of it. */
  async advance(steps: number): Promise<ReadonlyMap<number, Progress>> {
    const news = new Map<number, Progress>()
    for (const [id, racer] of racers) news.set(id, await racer.advance(steps))
    return news
  },
}

export type RaceService = typeof service

expose(service)
