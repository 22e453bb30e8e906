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
  const waiting = new Set(groups.list)
  const before = new Map<Group, Set<Group>>(groups.list.map((group) => [group, neededBy(group, groups)]))
  const politely = waitFor(drafts)
  const memory = new Memory(drafts)
  const done = new Set<Group>()
  const order: Draft[] = []
  while (waiting.size > 0) {
    const ready = [...waiting].filter((group) => every(before.get(group), done))
    if (ready.length === 0) throw new Uncoded([...waiting].flatMap(({ members }) => members))
    const polite = ready.filter((group) => every(politely.get(group), done))
    const choice = polite.length > 0 ? polite : ready
    const group = choice.find((one) => memory.isFreedBy(one)) ?? choice[0]
    waiting.delete(group)
    done.add(group)
    memory.run(group)
    order.push(drafts.of(group))
  }
  return order
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

function every(groups: ReadonlySet<Group> | undefined, done: ReadonlySet<Group>): boolean {
  for (const group of groups ?? []) if (!done.has(group)) return false
  return true
}

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
