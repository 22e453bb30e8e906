import type { Node } from '../../graph/node.js'
import { type Arrangement, arrange, Stuck } from './arrange.js'
import { codeOf, isWithinLimits } from './code.js'
import type { Group, Groups } from './groups.js'
import type { Lowered } from './lower.js'
import { type Product, productOf } from './products.js'
import { wholeOf } from './roles.js'

/** How a group is computed: the code stores what `stored` lists, and so can be made for any part of that. */
export interface Fused {
  readonly arrangement: Arrangement
  readonly product?: Product
  readonly stored: readonly Node[]
  readonly code: Lowered
}

/** A group with its code; routines have none. */
export interface Draft {
  readonly group: Group
  fused: Fused | undefined
  /** A concatenation whose parts another draft stores in place. */
  isJoined: boolean
  /** What the group reads from memory. */
  reads: readonly Node[]
}

/** Members of a group for which there is no code after all: they are to be computed one by one. */
export class Uncoded extends Error {
  constructor(readonly members: readonly Node[]) {
    super(`fuse: there is no code for ${members.map(({ op }) => op).join(', ')}`)
  }
}

/** The groups ready for kernels: every value that one reads from memory is an input or stored by another. */
export class Drafts {
  readonly #drafts = new Map<Group, Draft>()
  readonly #readers = new Map<Node, Set<Draft>>()
  /** Values that are computed again wherever they are needed. */
  readonly recomputed = new Set<Node>()

  /** Results of the graph. */
  readonly wanted: ReadonlySet<Node>

  constructor(readonly groups: Groups) {
    this.wanted = new Set(groups.roles.graph.outputs.map(wholeOf))
    for (const group of groups.list) this.#drafts.set(group, this.#draftOf(group))
    for (const draft of this.#drafts.values()) this.#noteReads(draft)
  }

  get all(): Iterable<Draft> {
    return this.#drafts.values()
  }

  of(group: Group): Draft {
    const draft = this.#drafts.get(group)
    if (draft === undefined) throw new Uncoded(group.members)
    return draft
  }

  #draftOf(group: Group): Draft {
    const { roles } = this.groups
    const { members, stored } = group
    const [first] = members
    if (roles.roleOf(first) === 'routine')
      return { group, fused: undefined, isJoined: false, reads: first.inputs.map(wholeOf) }
    const arrangement = group.arrangement ?? arrange(members, roles)
    if (arrangement === undefined || arrangement instanceof Stuck) throw new Uncoded(members)
    const code = group.code ?? codeOf(members, stored, arrangement, roles)
    if (code === undefined) throw new Uncoded(members)
    const node = members.find((member) => roles.roleOf(member) === 'product')
    const product = node && productOf(node, roles)
    if (product !== undefined && 'missing' in product) throw new Uncoded(members)
    const fused = { arrangement, product, stored, code }
    return { group, fused, isJoined: false, reads: readsOf(fused) }
  }

  #noteReads(draft: Draft): void {
    for (const node of draft.reads) {
      const known = this.#readers.get(node)
      if (known === undefined) this.#readers.set(node, new Set([draft]))
      else known.add(draft)
    }
  }

  /** The drafts that read a node from memory. */
  readersOf(node: Node): ReadonlySet<Draft> {
    return this.#readers.get(node) ?? nobody
  }

  /** The draft that computes a node; none for inputs of the graph. */
  homeOf(node: Node): Draft | undefined {
    const group = this.groups.groupOf(node)
    return group && this.#drafts.get(group)
  }

  /** Code for a draft as things are now, or with other `stored` nodes; if there is any that one kernel should hold. */
  changed({ group, fused }: Draft, stored = fused?.stored ?? []): Fused | undefined {
    if (fused === undefined) return undefined
    const code = codeOf(group.members, stored, fused.arrangement, this.groups.roles, this.recomputed)
    if (code === undefined || !isWithinLimits(code, fused.product !== undefined)) return undefined
    return { ...fused, stored, code }
  }

  /** Gives a draft other code. */
  change(draft: Draft, fused: Fused): void {
    for (const node of draft.reads) this.#readers.get(node)?.delete(draft)
    draft.fused = fused
    draft.reads = readsOf(fused)
    this.#noteReads(draft)
  }

  isStored(node: Node): boolean {
    const { fused } = this.homeOf(node) ?? {}
    return fused === undefined || fused.stored.includes(node)
  }

  /** Makes the draft of a node store it, if it can. */
  store(node: Node): boolean {
    if (this.isStored(node)) return true
    const home = this.homeOf(node)
    const changed = home && this.changed(home, [...(home.fused?.stored ?? []), node])
    if (home === undefined || changed === undefined || !readsOf(changed).every((other) => this.isStored(other)))
      return false
    this.change(home, changed)
    return true
  }
}

const nobody: ReadonlySet<Draft> = new Set()

/** What a kernel of this code reads. */
export const readsOf = ({ code, product }: Fused): Node[] =>
  product === undefined ? [...code.inputs] : [...new Set([...code.inputs, product.left.root, product.right.root])]
