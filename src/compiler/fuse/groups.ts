import { range, sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { Arrangement } from './arrange.js'
import { isMovement } from './index-map.js'
import type { Lowered } from './lower.js'
import type { Role, Roles } from './roles.js'

/** Nodes that become one kernel. */
export interface Group {
  /** Groups of different segments of the graph are never merged. */
  readonly segment: number
  /** Within the segment. */
  readonly number: number
  /** In topological order. */
  members: readonly Node[]
  /** Members whose elements are needed outside of the group. */
  stored: readonly Node[]
  /** What members read from outside, looking through virtual nodes; `viewed` are those that they see through some. */
  roots: ReadonlySet<Node>
  viewed: ReadonlySet<Node>
  /** What members have as operands, virtual ones too. */
  operands: ReadonlySet<Node>
  /** What members read all elements of at once: the operands of a product, a key. */
  whole: readonly Node[]
  readonly roles: Set<Role>
  /** Whether members are of one shape, find each other without views, and so have the index space of that shape. */
  hasOneIndex: boolean
  /** The space in which the members are computed, once it has been looked for. */
  arrangement: Arrangement | undefined
  /** What computes the members and stores `stored`, once it has been made. */
  code: Lowered | undefined
  /** Bits of the groups of the same segment that it needs, directly or not; those merged into others may be among them. */
  readonly needs: Int32Array
}

/** What two groups would be as one. */
export interface Union
  extends Pick<
    Group,
    'members' | 'stored' | 'roots' | 'viewed' | 'operands' | 'whole' | 'hasOneIndex' | 'arrangement' | 'code'
  > {}

/**
 * Nodes to a segment. Who needs whom is known for all pairs of groups of a segment, so that its cost grows with the square;
 * between segments it goes one way only, since each is a stretch of the topological order.
 */
const SEGMENT = 2048

/** A partition of the computing nodes into groups, which stays free of cycles: a group runs as a unit. */
export class Groups {
  /** By segment and number; groups merged into others are gone. */
  readonly #segments: (Group | undefined)[][] = []
  /** By segment the needs of all its groups, a row each, and the numbers of those that are left. */
  readonly #needs: { readonly matrix: Int32Array; readonly words: number; readonly alive: number[] }[] = []
  readonly #groupOf = new Map<Node, Group>()
  readonly #position = new Map<Node, number>()
  readonly #wanted: ReadonlySet<Node>

  constructor(
    readonly roles: Roles,
    nodes: readonly Node[],
    outputs: readonly Node[],
  ) {
    this.#wanted = new Set(outputs)
    nodes.forEach((node, position) => {
      if (position % SEGMENT === 0) {
        const size = Math.min(nodes.length - position, SEGMENT)
        const words = (size + 31) >> 5
        this.#segments.push([])
        this.#needs.push({ matrix: new Int32Array(size * words), words, alive: range(size) })
      }
      const group = this.#single(node, Math.floor(position / SEGMENT), position % SEGMENT)
      this.#segments[group.segment].push(group)
      this.#groupOf.set(node, group)
      this.#position.set(node, position)
      for (const root of group.roots) {
        const source = this.groupOf(root)
        if (source?.segment !== group.segment) continue
        add(group.needs, source.number)
        unite(group.needs, source.needs)
      }
    })
  }

  #single(node: Node, segment: number, number: number): Group {
    const { roles } = this
    const { matrix, words } = this.#needs[segment]
    const role = roles.roleOf(node)
    const edges = roles.edgesOf(node)
    const roots = new Set(edges.map(({ root }) => root))
    return {
      segment,
      number,
      members: [node],
      stored: this.#isRead(node) ? [node] : [],
      roots,
      viewed: new Set(edges.filter(({ path }) => path.length > 0).map(({ root }) => root)),
      operands: new Set(node.inputs),
      whole: role === 'product' || node.op === 'randomBits' ? [...roots] : [],
      roles: new Set([role]),
      hasOneIndex: role === 'map' && !isMovement(node) && node.op !== 'scatter' && roles.isPlain(node),
      arrangement: undefined,
      code: undefined,
      needs: matrix.subarray(number * words, (number + 1) * words),
    }
  }

  get list(): Group[] {
    return this.#segments.flatMap((groups) => groups.filter((group) => group !== undefined))
  }

  /** The group that computes a node; none for inputs of the graph. */
  groupOf(node: Node): Group | undefined {
    return this.#groupOf.get(node.op === 'result' ? node.inputs[0] : node)
  }

  /** Whether a node is read by something that is in none of the groups. */
  #isRead(node: Node, a?: Group, b?: Group): boolean {
    if (this.#wanted.has(node)) return true
    return this.roles.readersOf(node).some((reader) => {
      const group = this.#groupOf.get(reader)
      return group === undefined || (group !== a && group !== b)
    })
  }

  /** Whether a group comes after another of the same segment; of different segments, whether it may. */
  needs(group: Group, other: Group): boolean {
    return group.segment === other.segment ? has(group.needs, other.number) : group.segment > other.segment
  }

  /** Whether some third group needs one of the two and is needed by the other, so that they cannot run as one. */
  wouldCycle(a: Group, b: Group): boolean {
    return this.#between(a, b) || this.#between(b, a)
  }

  /** Whether a third group lies on a way from `first` to `last`: one that `last` reads from and that needs `first`. */
  #between(first: Group, last: Group): boolean {
    if (!this.needs(last, first)) return false
    for (const root of last.roots) {
      const source = this.groupOf(root)
      if (source !== undefined && source !== first && this.needs(source, first)) return true
    }
    return false
  }

  /** What two groups would be as one; its space is still to be found, unless it is that of the shape. */
  union(a: Group, b: Group): Union {
    const isInside = (node: Node): boolean => {
      const group = this.groupOf(node)
      return group === a || group === b
    }
    const outside = (nodes: 'roots' | 'viewed' | 'operands'): Set<Node> => {
      const all = new Set<Node>()
      for (const node of a[nodes]) if (!isInside(node)) all.add(node)
      for (const node of b[nodes]) if (!isInside(node)) all.add(node)
      return all
    }
    const seesThrough = (from: Group, to: Group): boolean => {
      for (const node of from.viewed) if (this.groupOf(node) === to) return true
      return false
    }
    const oneShape = a.hasOneIndex && b.hasOneIndex && sameShape(a.members[0].shape, b.members[0].shape)
    return {
      members: this.#inOrder(a.members, b.members),
      stored: this.#inOrder(a.stored, b.stored).filter((node) => this.#isRead(node, a, b)),
      roots: outside('roots'),
      viewed: outside('viewed'),
      operands: outside('operands'),
      whole: [...a.whole, ...b.whole],
      hasOneIndex: oneShape && !seesThrough(a, b) && !seesThrough(b, a),
      arrangement: undefined,
      code: undefined,
    }
  }

  /** Two lists in topological order as one. */
  #inOrder(a: readonly Node[], b: readonly Node[]): Node[] {
    const merged: Node[] = []
    let next = 0
    for (const node of a) {
      while (next < b.length && this.#at(b[next]) < this.#at(node)) merged.push(b[next++])
      merged.push(node)
    }
    while (next < b.length) merged.push(b[next++])
    return merged
  }

  #at(node: Node): number {
    return this.#position.get(node) ?? -1
  }

  /** Makes a what both are together. */
  merge(a: Group, b: Group, union: Union): void {
    const { matrix, words, alive } = this.#needs[a.segment]
    this.#segments[a.segment][b.number] = undefined
    alive[alive.indexOf(b.number)] = alive[alive.length - 1]
    alive.pop()
    for (const node of b.members) this.#groupOf.set(node, a)
    const isHidden = ({ stored }: Group): boolean => !stored.some((node) => union.stored.includes(node))
    const nobodyLearns = isHidden(a) || isHidden(b)
    Object.assign(a, union)
    for (const role of b.roles) a.roles.add(role)
    const { needs } = a
    unite(needs, b.needs)
    remove(needs, a.number)
    remove(needs, b.number)
    // Where one is read by the other only, whoever needs it needs the other too.
    if (nobodyLearns) return
    const [wordA, maskA, wordB, maskB] = [a.number >> 5, 1 << (a.number & 31), b.number >> 5, 1 << (b.number & 31)]
    for (const number of alive) {
      const row = number * words
      const needsA = (matrix[row + wordA] & maskA) !== 0
      const needsB = (matrix[row + wordB] & maskB) !== 0
      if (!needsA && !needsB) continue
      matrix[row + wordB] &= ~maskB
      matrix[row + wordA] |= maskA
      // What needs both has what they need already.
      if (needsA !== needsB) for (let word = 0; word < words; word++) matrix[row + word] |= needs[word]
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
