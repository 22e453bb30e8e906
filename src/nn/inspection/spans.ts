import { topologicalOrder } from '../../graph/graph.js'
import type { Node } from '../../graph/node.js'
import type { Call, TracedCalls } from './calls.js'
import { multiplyAdds } from './multiply-adds.js'
import { operationNames } from './operation-names.js'

/** Operations of a call between two calls in it. */
interface Between {
  readonly nodes: readonly Node[]
  readonly title: string
  readonly multiplyAdds: number
  /** What of it others read. */
  readonly outputs: readonly Node[]
}

/** A call without others in it, operations, an input, or the number of an output. */
type End = Call | readonly Node[] | Node | number

interface Link {
  readonly from: End
  readonly to: End
  readonly node: Node
}

/** Nodes that come from nowhere: numbers, parameters and tensors from outside. */
const sources: readonly string[] = ['constant', 'input', 'iota', 'randomBits']

/**
 * Who made which node: as ids grow, a call has made what lies in its span and in that of no call in it. Calls in inner graphs are part
 * of the call around.
 */
export class Spans {
  readonly #within = new Map<Call | undefined, Call[]>()
  readonly #owners = new Map<Node, End>()
  readonly #between = new Map<Call, Between[]>()
  readonly #order: readonly Node[]

  constructor(private readonly traced: TracedCalls & { readonly inputs: readonly Node[] }) {
    const { calls, results, inputs } = traced
    const byNumber = new Map(calls.map((call) => [call.number, call]))
    const outer = calls.filter(({ isInner }) => !isInner).sort((a, b) => a.number - b.number)
    for (const call of outer) {
      const around = call.around === undefined ? undefined : byNumber.get(call.around)
      this.#within.set(around, [...(this.#within.get(around) ?? []), call])
    }
    const used = new Set(topologicalOrder(results))
    this.#order = topologicalOrder([...results, ...outer.flatMap(({ outputs }) => outputs)]).sort((a, b) => a.id - b.id)
    for (const node of inputs) this.#owners.set(node, node)
    const dependent = new Set<Node>(inputs)
    const gaps = new Map<Call, Map<number, Node[]>>()
    const reads = new Set<Node>(results)
    for (const node of this.#order) {
      if (node.inputs.some((input) => dependent.has(input))) dependent.add(node)
      const call = this.#callOf(node.id)
      if (call === undefined || sources.includes(node.op)) continue
      const inner = this.within(call)
      if (inner.length === 0) this.#owners.set(node, call)
      else {
        const gap = countBegun(inner, node.id)
        const found = gaps.get(call) ?? new Map<number, Node[]>()
        gaps.set(call, found.set(gap, [...(found.get(gap) ?? []), node]))
      }
    }
    for (const found of gaps.values()) {
      for (const nodes of found.values()) {
        if (nodes.some((node) => dependent.has(node))) for (const node of nodes) this.#owners.set(node, nodes)
      }
    }
    for (const node of this.#order) {
      const owner = this.#owners.get(node)
      for (const input of node.inputs) if (this.#owners.get(input) !== owner) reads.add(input)
    }
    for (const [call, found] of gaps) {
      const between: Between[] = []
      this.#between.set(call, between)
      for (const [gap, nodes] of found) {
        if (this.#owners.get(nodes[0]) !== nodes) continue
        between[gap] = {
          nodes,
          title: operationNames(nodes),
          multiplyAdds: nodes.reduce((sum, node) => sum + (used.has(node) ? multiplyAdds(node) : 0), 0),
          outputs: nodes.filter((node) => reads.has(node)),
        }
      }
    }
  }

  /** The calls directly in another one, or in none, in their order. */
  within(call: Call | undefined): readonly Call[] {
    return this.#within.get(call) ?? []
  }

  /** What a call computes itself before the call in it of this place; undefined if nothing that depends on the inputs. */
  between(call: Call, gap: number): Between | undefined {
    return this.#between.get(call)?.[gap]
  }

  /** Which tensors go from where to where, each once. */
  edges(): Link[] {
    const links: Link[] = []
    const seen = new Map<End, Map<End, Set<Node>>>()
    const add = (node: Node, to: End): void => {
      const from = this.#owners.get(node)
      if (from === undefined || from === to) return
      const targets = seen.get(from) ?? new Map<End, Set<Node>>()
      const nodes = targets.get(to) ?? new Set()
      seen.set(from, targets.set(to, nodes))
      if (nodes.has(node)) return
      nodes.add(node)
      links.push({ from, to, node })
    }
    for (const node of this.#order) {
      const to = this.#owners.get(node)
      if (to !== undefined) for (const input of node.inputs) add(input, to)
    }
    this.traced.results.forEach((node, i) => {
      add(node, i)
    })
    return links
  }

  /** The innermost call whose span an id lies in. */
  #callOf(id: number): Call | undefined {
    let [found, at]: [Call | undefined, Call | undefined] = [undefined, undefined]
    do {
      found = at
      at = lastBefore(this.within(found), id)
    } while (at !== undefined)
    return found
  }
}

/** Of calls one after the other the one in whose span an id lies. */
function lastBefore(calls: readonly Call[], id: number): Call | undefined {
  // Calls that have made nothing lie before the one that made it, not behind: it would begin with the id.
  const last = calls[countBegun(calls, id) - 1]
  return last !== undefined && id < last.span[1] ? last : undefined
}

/** How many of some calls, one after the other, have begun before a node was made. */
function countBegun(calls: readonly Call[], id: number): number {
  let [low, high] = [0, calls.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (calls[middle].span[0] <= id) low = middle + 1
    else high = middle
  }
  return low
}
