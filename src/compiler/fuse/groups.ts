import type { Node } from '../../graph/node.js'
import type { Roles } from './roles.js'

/** Nodes that become one kernel. */
export interface Group {
  readonly number: number
  /** In topological order. */
  members: readonly Node[]
  /** No other group may be merged into it. */
  readonly closed: boolean
}

/** A partition of the computing nodes into groups, which stays free of cycles: a group runs as a unit. */
export class Groups {
  /** In order of their first nodes. */
  #groups: Group[] = []
  readonly #groupOf = new Map<Node, Group>()
  /** Bits of the groups that group i needs, directly or not. */
  readonly #needs: Int32Array[] = []
  readonly #position = new Map<Node, number>()
  readonly #wanted: ReadonlySet<Node>

  constructor(
    readonly roles: Roles,
    nodes: readonly Node[],
    outputs: readonly Node[],
  ) {
    this.#wanted = new Set(outputs)
    const words = (nodes.length + 31) >> 5
    nodes.forEach((node, number) => {
      const group: Group = { number, members: [node], closed: roles.roleOf(node) === 'routine' }
      this.#groups.push(group)
      this.#groupOf.set(node, group)
      this.#position.set(node, number)
      const needs = new Int32Array(words)
      for (const { root } of roles.edgesOf(node)) {
        const source = this.groupOf(root)
        if (source === undefined) continue
        add(needs, source.number)
        unite(needs, this.#needs[source.number])
      }
      this.#needs.push(needs)
    })
  }

  get list(): Group[] {
    return [...this.#groups]
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

  needs(group: Group, other: Group): boolean {
    return has(this.#needs[group.number], other.number)
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
    const own = this.#needs[a.number]
    unite(own, this.#needs[b.number])
    remove(own, a.number)
    remove(own, b.number)
    this.#groups = this.#groups.filter((group) => group !== b)
    for (const group of this.#groups) {
      if (group === a) continue
      const needs = this.#needs[group.number]
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
