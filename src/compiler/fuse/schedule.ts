import { sizeOf } from '../../core/shape.js'
import type { Node } from '../../graph/node.js'
import type { Group, Groups } from './groups.js'
import type { Draft } from './recompute.js'
import { withoutReshapes } from './roles.js'

/**
 * The groups in an order in which each comes after those it needs; where there is a choice as the graph was written. A
 * group that may overwrite an input of the graph waits for the others that read it.
 */
export function schedule(groups: Groups, drafts: ReadonlyMap<Group, Draft>): Draft[] {
  const waiting = groups.list
  const before = new Map<Group, Set<Group>>(waiting.map((group) => [group, neededBy(group, groups)]))
  const politely = waitFor(groups, drafts)
  const done = new Set<Group>()
  const order: Draft[] = []
  while (waiting.length > 0) {
    const ready = (group: Group): boolean => every(before.get(group), done)
    const polite = waiting.findIndex((group) => ready(group) && every(politely.get(group), done))
    const index = polite >= 0 ? polite : waiting.findIndex(ready)
    if (index < 0) throw new Error('fuse: the groups depend on each other in a circle')
    const [group] = waiting.splice(index, 1)
    done.add(group)
    const draft = drafts.get(group)
    if (draft !== undefined) order.push(draft)
  }
  return order
}

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

/** For each group that reads an input of the graph and writes an output of the same type: the other readers of the input. */
function waitFor(groups: Groups, drafts: ReadonlyMap<Group, Draft>): Map<Group, Set<Group>> {
  const { roles } = groups
  const waits = new Map<Group, Set<Group>>()
  const outputs = new Set(roles.graph.outputs.map(withoutReshapes))
  const readersOf = new Map<Node, Set<Draft>>()
  for (const draft of drafts.values()) {
    for (const node of draft.reads) readersOf.set(node, (readersOf.get(node) ?? new Set()).add(draft))
  }
  for (const input of roles.graph.inputs) {
    const readers = readersOf.get(input) ?? []
    for (const { group: updating, arrangement, product } of readers) {
      const isOperand = product?.left.root === input || product?.right.root === input
      const updates = updating.members.some(
        (node) => outputs.has(node) && node.dtype === input.dtype && sizeOf(node.shape) === sizeOf(input.shape),
      )
      if (!updates || isOperand || arrangement === undefined) continue
      const others = waits.get(updating) ?? new Set()
      for (const { group: reader } of readers) {
        if (reader !== updating && !groups.needs(reader, updating)) others.add(reader)
      }
      waits.set(updating, others)
    }
  }
  return waits
}
