import type { Node } from '../../graph/node.js'
import type { Roles } from './roles.js'

/** Nodes that become one kernel. */
export interface Group {
  /** Groups of different segments of the graph are never merged. */
  readonly segment: number
  /** Within the segment. */
  readonly number: number
  /** In topological order. */
  members: readonly Node[]
  /** No other group may be merged into it. */
  readonly closed: boolean
  /** Bits of the groups of the same segment that it needs, directly or not. */
  readonly needs: Int32Array
}

/**
 * Nodes to a segment. Who needs whom is known for all pairs of groups of a segment, so that its cost grows with the square;
 * between segments it goes one way only, since each is a stretch of the topological order.
 */
const SEGMENT = 2048

/** A partition of the computing nodes into groups, which stays free of cycles: a group runs as a unit. */
export class Groups {
  /** By segment, in order of their first nodes. */
  readonly #segments: Group[][] = []
  readonly #groupOf = new Map<Node, Group>()
  readonly #position = new Map<Node, number>()
  readonly #wanted: ReadonlySet<Node>

  constructor(
    readonly roles: Roles,
    nodes: readonly Node[],
    outputs: readonly Node[],
  ) {
    this.#wanted = new Set(outputs)
    const words = (Math.min(nodes.length, SEGMENT) + 31) >> 5
    nodes.forEach((node, position) => {
      const segment = Math.floor(position / SEGMENT)
      const needs = new Int32Array(words)
      const closed = roles.roleOf(node) === 'routine'
      const group: Group = { segment, number: position % SEGMENT, members: [node], closed, needs }
      if (group.number === 0) this.#segments.push([])
      this.#segments[segment].push(group)
      this.#groupOf.set(node, group)
      this.#position.set(node, position)
      for (const { root } of roles.edgesOf(node)) {
        const source = this.groupOf(root)
        if (source?.segment !== segment) continue
        add(needs, source.number)
        unite(needs, source.needs)
      }
    })
  }

  get list(): Group[] {
    return this.#segments.flat()
  }

  /** The group that computes a node; none for inputs of the graph. */
  groupOf(node: Node): Group | undefined {
    return this.#groupOf.get(node.op === 'result' ? node.inputs[0] : node)
  }

  /** Members whose elements are needed outside of the members. */
  storedOf(members: readonly Node[]): Node[] {
    const inside = new Set(members)
    return members.filter(
      (node) => this.#wanted.has(node) || this.roles.readersOf(node).some((reader) => !inside.has(reader)),
    )
  }

  /** Whether a group comes after another of the same segment; of different segments, whether it may. */
  needs(group: Group, other: Group): boolean {
    return group.segment === other.segment ? has(group.needs, other.number) : group.segment > other.segment
  }

  /** The members that two groups would have together, in order. */
  together(a: Group, b: Group): Node[] {
    return [...a.members, ...b.members].sort((x, y) => this.#at(x) - this.#at(y))
  }

  #at(node: Node): number {
    return this.#position.get(node) ?? -1
  }

  /** Whether some third group needs one of the two and is needed by the other, so that they cannot run as one. */
  wouldCycle(a: Group, b: Group): boolean {
    return this.#between(a, b) || this.#between(b, a)
  }

  /** Whether a third group lies on a way from `first` to `last`: one that `last` reads from and that needs `first`. */
  #between(first: Group, last: Group): boolean {
    if (!this.needs(last, first)) return false
    return last.members.some((node) =>
      this.roles.edgesOf(node).some(({ root }) => {
        const source = this.groupOf(root)
        return source !== undefined && source !== first && source !== last && this.needs(source, first)
      }),
    )
  }

  /** Puts b's members into a. */
  merge(a: Group, b: Group): void {
    a.members = this.together(a, b)
    for (const node of b.members) this.#groupOf.set(node, a)
    const own = a.needs
    unite(own, b.needs)
    remove(own, a.number)
    remove(own, b.number)
    const others = this.#segments[a.segment].filter((group) => group !== b)
    this.#segments[a.segment] = others
    for (const group of others) {
      if (group === a) continue
      const { needs } = group
      const [needsA, needsB] = [has(needs, a.number), has(needs, b.number)]
      if (!needsA && !needsB) continue
      remove(needs, b.number)
      add(needs, a.number)
      // What needs both has what they need already.
      if (needsA !== needsB) unite(needs, own)
    }
  }
}

const has = (bits: Int32Array, i: number): boolean => (bits[i >> 5] & (1 << (i & 31))) !== 0
const add = (bits: Int32Array, i: number): void => {
  bits[i >> 5] |= 1 << (i & 31)
}
const remove = (bits: Int32Array, i: number): void => {
  bits[i >> 5] &= ~(1 << (i & 31))
}
const unite = (bits: Int32Array, others: Int32Array): void => {
  for (let word = 0; word < bits.length; word++) bits[word] |= others[word]
}
