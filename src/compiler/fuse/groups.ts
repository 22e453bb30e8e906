import { sameShape } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { Arrangement } from './arrange.js'
import { isMovement } from './index-map.js'
import type { Lowered } from './lower.js'
import { Needs } from './needs.js'
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
  readonly #needs: Needs[] = []
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
        this.#segments.push([])
        this.#needs.push(new Needs(Math.min(nodes.length - position, SEGMENT)))
      }
      const group = this.#single(node, Math.floor(position / SEGMENT), position % SEGMENT)
      this.#segments[group.segment].push(group)
      this.#groupOf.set(node, group)
      this.#position.set(node, position)
      for (const root of group.roots) {
        const source = this.groupOf(root)
        if (source?.segment === group.segment) this.#needs[group.segment].add(group.number, source.number)
      }
    })
  }

  #single(node: Node, segment: number, number: number): Group {
    const { roles } = this
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
    const { segment } = group
    return segment === other.segment ? this.#needs[segment].has(group.number, other.number) : segment > other.segment
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
    this.#segments[a.segment][b.number] = undefined
    for (const node of b.members) this.#groupOf.set(node, a)
    // Where one is read by the other only, whoever needs it needs the other too.
    const isHidden = ({ stored }: Group): boolean => !stored.some((node) => union.stored.includes(node))
    this.#needs[a.segment].merge(a.number, b.number, isHidden(a) || isHidden(b))
    Object.assign(a, union)
    for (const role of b.roles) a.roles.add(role)
  }
}
