import type { GraphNode } from './graph'

/** Makes the modules that paths of names go through, each when something first lies in it. */
export class Rooms {
  readonly #known = new Map<string, number>()
  readonly #taken = new Set<string>()

  constructor(private readonly nodes: GraphNode[]) {}

  /** The place of the module of this path; −1 for no path. */
  of(path: readonly string[]): number {
    if (path.length === 0) return -1
    const key = path.join('.')
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const parent = this.of(path.slice(0, -1))
    const place = this.nodes.length
    this.nodes.push({
      ...{ id: this.fresh(key), kind: 'layer', name: path.at(-1)!, type: 'Module', detail: '', parent },
      ...{ outputs: [], weights: [], parameters: 0, multiplyAdds: 0, memory: 0 },
    })
    this.#known.set(key, place)
    return place
  }

  /** An id that nothing else has. */
  fresh(wanted: string): string {
    let id = wanted
    for (let i = 2; this.#taken.has(id); i++) id = `${wanted}~${i}`
    this.#taken.add(id)
    return id
  }
}
