import { computed } from '@preact/signals'
import { type Colour, classColours } from '../parts/palette'
import { alignAll, type Row, type Standing, standingOf } from './graph/align'
import type { Graph } from './graph/graph'
import { drawn } from './state'

/** Models side by side, layer by layer. */
export interface Comparison {
  readonly graphs: readonly Graph[]
  readonly rows: readonly Row[]
  readonly standings: readonly Standing[]
}

export function compare(graphs: readonly Graph[]): Comparison {
  const rows = alignAll(graphs)
  return { graphs, rows, standings: rows.map((row) => standingOf(row, graphs)) }
}

/** The models that are drawn, compared. */
export const comparison = computed(() => compare(drawn.value.map(({ graph }) => graph)))

const tints: { readonly [S in Standing]: Colour } = {
  same: [130, 140, 155],
  changed: classColours[4]!,
  alone: classColours[0]!,
}

const made = new WeakMap<Comparison, Map<number, (place: number) => Colour>>()

/** The colours of the nodes of one of the models: of what is different. A module has the colour of the most different layer in it. */
export function tintOf(compared: Comparison, at: number): (place: number) => Colour {
  const known = made.get(compared) ?? new Map<number, (place: number) => Colour>()
  made.set(compared, known)
  const found = known.get(at) ?? tinting(compared, at)
  known.set(at, found)
  return found
}

const order: readonly Standing[] = ['same', 'changed', 'alone']

function tinting({ graphs, rows, standings }: Comparison, at: number): (place: number) => Colour {
  const { nodes } = graphs[at]!
  const ranks = nodes.map(() => 0)
  rows.forEach((row, i) => {
    const rank = order.indexOf(standings[i]!)
    for (let place = row[at] ?? -1; place >= 0; place = nodes[place]!.parent)
      ranks[place] = Math.max(ranks[place]!, rank)
  })
  return (place) => tints[order[ranks[place] ?? 0]!]
}
