import { sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import { bytesOf } from '../../graph/rules/movement.js'
import { mayFail } from '../plan.js'
import { type Draft, type Drafts, Uncoded } from './drafts.js'
import type { Group, Groups } from './groups.js'

/**
 * The groups in an order in which each comes after those it needs. Where there is a choice, one that frees more memory than
 * it takes comes at once, while what it reads is still in a cache; otherwise they come as the graph was written. A group
 * that may overwrite an input of the graph waits for the others that read it and for those that can fail.
 */
export function schedule(drafts: Drafts): Draft[] {
  const { groups } = drafts
  const { list } = groups
  const before = new Awaited(list, (group) => neededBy(group, groups))
  const waits = waitFor(drafts)
  const politely = new Awaited(list, (group) => waits.get(group))
  const memory = new Memory(drafts)
  const order: Draft[] = []
  /** Those whose needs are there, in the order of the list. */
  const ready = list.filter((group) => before.isOver(group))
  while (order.length < list.length) {
    if (ready.length === 0) throw new Uncoded(list.flatMap(({ members }) => members))
    const polite = ready.filter((group) => politely.isOver(group))
    const choice = polite.length > 0 ? polite : ready
    const group = choice.find((one) => memory.isFreedBy(one)) ?? choice[0]
    ready.splice(ready.indexOf(group), 1)
    for (const next of before.done(group)) {
      const place = ready.findIndex((other) => isBefore(next, other))
      ready.splice(place < 0 ? ready.length : place, 0, next)
    }
    politely.done(group)
    memory.run(group)
    order.push(drafts.of(group))
  }
  return order
}

/** Whether a group comes earlier in the list of all. */
const isBefore = (a: Group, b: Group): boolean =>
  a.segment === b.segment ? a.number < b.number : a.segment < b.segment

/** How many others each group still waits for. */
class Awaited {
  readonly #left = new Map<Group, number>()
  readonly #waiting = new Map<Group, Group[]>()

  constructor(groups: readonly Group[], awaitedBy: (group: Group) => ReadonlySet<Group> | undefined) {
    for (const group of groups) {
      const others = awaitedBy(group)
      if (others === undefined || others.size === 0) continue
      this.#left.set(group, others.size)
      for (const other of others) {
        const waiting = this.#waiting.get(other)
        if (waiting === undefined) this.#waiting.set(other, [group])
        else waiting.push(group)
      }
    }
  }

  isOver(group: Group): boolean {
    return !this.#left.has(group)
  }

  /** The groups that wait no longer now that this one has run. */
  done(group: Group): Group[] {
    return (this.#waiting.get(group) ?? []).filter((waiting) => {
      const left = (this.#left.get(waiting) ?? 0) - 1
      if (left > 0) this.#left.set(waiting, left)
      else this.#left.delete(waiting)
      return left <= 0
    })
  }
}

/** Which values between groups are still to be read. */
class Memory {
  readonly #readers = new Map<Node, number>()

  constructor(readonly drafts: Drafts) {
    for (const { reads } of drafts.all) {
      for (const node of reads) this.#readers.set(node, (this.#readers.get(node) ?? 0) + 1)
    }
  }

  /** Whether running the group next leaves less to be kept than before. */
  isFreedBy(group: Group): boolean {
    const freed = this.#reads(group).filter((node) => this.#readers.get(node) === 1 && this.#isBetween(node))
    if (freed.length === 0) return false
    const taken = group.stored.filter((node) => !this.drafts.wanted.has(node))
    return bytesOfAll(taken) < bytesOfAll(freed)
  }

  run(group: Group): void {
    for (const node of this.#reads(group)) this.#readers.set(node, (this.#readers.get(node) ?? 0) - 1)
  }

  #reads(group: Group): readonly Node[] {
    return this.drafts.of(group).reads
  }

  #isBetween(node: Node): boolean {
    return !this.drafts.wanted.has(node) && this.drafts.groups.groupOf(node) !== undefined
  }
}

const bytesOfAll = (nodes: readonly Node[]): number => nodes.reduce((sum, node) => sum + bytesOf(node), 0)

function neededBy(group: Group, groups: Groups): Set<Group> {
  const needed = new Set<Group>()
  for (const member of group.members) {
    for (const { root } of groups.roles.edgesOf(member)) {
      const source = groups.groupOf(root)
      if (source !== undefined && source !== group) needed.add(source)
    }
  }
  return needed
}

/**
 * For each group that reads an input of the graph and writes an output of the same type: the other readers of the input,
 * and all groups that can fail, so that the input keeps its value if one does.
 */
function waitFor(drafts: Drafts): Map<Group, Set<Group>> {
  const { groups, wanted } = drafts
  const waits = new Map<Group, Set<Group>>()
  const failing = groups.list.filter(({ members }) => members.some(mayFail))
  for (const input of groups.roles.graph.inputs) {
    const readers = drafts.readersOf(input)
    for (const { group: updating, fused } of readers) {
      const isOperand = fused?.product?.left.root === input || fused?.product?.right.root === input
      const updates = updating.members.some(
        (node) => wanted.has(node) && node.dtype === input.dtype && sizeOf(node.shape) === sizeOf(input.shape),
      )
      if (!updates || isOperand || fused === undefined) continue
      const others = waits.get(updating) ?? new Set()
      for (const { group: reader } of readers) {
        if (reader !== updating && !groups.needs(reader, updating)) others.add(reader)
      }
      for (const group of failing) if (group !== updating && !groups.needs(group, updating)) others.add(group)
      waits.set(updating, others)
    }
  }
  return waits
}
