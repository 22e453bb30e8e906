import type { Flow } from 'shapewise/nn'
import type { Item } from './items'

/** From one item to another that is not the next one, by their places in the list. */
export interface Arc {
  readonly from: number
  readonly to: number
}

/** Where values go past the items in between: from the way down of a U-Net to its way up, from a coarse picture to a fine one. */
export function arcsOf({ stages, edges }: Flow, items: readonly Item[]): Arc[] {
  const roots = new Map<number, number>()
  items.forEach((item, i) => {
    if (item.type !== 'mark') for (const place of item.stages) roots.set(place, i)
  })
  const rootOf = (place: number): number | undefined => {
    for (let at: number | undefined = place; at !== undefined; at = stages[at]!.around) {
      const root = roots.get(at)
      if (root !== undefined) return root
    }
    return undefined
  }
  // What is not drawn, such as activations and sums, belongs to what stands before it.
  let last: number | undefined
  const owners = stages.map((_, place) => {
    last = rootOf(place) ?? last
    return last
  })
  const arcs = new Map<string, Arc>()
  for (const edge of edges) {
    const [from, to] = [owners[edge.from], owners[edge.to]]
    if (from === undefined || to === undefined || stages[edge.to]!.kind === 'output') continue
    const between = items.slice(from + 1, to).some(({ type }) => type !== 'mark')
    if (from < to && between) arcs.set(`${from} ${to}`, { from, to })
  }
  return [...arcs.values()]
}
