/** What a node stands for; `weights` where a file tells of names and shapes only. */
export type NodeKind = 'input' | 'layer' | 'operations' | 'weights' | 'output'

/** What stands in a node itself, without those in it. */
export interface Amounts {
  readonly parameters: number
  readonly multiplyAdds: number
  /** Bytes of outputs. */
  readonly memory: number
}

export interface GraphNode extends Amounts {
  /** The same whenever the model is drawn; in the address. */
  readonly id: string
  readonly kind: NodeKind
  /** What it is called inside of what is around it. */
  readonly name: string
  /** The class or operator: `Conv2d`. */
  readonly type: string
  /** Sizes and options: `1 → 6, 5 × 5`. */
  readonly detail: string
  /** The node it lies in, which comes before it; −1 for none. */
  readonly parent: number
  /** The shapes of what it gives. */
  readonly outputs: readonly (readonly (number | string)[])[]
  /** The weights that are its own, by their names in the model. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[]
  /** The name under which the model gives what the node gives, where that can be had. */
  readonly value?: string
  /** Another node with the same weights, whose numbers count there. */
  readonly sharedWith?: number
}

/** A tensor on its way from one node to another, none of which have others in them. */
export interface GraphEdge {
  readonly from: number
  readonly to: number
  /** With the batch; empty if it is not known. */
  readonly shape: readonly (number | string)[]
}

/** A network as it is drawn: nodes within nodes, parents first, otherwise in the order of computation. */
export interface Graph {
  readonly title: string
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** The places of the nodes directly in each node; those of none at −1. */
export function childrenOf({ nodes }: Graph): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>([[-1, []]])
  nodes.forEach(({ parent }, i) => {
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [i])
    else siblings.push(i)
  })
  return children
}

/** The amounts of each node with all in it. */
export function amountsWithin({ nodes }: Graph): readonly Amounts[] {
  const sums = nodes.map(({ parameters, multiplyAdds, memory }) => ({ parameters, multiplyAdds, memory }))
  for (let i = nodes.length - 1; i >= 0; i--) {
    const around = sums[nodes[i]!.parent]
    if (around === undefined) continue
    for (const amount of ['parameters', 'multiplyAdds', 'memory'] as const) around[amount] += sums[i]![amount]
  }
  return sums
}

/** The nodes that stand alone on the paper, or in one that does: drawn closed they would show nothing. */
export function lonely(graph: Graph): string[] {
  const children = childrenOf(graph)
  const ids: string[] = []
  let at = -1
  for (;;) {
    const inside: readonly number[] = (children.get(at) ?? []).filter((place) => {
      const { kind } = graph.nodes[place]!
      return kind !== 'input' && kind !== 'output'
    })
    const [only] = inside
    if (only === undefined || inside.length > 1 || !children.has(only)) return ids
    ids.push(graph.nodes[only]!.id)
    at = only
  }
}

/** What the whole network amounts to. */
export function amountsOf({ nodes }: Graph): Amounts {
  const total = { parameters: 0, multiplyAdds: 0, memory: 0 }
  for (const node of nodes) {
    for (const amount of ['parameters', 'multiplyAdds', 'memory'] as const) total[amount] += node[amount]
  }
  return total
}

/** A node and those around it, from the outermost one. */
export function wayTo({ nodes }: Graph, place: number): number[] {
  const way: number[] = []
  for (let at = place; at >= 0; at = nodes[at]!.parent) way.unshift(at)
  return way
}

/** `28 × 28 × 6`, the batch left out where the sizes say that there is one. */
export function shapeText(shape: readonly (number | string)[]): string {
  const [, ...sizes] = shape
  return sizes.length === 0 ? shape.map(String).join('') || 'scalar' : sizes.join(' × ')
}

/** `12.3 M`, with three digits. */
export function amountText(value: number, unit = ''): string {
  const prefixes = ['', 'k', 'M', 'G', 'T']
  const rounded = Number(value.toPrecision(3))
  const power = rounded < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(rounded) / 3))
  return `${Number((rounded / 1000 ** power).toPrecision(3))} ${prefixes[power]}${unit}`.trim()
}
