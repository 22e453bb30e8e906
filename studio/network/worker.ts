import { expose } from 'comlink'
import { type KernelReport, loadWasmBackend, type PlanReport } from 'shapewise'
import { generateDigits } from 'shapewise/data'
import type { State } from 'shapewise/nn'
import { KEPT_READER } from '../digits/shapes'
import { kept } from '../parts/keep'
import type { Graph } from './graph/graph'
import { builders } from './models/builders'
import { builtIn, isBuiltIn } from './models/built-in'
import { distanceOf } from './models/distance'
import type { InputSpec } from './models/input-spec'
import { exampleInputs, type Pixels } from './models/inputs'
import { moduleSource } from './models/of-module'
import { activationTiles, type Tiles, weightTiles } from './models/pictures'
import type { Source, Values } from './models/source'
import { type Statistics, statisticsOf } from './models/statistics'

/** A model as the page gets it. */
export interface Opened {
  readonly graph: Graph
  readonly inputs: readonly InputSpec[]
  readonly notes: readonly string[]
  /** Where kernels have their channels. */
  readonly order: 'last' | 'first'
}

/** A program as the page shows it. */
export interface CompiledView extends PlanReport {
  readonly kernels: readonly KernelReport[]
  readonly backend: string
  readonly times: readonly (number | undefined)[]
  readonly phases: readonly { readonly phase: string; readonly milliseconds: number }[]
}

/** Numbers as the page shows them. */
export interface NumbersView {
  readonly shape: readonly number[]
  readonly statistics: Statistics
  readonly tiles: Tiles | undefined
  /** Of short lists the numbers themselves. */
  readonly values: Float32Array | undefined
}

/** What is fed to a model. */
export type Feed =
  | { readonly kind: 'random'; readonly seed: number }
  | { readonly kind: 'digit'; readonly seed: number }
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'drawn'; readonly pixels: Float32Array }

const SHOWN_VALUES = 1000

interface Held {
  readonly source: Source
  fed: { readonly inputs: readonly Values[]; readonly values: ReadonlyMap<string, Values> } | undefined
}

const ready = loadWasmBackend({ threads: 1 })
const models = new Map<string, Held>()

function take(key: string, source: Source): Opened {
  models.set(key, { source, fed: undefined })
  const { graph, inputs, notes, order } = source
  return { graph, inputs, notes, order }
}

function modelOf(key: string): Held {
  const found = models.get(key)
  if (found === undefined) throw new Error('This model has been closed.')
  return found
}

function viewOf({ shape, data }: Values, tiles: Tiles | undefined): NumbersView {
  const values = data.length <= SHOWN_VALUES ? Float32Array.from(data) : undefined
  return { shape, statistics: statisticsOf(data), tiles, values }
}

const service = {
  /** Makes a model that the library brings. */
  async openBuiltIn(key: string, name: string): Promise<Opened> {
    await ready
    if (!isBuiltIn(name)) throw new Error(`There is no model '${name}' in the library.`)
    const { make, inputs } = builders[name]
    const model = make()
    const state = name === 'lenet' ? await kept<State>(KEPT_READER) : undefined
    if (state !== undefined) model.loadState(state)
    const note =
      state === undefined
        ? 'Its weights are as they are before training.'
        : 'Its weights are those that the digit lab has learned.'
    return take(key, moduleSource(builtIn[name], model, inputs, [note]))
  },
  /** Opens a model in a file. */
  async openFile(key: string, file: File): Promise<Opened> {
    await ready
    const { openFile } = await import('./models/of-file')
    return take(key, await openFile(file, file.name))
  },
  async weight(key: string, name: string, channel: number): Promise<NumbersView> {
    const { source } = modelOf(key)
    const values = await source.weight(name)
    return viewOf(values, weightTiles(values.data, values.shape, source.order, channel))
  },
  /** Runs a model, and keeps what its layers give. Gives the inputs as they were fed, and which nodes have values. */
  async feed(
    key: string,
    feed: Feed,
  ): Promise<{ readonly inputs: readonly NumbersView[]; readonly names: readonly string[] }> {
    const held = modelOf(key)
    const { source } = held
    if (source.activations === undefined) throw new Error('Only weights are known of this model: it cannot run.')
    const inputs = exampleInputs(source.inputs, 'seed' in feed ? feed.seed : 1, await pixelsOf(feed))
    const values = await source.activations(inputs)
    held.fed = { inputs, values }
    const order = source.inputs[0]?.channels ?? source.order
    return {
      inputs: inputs.map((each) => viewOf(each, activationTiles(each.data, each.shape, order))),
      names: [...values.keys()],
    }
  },
  /** What a node has given; undefined if nothing has been fed. */
  async activation(key: string, name: string): Promise<NumbersView | undefined> {
    const { source, fed } = modelOf(key)
    const found = fed?.values.get(name)
    return found && viewOf(found, activationTiles(found.data, found.shape, source.order))
  },
  /** The program that a model becomes, with the time of each kernel. */
  async compiled(key: string): Promise<CompiledView> {
    const { source } = modelOf(key)
    if (source.program === undefined) throw new Error('Only weights are known of this model: it cannot run.')
    const { timeKernels, trace, ...program } = await source.program(exampleInputs(source.inputs, 1))
    return { ...program, times: timeKernels(), phases: trace.timings }
  },
  /** The norm of the differences of weights over that of the first; undefined if none have the same shape. */
  async distance(
    first: string,
    second: string,
    names: readonly (readonly [string, string | undefined])[],
  ): Promise<number | undefined> {
    const [a, b] = [modelOf(first).source, modelOf(second).source]
    return distanceOf(
      await Promise.all(
        names.flatMap(([left, right]) => (right === undefined ? [] : [Promise.all([a.weight(left), b.weight(right)])])),
      ),
    )
  },
  async close(key: string): Promise<void> {
    const held = models.get(key)
    models.delete(key)
    await held?.source.close()
  },
}

async function pixelsOf(feed: Feed): Promise<Pixels | undefined> {
  switch (feed.kind) {
    case 'random':
      return undefined
    case 'drawn':
      return { width: 28, height: 28, channels: 1, values: feed.pixels }
    case 'digit': {
      const { images } = generateDigits({ count: 1, seed: feed.seed })
      return { width: 28, height: 28, channels: 1, values: Float32Array.from(images, (ink) => ink / 255) }
    }
    case 'file': {
      const picture = await createImageBitmap(feed.file)
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!
      context.drawImage(picture, 0, 0)
      const { data } = context.getImageData(0, 0, picture.width, picture.height)
      const values = Float32Array.from(
        { length: (data.length / 4) * 3 },
        (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]! / 255,
      )
      return { width: picture.width, height: picture.height, channels: 3, values }
    }
  }
}

export type NetworkService = typeof service

expose(service)
