import { expose } from 'comlink'
import { type CatalogueEntry, catalogue, families } from 'shapewise/models'
import { flowOf, unfilled } from 'shapewise/nn'
import { arcsOf } from './arcs'
import { itemsOf } from './items'
import { type Drawing, layoutOf } from './layout'

/** A model of the catalogue without what makes it. */
export type Listed = Omit<CatalogueEntry, 'make'>

/** A drawing, and what all of it takes. */
export interface Drawn {
  readonly drawing: Drawing
  readonly multiplyAdds: number
  readonly output: readonly number[]
}

type Model = Parameters<typeof flowOf>[0]

const service = {
  list(): { readonly models: readonly Listed[]; readonly families: typeof families } {
    return { models: catalogue.map(({ make, ...listed }) => listed), families }
  },
  /** Makes a model without weights, and draws it as its data flows. */
  draw(name: string): Drawn {
    const entry = catalogue.find((one) => one.name === name)
    if (entry === undefined) throw new Error(`There is no model '${name}' in the library.`)
    const flow = flowOf(unfilled(entry.make) as Model, [null, ...entry.input])
    const items = itemsOf(flow)
    return {
      drawing: layoutOf(items, arcsOf(flow, items)),
      multiplyAdds: flow.stages.reduce((sum, stage) => sum + stage.multiplyAdds, 0),
      output: flow.stages.find(({ kind }) => kind === 'output')?.outputs[0]?.shape ?? [],
    }
  },
}

export type ZooService = typeof service

expose(service)
