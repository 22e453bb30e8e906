import { expose } from 'comlink'
import type { Graph } from './graph'
import { layOut } from './layout'
import { type Visibility, visibleLevels } from './visible'

const service = {
  layOut: (graph: Graph, visibility: Visibility) => layOut(visibleLevels(graph, visibility)),
}

export type LayoutService = typeof service

expose(service)
