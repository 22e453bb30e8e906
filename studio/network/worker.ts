import { expose } from 'comlink'
import { loadWasmBackend } from 'shapewise'
import type { Graph } from './graph/graph'
import { builders } from './models/builders'
import { builtIn, isBuiltIn } from './models/built-in'
import type { InputSpec } from './models/input-spec'
import { moduleSource } from './models/of-module'
import { type Tiles, weightTiles } from './models/pictures'
import type { Source } from './models/source'
import { type Statistics, statisticsOf } from './models/statistics'

/** A model as the page gets it. */
export interface Opened {
  readonly graph: Graph
  readonly inputs: readonly InputSpec[]
  readonly notes: readonly string[]
}

export interface WeightView {
  readonly shape: readonly number[]
  readonly statistics: Statistics
  readonly tiles: Tiles | undefined
}

const ready = loadWasmBackend({ threads: 1 })
const sources = new Map<string, Source>()

function take(key: string, source: Source): Opened {
  void sources.get(key)?.close()
  sources.set(key, source)
  const { graph, inputs, notes } = source
  return { graph, inputs, notes }
}

const service = {
  /** Makes a model that the library brings. */
  async openBuiltIn(key: string, name: string): Promise<Opened> {
    await ready
    if (!isBuiltIn(name)) throw new Error(`There is no model '${name}' in the library.`)
    const { make, inputs } = builders[name]
    return take(key, moduleSource(builtIn[name], make(), inputs))
  },
  /** Opens a model in a file; the one that had the key stays if it cannot be read. */
  async openFile(key: string, file: File): Promise<Opened> {
    await ready
    const { openFile } = await import('./models/of-file')
    return take(key, await openFile(file, file.name))
  },
  async weight(key: string, name: string, channel: number): Promise<WeightView> {
    const source = sources.get(key)!
    const { shape, data } = await source.weight(name)
    return { shape, statistics: statisticsOf(data), tiles: weightTiles(data, shape, source.order, channel) }
  },
  async close(key: string): Promise<void> {
    await sources.get(key)?.close()
    sources.delete(key)
  },
}

export type NetworkService = typeof service

expose(service)
